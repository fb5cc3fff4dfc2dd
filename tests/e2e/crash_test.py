"""Kills the reference host with SIGKILL in the middle of the walk, at every step of claim, deliver
and settle, starts it again, lets Segpay's retries come, and compares what the host ends with to a
walk that nothing disturbed."""

import os
import shutil
import tempfile
import time
import unittest

import stack

BUILD = os.environ["BUILD_DIR"]
FAILPOINTS = os.path.join(BUILD, "lib", "nats_segpay_failpoints.so")
SEED = 5000000
LEASE_SECONDS = 1
HOUR = 3600

# Where, and at which pass. The first postback is the inquiry, which Segpay never repeats: whoever
# misses it gets the e-mail address as user name, so the passes begin after it.
HOST_STEPS = [("received", 3), ("received", 9), ("claimed", 1), ("claimed", 2), ("claimed", 4),
              ("claimed", 8), ("applied", 1), ("applied", 2), ("applied", 6), ("applied", 11),
              ("answered", 3), ("answered", 10)]
DURABLE_MARKS = ("--durable-marks",)
LEDGER_STEPS = [("claim.begin", 2), ("claim.before_commit", 1), ("claim.before_commit", 5),
                ("claim.after_commit", 2), ("claim.after_commit", 7), ("settle.begin", 2),
                ("settle.before_commit", 3), ("settle.before_commit", 9),
                ("settle.after_commit", 2), ("settle.after_commit", 8)]
# For a host that honours keys, whose marks ride on the next commit.
LATER_STEPS = [("later.begin", 2), ("later.end", 1), ("later.end", 8), ("settle.before_commit", 4),
               ("commit.before", 5), ("commit.before_sync", 3), ("commit.after", 2),
               ("commit.after", 9)]

# All that an effect is, without times and without what a redelivery may change.
STATE = {
    "applied_events": "SELECT key, kind, subscription, transaction_id, member FROM applied_events",
    "transactions": "SELECT event_key, id, related, subscription, member, site, kind, "
                    "amount_minor, currency, approved, test, standin FROM transactions",
    "subscriptions": "SELECT id, site, member, option, access, renewing, trial FROM subscriptions",
    "members": "SELECT id, site, parent_member, status, username, email, name, tokens, "
               "password IS NOT NULL AS has_password FROM members",
}


class Scene:
    """One walk in a world of its own; the host is started again whenever it died."""

    def __init__(self, die_at=None, plugin=None, env=None, more=()):
        self.data = tempfile.mkdtemp(prefix="segpay-crash-")
        self.world = stack.Stack(BUILD, self.data, lease_seconds=LEASE_SECONDS)
        self.plugin, self.die_at, self.env, self.more = plugin, die_at, env, more
        self.deaths = 0

    def __enter__(self):
        try:
            self.world.start_sandbox(seed=SEED)
            self.world.start_host(plugin=self.plugin, die_at=self.die_at, env=self.env,
                                  more=self.more)
        except stack.Trouble:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.world.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def walk(self):
        _, link = self.world.join(option="101", username="dora", password="correct horse",
                                  email="dora@example.com", name="Dora Example")
        self.after(self.world.pay(link, cross_sells="1,2"))
        purchase = str(SEED + 1)
        for action in ("conversion", "rebill", "refund_only", "cancel", "chargeback"):
            self.after(self.world.act(purchase, action))
        return self.state()

    def after(self, _):
        """A dead host is started again, as a supervisor would; then Segpay's retries come."""
        for _ in range(13):
            self.supervise()
            if all(p["accepted"] for p in self.world.postbacks() if p["kind"] != "inquiry"):
                return
            time.sleep(LEASE_SECONDS + 0.1)  # by now a host that is dying is dead
            self.supervise()
            self.world.turn_clock(HOUR if self.hourly() else 300)

    def supervise(self):
        if not self.world.host.is_running():
            self.deaths += 1
            self.world.start_host(more=self.more)

    def hourly(self):
        return any(p["kind"] == "transaction" and not p["accepted"]
                   for p in self.world.postbacks())

    def state(self):
        return {table: sorted(map(repr, self.world.rows(query))) for table, query in STATE.items()}

    def unsettled(self):
        """What is not settled after a round or two of recovery, which writes what was left."""
        for _ in range(50):
            rows = self.world.rows("SELECT key FROM entries WHERE state <> 2 "
                                   "OR sequence IN (SELECT sequence FROM queue)",
                                   database="ledger")
            if not rows:
                break
            time.sleep(0.1)
        return rows


class CrashTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.maxDiff = None
        with Scene() as undisturbed:
            cls.expected = undisturbed.walk()
        kinds = [row.split("'kind': '")[1].split("'")[0] for row in cls.expected["applied_events"]]
        assert sorted(kinds) == sorted(
            ["member_enable"] * 3 + ["join", "cross_sell", "cross_sell", "conversion", "rebill",
                                     "credit", "member_cancel", "chargeback", "member_disable"])

    def assert_survives(self, scene):
        state = scene.walk()
        self.assertEqual(scene.deaths, 1, "the host was to die once; its log:\n" +
                         scene.world.host.log())
        self.assertEqual(state, self.expected)
        self.assertEqual(scene.unsettled(), [])

    def test_killed_at_steps_of_the_host(self):
        for step, number in HOST_STEPS:
            with self.subTest(step=step, number=number), Scene(die_at=f"{step}:{number}") as scene:
                self.assert_survives(scene)

    def test_killed_at_steps_of_the_ledger(self):
        steps = ([(*step, DURABLE_MARKS) for step in LEDGER_STEPS] +
                 [(*step, ()) for step in LATER_STEPS])
        for step, number, more in steps:
            with self.subTest(step=step, number=number, more=more), Scene(
                    plugin=FAILPOINTS, env={"SEGPAY_DIE_AT": f"{step}:{number}"},
                    more=more) as scene:
                self.assert_survives(scene)

    def test_killed_again_during_recovery(self):
        """The host applied an event and died; recovery takes it and dies as well, before and after
        the lease is durable."""
        for step in ("take.before_commit", "take.after_commit", "settle.before_commit"):
            with self.subTest(step=step), Scene(die_at="applied:2") as scene:
                _, link = scene.world.join(option="101", username="dora", password="correct horse",
                                           email="dora@example.com", name="Dora Example")
                scene.world.pay(link, cross_sells="1,2")
                scene.world.host.process.wait(20)
                time.sleep(LEASE_SECONDS + 0.1)
                try:
                    scene.world.start_host(plugin=FAILPOINTS, env={"SEGPAY_DIE_AT": f"{step}:1"})
                except stack.Trouble:
                    pass  # died while it started, which is as good
                scene.world.host.process.wait(20)
                time.sleep(LEASE_SECONDS + 0.1)
                scene.world.start_host()
                scene.after(None)
                kinds = scene.world.rows("SELECT kind, count(*) AS n FROM applied_events "
                                         "GROUP BY kind ORDER BY kind")
                self.assertEqual([(row["kind"], row["n"]) for row in kinds],
                                 [("cross_sell", 2), ("join", 1), ("member_enable", 3)])
                self.assertEqual(scene.unsettled(), [])

    def test_outage_is_made_up_for_by_retries(self):
        with Scene() as scene:
            _, link = scene.world.join(option="101", username="dora", password="correct horse",
                                       email="dora@example.com", name="Dora Example")
            scene.world.pay(link, cross_sells="1,2")
            scene.world.host.stop()
            purchase = str(SEED + 1)
            for action in ("conversion", "rebill", "refund_only"):
                sent = scene.world.act(purchase, action)["postbacks"]
                self.assertFalse(any(postback["accepted"] for postback in sent))
            scene.world.start_host()
            retried = scene.world.turn_clock(HOUR)
            self.assertEqual([p["accepted"] for p in retried], [True, True, True])
            kinds = [row["kind"] for row in scene.world.rows(
                "SELECT kind FROM applied_events ORDER BY number DESC LIMIT 3")]
            self.assertEqual(sorted(kinds), ["conversion", "credit", "rebill"])


if __name__ == "__main__":
    unittest.main()
