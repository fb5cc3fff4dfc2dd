"""Kills the reference host with SIGKILL in the middle of the walk, starts it again, lets
Segpay's retries come, and compares the host's whole final state, to the last login, with that of
an undisturbed walk. failpoints_test.py covers every failpoint, and load."""

import shutil
import tempfile
import time
import unittest

import on_mariadb
import stack
from disturbed import BUILD, DURABLE_MARKS, FAILPOINTS, in_parallel
from oracle import ledger_entries

SEED = 5000000
LEASE_SECONDS = 1
HOUR = 3600

# The step, and the pass of it. The first postback is the inquiry, which Segpay never repeats:
# without an answer the customer gets the e-mail address as user name, so the passes begin after it.
HOST_STEPS = [("received", 3), ("received", 9), ("claimed", 1), ("claimed", 4), ("applied", 1),
              ("applied", 6), ("applied", 11), ("answered", 3), ("answered", 10)]
LEDGER_STEPS = [("claim.after_commit", 7), ("settle.before_commit", 3),
                ("settle.after_commit", 2)]
# For a host that honours keys, so that marks ride on the next commit.
LATER_STEPS = [("later.end", 1), ("later.end", 8), ("commit.after", 9)]

# All of an effect, without times and without what a redelivery may change.
STATE = {
    "applied_events": "SELECT key, kind, subscription, transaction_id, member FROM applied_events",
    "transactions": "SELECT key, id, related, subscription, member, site, kind, amount_minor, "
                    "currency, approved, test, standin FROM transactions",
    "subscriptions": "SELECT id, site, member, option, access, renewing, trial FROM subscriptions",
    "members": "SELECT id, site, parent_member, status, username, email, name, tokens, "
               "password IS NOT NULL AS has_password FROM members",
}


class Scene:
    """One walk in a world of its own; the host is restarted after each death."""

    def __init__(self, die_at=None, plugin=None, env=None, more=()):
        self.data = tempfile.mkdtemp(prefix="segpay-crash-")
        self.world = on_mariadb.Stack(BUILD, self.data, lease_seconds=LEASE_SECONDS)
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
        self.world.drop_ledger()
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
        """A dead host is restarted, as by a supervisor; then Segpay's retries come."""
        for _ in range(13):
            self.supervise()
            if all(p["accepted"] for p in self.world.postbacks() if p["kind"] != "inquiry"):
                return
            time.sleep(LEASE_SECONDS + 0.1)  # by now a dying host is dead
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
        """The entries that are not settled after one or two runs of recovery, which writes
        pending marks."""
        for _ in range(50):
            rows = [entry["key"] for entry in ledger_entries(self.world)
                    if entry["state"] != "settled"]
            if not rows:
                break
            time.sleep(0.1)
        return rows


def disturbed_walk(step, number, how):
    at = f"{step}:{number}"
    if how:
        how = {**how, "plugin": FAILPOINTS, "env": {"SEGPAY_DIE_AT": at}}
    else:
        how = {"die_at": at}
    with Scene(**how) as scene:
        state = scene.walk()
        return scene.deaths, state, scene.unsettled()


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

    def test_killed_in_the_middle(self):
        steps = ([(*step, {}) for step in HOST_STEPS] +
                 [(*step, {"more": DURABLE_MARKS}) for step in LEDGER_STEPS] +
                 [(*step, {"more": ()}) for step in LATER_STEPS])
        for (step, number, _), (deaths, state, unsettled) in zip(
                steps, in_parallel(disturbed_walk, steps)):
            with self.subTest(step=step, number=number):
                self.assertEqual(deaths, 1, "the host was to die once")
                self.assertEqual(state, self.expected)
                self.assertEqual(unsettled, [])

    def test_killed_again_during_recovery(self):
        """The host applied an event and died; recovery leases it and dies as well, before and
        after the lease is durable."""
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
                    pass  # died while it started, which counts as well
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
