"""Clocks that jump and outages that last: the front end's clock is set while events are in
flight or wait, and Segpay's clock while the host is down. The postbacks that Segpay gave up are
known by name."""

import time
import unittest

import oracle
from difficult import Difficult, LEASE_SECONDS
from load import HOUR, STATE_KINDS

HOUR_MS = HOUR * 1000


class JumpTest(Difficult):
    def test_forward_during_a_callback(self):
        """The lease seems to be over, but the same process is still delivering."""
        self.start_odd()
        purchase = self.buy()
        self.rules("hold 0 conversion")
        sent = self.act_later(purchase, "conversion")
        self.await_claim(purchase, "conversion")
        self.rules(f"clock {3 * HOUR_MS} *", "hold 0 conversion")
        time.sleep(3 * LEASE_SECONDS)  # recovery runs repeatedly
        self.rules(f"clock {3 * HOUR_MS} *")
        self.assertTrue(sent.result()["postbacks"][0]["accepted"])
        self.assertEqual(self.callbacks("conversion", purchase), (1, 0))
        self.await_(lambda: self.entry(purchase, "conversion")["state"] == "settled", "the mark")

    def test_forward_while_it_waits(self):
        """It is due at once."""
        self.start_odd("clock 0 *", "retry 0 conversion")
        purchase = self.buy()
        self.assertFalse(self.world.act(purchase, "conversion")["postbacks"][0]["accepted"])
        self.rules(f"clock {3 * HOUR_MS} *")
        self.await_(lambda: "conversion" in self.effects(purchase), "recovery")
        self.assertEqual(self.callbacks("conversion", purchase), (1, 0))

    def test_back_while_it_waits(self):
        """Recovery is delayed by as much as the clock was set back; Segpay's own retry is not."""
        waits, comes_again = self.two_that_wait()
        self.rules(f"clock {-3 * HOUR_MS} *")
        self.assertTrue(self.world.repeat(self.postback(comes_again))["accepted"])
        time.sleep(5)  # two rounds of recovery
        self.assertNotIn("conversion", self.effects(waits))
        self.rules()
        self.await_(lambda: "conversion" in self.effects(waits), "recovery")
        for purchase in (waits, comes_again):
            self.assertEqual(self.callbacks("conversion", purchase), (1, 0))

    def two_that_wait(self):
        self.start_odd("retry 0 conversion")
        purchases = self.buy(), self.buy()
        for purchase in purchases:
            self.assertFalse(self.world.act(purchase, "conversion")["postbacks"][0]["accepted"])
        return purchases

    def test_back_after_a_death(self):
        """The lease of a dead process ends when the clock reaches its end; until then Segpay is
        asked to come again, and nothing is lost."""
        self.start_odd()
        purchase = self.buy()
        self.world.host.stop()
        self.world.start(die_at="claimed:1")
        self.world.act(purchase, "conversion")
        self.assertTrue(self.world.await_death(10))
        self.start_odd(f"clock {-3 * HOUR_MS} *")
        time.sleep(LEASE_SECONDS)
        again = self.world.repeat(self.postback(purchase))
        self.assertEqual(again["attempts"][-1]["status"], 503)
        self.assertNotIn("conversion", self.effects(purchase))
        self.rules(f"clock {LEASE_SECONDS * 1000} *")
        self.await_(lambda: "conversion" in self.effects(purchase), "recovery")
        self.assertTrue(self.world.repeat(again)["accepted"])

    def test_back_during_a_callback(self):
        self.start_odd()
        purchase = self.buy()
        self.rules("hold 0 conversion")
        sent = self.act_later(purchase, "conversion")
        self.await_claim(purchase, "conversion")
        self.rules(f"clock {-3 * HOUR_MS} *", "hold 0 conversion")
        time.sleep(3 * LEASE_SECONDS)
        self.rules(f"clock {-3 * HOUR_MS} *")
        self.assertTrue(sent.result()["postbacks"][0]["accepted"])
        self.assertEqual(self.callbacks("conversion", purchase), (1, 0))
        self.assertTrue(self.world.act(purchase, "rebill")["postbacks"][0]["accepted"])
        self.assertEqual(self.effects(purchase)[2:], ["conversion", "rebill"])


class OutageTest(Difficult):
    def named(self, postbacks):
        return sorted(fact for fact in map(oracle.fact_of, postbacks) if fact)

    def missing(self):
        """The facts that Segpay has and the host lacks."""
        had = {("transaction", row["transaction_id"]) for row in self.world.rows(
            "SELECT transaction_id FROM applied_events WHERE transaction_id IS NOT NULL")}
        had |= {(row["kind"], row["subscription"]) for row in self.world.rows(
            "SELECT kind, subscription FROM applied_events") if row["kind"] in STATE_KINDS.values()}
        return sorted(set(self.named(self.world.postbacks())) - had)

    def test_a_day_of_retries(self):
        """Down for an hour of a day: all transactions arrive, and so does each purchase state
        whose hour of retries outlasts the outage."""
        self.world.start()
        purchase = self.buy()
        self.world.host.stop()
        for action in ("conversion", "rebill", "cancel"):
            self.world.act(purchase, action)
        self.world.turn_clock(HOUR - 300)
        self.assertEqual(self.world.given_up(), [])
        self.world.start()
        self.world.turn_clock(24 * HOUR)
        self.assertEqual(sorted(self.effects(purchase)),
                         ["conversion", "join", "member_cancel", "member_enable", "rebill"])
        self.assertEqual(self.world.given_up(), [])
        self.assertEqual(self.missing(), [])
        sent = len(self.effects())
        self.world.turn_clock(24 * HOUR)
        self.assertEqual(len(self.effects()), sent)

    def test_what_an_outage_lost_is_known_by_name(self):
        self.world.start()
        purchases = [self.buy() for _ in range(3)]
        self.world.host.stop()
        for purchase in purchases:
            self.world.act(purchase, "conversion")
        lost_sale = self.buy()
        self.world.act(purchases[0], "cancel")
        self.world.turn_clock(6 * HOUR)
        self.world.act(purchases[1], "rebill")  # its twelve hours end later
        self.world.act(purchases[2], "cancel")
        self.world.turn_clock(6 * HOUR + 1800)
        self.world.start()
        self.world.turn_clock(12 * HOUR)
        lost = self.named(self.world.given_up())
        self.assertEqual(lost, self.missing())
        self.assertEqual([kind for kind, _ in lost], ["member_cancel", "member_cancel",
                                                      "member_enable"] + ["transaction"] * 4)
        self.assertIn(("member_enable", f"SEGPAY:{lost_sale}"), lost)
        self.assertIn("rebill", self.effects(purchases[1]))
        # With the list of given-up postbacks the merchant can have all of them sent again.
        for postback in self.world.given_up():
            self.world.repeat(postback)
        self.assertEqual(self.world.given_up(), [])
        self.assertEqual(self.missing(), [])


if __name__ == "__main__":
    unittest.main()
