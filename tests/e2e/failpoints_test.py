"""Kills the host with SIGKILL at every step of its own and at every failpoint of the plugin: under
load from sixteen threads, at an operator's decision, at an opening of the ledger. Each time it is
started again; in the end the oracle finds nothing lost, nothing doubled, each purchase in order.
SEGPAY_SOAK=1: a hundred times each, at different passes."""

import glob
import json
import os
import re
import signal
import time
import unittest

import disturbed
import on_mariadb
import oracle
import stack
from failpoints import (CLAIM, COMMIT, COVERED, DELIVER, DISMISSAL, EPOCH, FENCE,
                        KEEPING, LEAVE, LEFT_BEHIND, MARK, OF_OTHER_BACK_END, OPENING, RECOVERY,
                        REDELIVERY, RELEASE, RELEASE_BY_TOOL)
from wire import COMMIT as COMMIT_COMMAND, Cut, Wire

ROUNDS = 100 if disturbed.IS_SOAK else 1
ROUNDS_OF_A_WORLD = 2  # so that the ledger stays small
LATEST_PASS = 60 if disturbed.IS_SOAK else 12
ATTEMPTS = 6
FORGED = {"action": "Auth", "stage": "Initial", "approved": "Yes", "transtype": "Sale",
          "price": "2.95", "currencycode": "USD", "eticketid": "162209:3097",
          "natsseal": "a" * 32, "memberid": "7"}

HOST_STEPS = ["received", "claimed", "applied", "answered"]


class NamesTest(unittest.TestCase):
    def test_no_failpoint_is_forgotten(self):
        found = set()
        for path in glob.glob(os.path.join(stack.ROOT, "plugin", "**", "*.?pp"), recursive=True):
            if os.path.basename(path).startswith(OF_OTHER_BACK_END):
                continue
            with open(path, encoding="utf-8") as source:
                found.update(re.findall(r'SEGPAY_FAILPOINT\("([^"]+)"\)', source.read()))
        self.assertEqual(found, COVERED)


# ---- Under load ---------------------------------------------------------------------------------

def world_of_failpoints(marks, seed, rounds):
    """The places at which the host did not die, and the oracle's complaints."""
    with disturbed.World(marks, seed) as world:
        missed = [place for place in OPENING if not world.die_at(place, 1)]
        world.start_load()
        for _ in range(rounds):
            missed += under_load(world, marks)
            missed += at_recovery(world)
            missed += at_new_epochs(world)
            if world.server:
                missed += at_lost_commits(world)
                missed += at_an_end(world)
        return missed, world.deaths, world.problems()


def under_load(world, marks):
    for place in [*HOST_STEPS, *CLAIM, *COMMIT, *DELIVER, *MARK[marks]]:
        if not world.die_at(place, world.random.randint(1, LATEST_PASS)):
            yield place


def at_recovery(world):
    for place in RECOVERY:
        if not world.die_at(place, 1):
            yield place
    for place in LEFT_BEHIND:
        if not any(dies_of_what_was_left(world, place) for _ in range(ATTEMPTS)):
            yield place


def dies_of_what_was_left(world, place):
    """The host dies with an event in flight; its lease ends; recovery leases it."""
    world.die_at("claimed", world.random.randint(1, 4))
    time.sleep(disturbed.LEASE_SECONDS + 0.1)
    return world.die_at(place, 1, seconds=3, under_load=False)


def at_new_epochs(world):
    """One purchase, and nothing else, changes its state."""
    for place in EPOCH:
        for action in ("cancel", "reactivation"):
            world.start()
            purchase = world.pay(world.link("101", "epoch"))["purchase_id"]
            if action == "reactivation":
                world.act(purchase, "cancel")
            world.host.stop()
            if not world.die_at(place, 1, under_load=False,
                                cause=lambda: world.act(purchase, action)):
                yield f"{place} of {action}"


def at_lost_commits(world):
    for place in FENCE:
        if not any(dies_of_a_lost_commit(world, place) for _ in range(ATTEMPTS)):
            yield place


def dies_of_a_lost_commit(world, place):
    """The server never gets a commit; the host finds that out with a fence."""
    wire = Wire(("127.0.0.1", on_mariadb.port(world.server)), Cut.BEFORE,
                world.random.randint(1, LATEST_PASS), COMMIT_COMMAND)
    with world.by_wire(wire):
        return world.die_at(place, 1, seconds=3)


def at_an_end(world):
    """The host is stopped after it has written."""
    def stop():
        time.sleep(0.3)
        world.host.process.terminate()

    for place in LEAVE:
        if not world.die_at(place, 1, cause=stop):
            yield place


class LoadTest(unittest.TestCase):
    maxDiff = None

    def test_killed_at_each_failpoint(self):
        worlds = max(1, ROUNDS // ROUNDS_OF_A_WORLD)
        tasks = [(marks, seed, min(ROUNDS, ROUNDS_OF_A_WORLD))
                 for seed in range(worlds) for marks in disturbed.MARKS]
        results = disturbed.in_parallel(world_of_failpoints, tasks)
        for (marks, seed, _), (missed, _, problems) in zip(tasks, results):
            with self.subTest(marks=marks, seed=seed):
                self.assertEqual(missed, [])
                self.assertEqual(problems, [])
        print(f"{sum(deaths for _, deaths, _ in results)} deaths, none lost or doubled")


# ---- Decisions ----------------------------------------------------------------------------------

class DecisionsTest(unittest.TestCase):
    """An operator's decision takes effect once, when the host dies during it and the operator
    decides again whatever is still open."""

    def run(self, result=None):
        for _ in range(ROUNDS):
            super().run(result)

    def setUp(self):
        self.world = disturbed.World()
        self.addCleanup(self.world.__exit__)
        self.world.__enter__()
        self.number = 0

    def host_died(self, place, cause):
        return self.world.die_at(place, 1, under_load=False, cause=cause)

    def post(self, **parameters):
        query = stack.urllib.parse.urlencode({**FORGED, **parameters})
        return stack.http("GET", f"{self.world.host_url}/signup/process_segpay.php?{query}")[0]

    def forged_sale(self):
        self.number += 1
        return {"purchaseid": str(800 + self.number), "transid": str(8000 + self.number)}

    def keep(self):
        """A forged sale, and a cancellation that is held because of it."""
        sale = self.forged_sale()
        self.assertEqual(self.post(**sale), 422)
        query = stack.urllib.parse.urlencode({"action": "Cancel", "purchaseid": sale["purchaseid"]})
        stack.http("GET", f"{self.world.host_url}/signup/process_segpay.php?{query}")
        return sale

    def decide(self, page, decision):
        """Decides every entry for which the page has a button. True: it had one."""
        _, text = stack.http("GET", self.world.admin_url + page)
        forms = re.findall(r"<form class=.actions.*?</form>", text, re.DOTALL)
        for form in forms:
            fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
            stack.http("POST", self.world.admin_url + "/decide",
                       form={**fields, "by": "dora", "decision": decision})
        return bool(forms)

    def entries(self, *states):
        return [entry for entry in oracle.ledger_entries(self.world) if entry["state"] in states]

    def finish(self, page, decision):
        """The host runs on, and the operator decides until nothing is open."""
        self.world.start()
        time.sleep(disturbed.LEASE_SECONDS + 0.1)
        while self.decide(page, decision):
            pass
        self.world.come_to_rest()
        self.assertEqual(self.entries("quarantined", "dead_letter", "pending"), [])

    def effects(self, purchase):
        return [row["kind"] for row in self.world.rows(
            "SELECT kind FROM applied_events WHERE subscription = ? ORDER BY number",
            f"SEGPAY:{purchase}")]

    def after_deaths(self, places, die, decision, effects):
        """One more forged sale at each of the places, then the end."""
        sales = []
        for place in places:
            with self.subTest(place=place):
                self.world.start()
                sales.append(self.keep())
                self.world.host.stop()
                self.assertTrue(die(place))
        self.finish("/quarantine", decision)
        for sale in sales:
            self.assertEqual(self.effects(sale["purchaseid"]), effects)

    def test_killed_while_keeping(self):
        for place in KEEPING:
            with self.subTest(place=place):
                sale = self.forged_sale()
                self.assertTrue(self.host_died(place, lambda: self.post(**sale)))
                self.world.start()
                self.assertEqual(self.post(**sale), 422)
                self.world.host.stop()
                self.assertEqual([entry["event"]["purchase_id"] for entry in
                                  self.entries("quarantined")].count(sale["purchaseid"]), 1)

    def test_killed_while_releasing(self):
        self.after_deaths(
            RELEASE, lambda place: self.host_died(
                place, lambda: self.decide("/quarantine", "release")),
            "release", ["join", "member_cancel"])

    def test_tool_killed_while_releasing(self):
        def die(place):
            keys = [entry["key"] for entry in self.entries("quarantined")
                    if entry["event"]["kind"] == "join"]
            tool = oracle.tool(self.world, "quarantine", "release", *keys, check=False,
                               plugin=disturbed.FAILPOINTS, env={"SEGPAY_DIE_AT": f"{place}:1"})
            return tool.returncode == -signal.SIGKILL

        self.after_deaths(RELEASE_BY_TOOL, die, "release", ["join", "member_cancel"])

    def test_killed_while_dismissing(self):
        self.after_deaths(
            DISMISSAL, lambda place: self.host_died(
                place, lambda: self.decide("/quarantine", "dismiss")),
            "dismiss", [])

    def test_killed_while_redelivering(self):
        """The host refuses sales of a site that is not in its catalogue yet."""
        catalogue = os.path.join(stack.ROOT, "integration", "host", "catalogue.json")
        with open(catalogue, encoding="utf-8") as file:
            whole = json.load(file)
        part = {"sites": [site for site in whole["sites"] if site["id"] != "8"],
                "options": [option for option in whole["options"] if option["site"] != "8"]}
        path = os.path.join(self.world.data, "catalogue.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(part, file)
        self.world.start(more=("--catalogue", path))
        link = self.world.link("301")
        purchases = [self.world.pay(link)["purchase_id"] for _ in REDELIVERY]
        self.world.host.stop()
        self.assertEqual(len(self.entries("dead_letter")), len(REDELIVERY))
        for place in REDELIVERY:
            with self.subTest(place=place):
                self.assertTrue(self.host_died(
                    place, lambda: self.decide("/dead-letters", "redeliver")))
        self.finish("/dead-letters", "redeliver")
        for purchase in purchases:
            self.assertEqual(self.effects(purchase), ["join"])


if __name__ == "__main__":
    unittest.main()
