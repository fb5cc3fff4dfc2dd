"""The oracle finds faults: it reports a plugin that acknowledges before it has claimed, one that
drops an event, one that delivers it twice, and every kind of evidence that was tampered with."""

import copy
import os
import time
import unittest

import disturbed
import oracle

THREADS = 4
LIVES = 8
LIFE_SECONDS = 0.15
SAMPLES = 20


def sabotaged(rule, lives=1, life_seconds=1.0):
    """The oracle's complaints about a world whose plugin follows the rule."""
    with disturbed.World(plugin=disturbed.ODD_PLUGIN) as world:
        path = os.path.join(world.data, "odd")
        with open(path, "w", encoding="utf-8") as file:
            file.write(rule)
        os.environ["SEGPAY_ODD"] = path
        try:
            world.start_load(THREADS)
            for _ in range(lives):
                world.live(life_seconds)
            os.environ.pop("SEGPAY_ODD")
            problems = world.problems()
        finally:
            os.environ.pop("SEGPAY_ODD", None)
        world.keep = False
        return problems


class SabotageTest(unittest.TestCase):
    def assert_reported(self, what, problems):
        self.assertTrue(any(problem.startswith(what) for problem in problems), problems)

    def test_sees_an_answer_that_came_before_the_claim(self):
        self.assert_reported("lost", sabotaged("acknowledge 40 *\n", LIVES, LIFE_SECONDS))

    def test_sees_a_dropped_event(self):
        self.assert_reported("lost", sabotaged("drop 25 *\n"))

    def test_sees_a_doubled_event(self):
        self.assert_reported("doubled", sabotaged("double 25 *\n"))


class TamperingTest(unittest.TestCase):
    """The evidence of an undisturbed world, then changed by hand."""

    @classmethod
    def setUpClass(cls):
        with disturbed.World() as world:
            world.start()
            world.start_load(THREADS)
            world.load.gate.set()
            time.sleep(1)
            world.come_to_rest()
            cls.honest = oracle.Evidence(world)

    def setUp(self):
        self.assertEqual(oracle.judge(self.honest), [])
        self.evidence = copy.deepcopy(self.honest)

    def assert_reported(self, what):
        problems = oracle.judge(self.evidence)
        self.assertTrue(any(problem.startswith(what) for problem in problems), problems)

    def samples(self):
        """Some of the effects, of all kinds."""
        kinds = {effect["kind"]: effect for effect in self.honest.effects}
        every = max(1, len(self.honest.effects) // SAMPLES)
        return [*kinds.values(), *self.honest.effects[::every]]

    def of_one_purchase(self):
        """Two effects of transactions, in order."""
        for first in self.evidence.effects:
            for second in self.evidence.effects:
                if (first["subscription"] == second["subscription"] and first["transaction_id"]
                        and second["transaction_id"] and first["number"] < second["number"]):
                    return first, second
        raise AssertionError("no purchase has two")

    def test_an_effect_that_is_missing(self):
        for effect in self.samples():
            self.evidence.effects = [other for other in self.honest.effects if other != effect]
            with self.subTest(effect=effect):
                self.assert_reported("lost")

    def test_an_effect_that_is_there_twice(self):
        for effect in self.samples():
            self.evidence.effects = self.honest.effects + [{**effect, "key": "another"}]
            with self.subTest(effect=effect):
                self.assert_reported("doubled")

    def test_an_effect_that_nobody_sent(self):
        self.evidence.effects.append({**self.evidence.effects[0], "key": "another",
                                      "transaction_id": "SEGPAY:1"})
        self.assert_reported("doubled")

    def test_another_order_than_the_ledgers(self):
        first, second = self.of_one_purchase()
        first["number"], second["number"] = second["number"], first["number"]
        self.assert_reported("order")

    def test_another_order_than_segpays(self):
        first, second = self.of_one_purchase()
        first["number"], second["number"] = second["number"], first["number"]
        self.evidence.entries = []
        self.assert_reported("order")

    def test_another_amount(self):
        self.evidence.money[0]["amount_minor"] += 1
        self.assert_reported("money")

    def test_what_is_left_over(self):
        for state in ("pending", "dead_letter", "quarantined", "unknown"):
            self.evidence.entries[0]["state"] = state
            with self.subTest(state=state):
                self.assert_reported("left over")


if __name__ == "__main__":
    unittest.main()
