"""Hosts whose callback hangs, asks for a retry, refuses, throws or answers nonsense, alone and
beside a second process on the same ledger: order, attempts, dead letters and leases, with the real
programs."""

import contextlib
import os
import re
import signal
import sqlite3
import threading
import time
import unittest

import disturbed
import oracle
from difficult import Difficult, LEASE_SECONDS, MAX_ATTEMPTS, WAIT_SECONDS

NEW = ["member_enable", "join"]  # a purchase's postbacks, as the sandbox sends them


class LeaseTest(Difficult):
    """A callback that does not end in time, in one process and with a second one."""

    # A host that honours keys has the effect, whichever process settles the event; so Segpay may
    # get success.
    LATE_STATUS = 200

    def test_callback_that_hangs_is_not_entered_twice(self):
        """Longer than the lease, while recovery runs and Segpay comes again."""
        self.start_odd()
        purchase = self.buy()
        self.rules("hold 0 conversion")
        sent = self.act_later(purchase, "conversion")
        self.await_claim(purchase, "conversion")
        time.sleep(3 * LEASE_SECONDS)
        again = self.world.repeat(self.postback(purchase))
        self.assertEqual(again["attempts"][-1]["status"], 503)
        self.rules()
        self.assertTrue(sent.result()["postbacks"][0]["accepted"])
        self.assertEqual(self.callbacks("conversion", purchase), (1, 0))
        self.await_(lambda: self.entry(purchase, "conversion")["state"] == "settled", "the mark")

    def test_second_process_delivers_after_the_lease_and_the_late_one_settles_nothing(self):
        self.start_odd()
        purchase = self.buy()
        other = self.start_neighbour()
        self.rules("hold 0 conversion")
        late = self.act_later(purchase, "conversion")
        self.await_claim(purchase, "conversion")
        begun = time.monotonic()
        postback = self.postback(purchase)
        status = self.post_to(other, postback)
        if time.monotonic() - begun < LEASE_SECONDS - 0.5:  # the machine was fast enough
            self.assertEqual(status, 503)
            self.assertEqual(self.callbacks("conversion", purchase), (0, 0))
        self.await_(lambda: self.entry(purchase, "conversion")["state"] == "settled", "the second")
        self.assertFalse(late.done())
        self.assertEqual(self.callbacks("conversion", purchase), (1, 0))
        self.rules()
        answer = late.result()["postbacks"][0]
        self.assertEqual(answer["attempts"][-1]["status"], self.LATE_STATUS)
        self.assertEqual(self.callbacks("conversion", purchase), (1, 1))
        self.assertEqual(self.effects(purchase).count("conversion"), 1)
        self.assertTrue(self.world.repeat(answer)["accepted"])

    def test_process_that_stands_still_is_not_waited_for(self):
        """A process stopped in the middle of a callback continues after another has delivered
        the event."""
        self.start_odd()
        purchase = self.buy()
        self.start_neighbour()
        self.rules("hold 0 conversion")
        late = self.act_later(purchase, "conversion")
        self.await_claim(purchase, "conversion")
        self.stop_outside_of_transactions()
        self.await_(lambda: self.entry(purchase, "conversion")["state"] == "settled", "the second")
        self.assertEqual(self.callbacks("conversion", purchase), (1, 0))
        self.rules()
        self.world.host.process.send_signal(signal.SIGCONT)
        late.result()
        self.await_(lambda: self.callbacks("conversion", purchase) == (1, 1), "the stopped host")
        self.assertEqual(self.effects(purchase).count("conversion"), 1)
        self.assertEqual(self.entry(purchase, "conversion")["state"], "settled")

    def stop_outside_of_transactions(self):
        """Stops the host outside of transactions; inside one it would block the other host."""
        while True:
            self.world.host.process.send_signal(signal.SIGSTOP)
            try:
                for name in ("ledger", "host"):
                    path = os.path.join(self.world.data, f"{name}.sqlite")
                    with contextlib.closing(sqlite3.connect(path, timeout=1)) as database:
                        database.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError:
                self.world.host.process.send_signal(signal.SIGCONT)

    def test_lease_of_a_dead_process_ends(self):
        self.start_odd()
        purchase = self.buy()
        self.world.host.stop()
        other = self.start_neighbour()
        self.world.start(die_at="claimed:1")
        self.world.act(purchase, "conversion")
        died = time.time()
        self.assertTrue(self.world.await_death(WAIT_SECONDS))
        self.await_(lambda: "conversion" in self.effects(purchase), "the other process")
        self.assertEqual(self.callbacks("conversion", purchase), (1, 0))
        (row,) = self.world.rows("SELECT redelivery, applied_at FROM applied_events "
                                 "WHERE kind = 'conversion'")
        self.assertEqual(row["redelivery"], 1)
        self.assertGreaterEqual(row["applied_at"], int(died) + LEASE_SECONDS - 1)
        self.assertTrue(other.host.is_running())


class DurableMarksLeaseTest(LeaseTest):
    MARKS = "durable"
    LATE_STATUS = 503


class AnswersTest(Difficult):
    def test_callback_that_hangs_holds_up_its_purchase_and_no_other(self):
        self.start_odd()
        purchase = self.buy()
        self.rules("hold 0 conversion")
        first = self.act_later(purchase, "conversion")
        self.await_claim(purchase, "conversion")
        second = self.act_later(purchase, "rebill")
        other = self.buy()
        self.assertEqual(self.effects(other), NEW)
        self.assertEqual(self.effects(purchase), NEW)
        self.await_claim(purchase, "rebill")
        self.rules()
        first.result()
        second.result()
        self.await_(lambda: len(self.effects(purchase)) == 4, "both")
        self.assertEqual(self.effects(purchase), NEW + ["conversion", "rebill"])

    def test_retry_refusal_exception_and_nonsense(self):
        self.start_odd()
        rules = {"conversion": "retry 0 conversion", "credit": "throw 0 credit",
                 "void": "answer 0 void", "revoke": "answer 77 revoke",
                 "chargeback": "refuse 0 charge-"}
        actions = {"credit": "refund_only"}
        purchases = {kind: self.buy() for kind in rules}
        self.rules(*rules.values())
        for kind, purchase in purchases.items():
            with self.subTest(kind=kind):
                answer = self.world.act(purchase, actions.get(kind, kind))
                self.assertFalse(answer["postbacks"][0]["accepted"])
        # Later events of the same purchase wait; other purchases do not.
        rebill = self.world.act(purchases["conversion"], "rebill")["postbacks"][0]
        self.assertFalse(rebill["accepted"])
        self.assertEqual(self.effects(purchases["conversion"]), NEW)
        self.assertEqual(self.effects(self.buy()), NEW)

        self.await_(lambda: all(self.entry(purchase, kind)["state"] == "dead_letter"
                                for kind, purchase in purchases.items()), "dead letters")
        for kind, purchase in purchases.items():
            with self.subTest(kind=kind):
                entry = self.entry(purchase, kind)
                self.assertEqual(entry["attempts"], 1 if kind == "chargeback" else MAX_ATTEMPTS)
                self.assertNotIn(kind, self.effects(purchase))
        for kind, words in (("conversion", "asked for a retry"), ("credit", "threw"),
                            ("void", "answered 0"), ("revoke", "answered 77")):
            message = self.entry(purchases[kind], kind)["message"]
            self.assertIn(f"given up after {MAX_ATTEMPTS} attempts", message)
            self.assertIn(words, message)
        # A dead letter blocks nothing.
        self.await_(lambda: "rebill" in self.effects(purchases["conversion"]), "the rebill")

        self.rules()
        keys = [self.entry(purchase, kind)["key"] for kind, purchase in purchases.items()]
        oracle.tool(self.world, "redeliver", *keys)
        self.await_(lambda: all(kind in self.effects(purchase)
                                for kind, purchase in purchases.items()), "the redelivery")
        for kind, purchase in purchases.items():
            self.assertEqual(self.effects(purchase).count(kind), 1)
        self.assertEqual([p["n"] for p in self.world.turn_clock(3600) if not p["accepted"]], [])

    def test_two_processes_never_tell_one_event_at_once(self):
        """Each postback of sixteen threads reaches both hosts at the same time."""
        self.world.start(more=("--verbose",))
        other = self.start_neighbour()
        purchases = [self.buy() for _ in range(8)]
        for purchase in purchases:
            self.world.act(purchase, "conversion")
        self.world.host.stop()
        other.host.stop()
        with open(os.path.join(self.world.data, "host.log"), "w", encoding="utf-8"):
            pass
        for host in (self.world, other):
            host.start(more=("--verbose",))
        sales = [self.postback(purchase) for purchase in purchases]
        barrier = threading.Barrier(8)
        query = "transid=9"

        def send(number):
            url = sales[number % len(sales)]["url"]
            again = re.sub(r"\btransid=\d+", f"{query}{number:04}", url)
            barrier.wait()
            return [self.post_to(host, {"url": again})
                    for host in ((self.world, other) if number % 2 else (other, self.world))]

        rounds = 8 * len(sales)
        list(self.threads.map(send, [number // 2 for number in range(rounds)]))
        applied = self.world.rows("SELECT transaction_id FROM applied_events "
                                  "WHERE transaction_id LIKE 'SEGPAY:9____'")
        self.assertEqual(len(applied), rounds // 2)
        with open(os.path.join(self.world.data, "host.log"), encoding="utf-8") as log:
            self.assertNotIn("had applied", log.read())


if __name__ == "__main__":
    unittest.main()
