"""A world with a difficult host, by rules for odd_plugin.cpp, which stands between the host and
the real plugin."""

import concurrent.futures
import os
import re
import time
import unittest

import disturbed
import oracle
import stack

LEASE_SECONDS = 1
WAIT_SECONDS = 30
MAX_ATTEMPTS = 3


class Difficult(unittest.TestCase):
    MARKS = "later"

    def setUp(self):
        self.world = disturbed.World(self.MARKS, lease_seconds=LEASE_SECONDS,
                                     max_attempts=MAX_ATTEMPTS)
        self.addCleanup(self.world.__exit__)
        self.world.__enter__()
        self.threads = concurrent.futures.ThreadPoolExecutor(8)
        self.addCleanup(self.threads.shutdown)

    def start_odd(self, *rules):
        self.rules(*rules)
        self.world.start(plugin=disturbed.ODD_PLUGIN, env={"SEGPAY_ODD": self.rules_path()},
                         more=("--verbose",))

    def start_neighbour(self):
        """Another host on the same ledger, without rules."""
        other = self.world.neighbour()
        self.addCleanup(other.stop)
        other.start(more=("--verbose",))
        return other

    def rules_path(self):
        return os.path.join(self.world.data, "odd")

    def rules(self, *rules):
        path = self.rules_path() + ".new"
        with open(path, "w", encoding="utf-8") as file:
            file.write("".join(rule + "\n" for rule in rules))
        os.replace(path, self.rules_path())

    def buy(self, **more):
        return self.world.pay(self.world.link("101", "dora"), **more)["purchase_id"]

    def act_later(self, purchase, action):
        return self.threads.submit(self.world.act, purchase, action)

    def effects(self, purchase=None):
        rows = self.world.rows("SELECT kind, subscription, redelivery FROM applied_events "
                               "ORDER BY number")
        return [row["kind"] for row in rows
                if purchase is None or row["subscription"] == f"SEGPAY:{purchase}"]

    def entry(self, purchase, kind):
        """The entry's state, as the operator sees it; none before it is claimed."""
        for entry in oracle.ledger_entries(self.world):
            event = entry["event"]
            if event and (event["purchase_id"], event["kind"]) == (purchase, kind):
                return entry
        return {"state": None, "attempts": 0}

    def await_(self, condition, what):
        deadline = time.monotonic() + WAIT_SECONDS
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"waited in vain for {what}")
            time.sleep(0.05)

    def await_claim(self, purchase, kind):
        self.await_(lambda: self.entry(purchase, kind)["state"], f"the claim of the {kind}")

    def postback(self, purchase, kind="transaction"):
        return [p for p in self.world.postbacks()
                if p["purchaseid"] == purchase and p["kind"] == kind][-1]

    def post_to(self, host, postback):
        """Segpay's retry, to this front end."""
        url = stack.urllib.parse.urlsplit(postback["url"])
        return stack.http("GET", f"{host.host_url}{url.path}?{url.query}")[0]

    def callbacks(self, kind, purchase):
        """How often the callback of any host ended: with the effect, and without it."""
        with open(os.path.join(self.world.data, "host.log"), encoding="utf-8") as log:
            text = log.read()
        return tuple(len(re.findall(rf"debug: {words} {kind} \S+ of SEGPAY:{purchase}\b", text))
                     for words in ("applied", "had applied"))
