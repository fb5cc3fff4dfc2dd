#!/usr/bin/env python3
"""Walks two customers through a sign-up and what follows, through real HTTP, and prints
each step: the first under the postback templates of the NATS integration guide as printed
(garbled), the second under the same with "&currencycode=" corrected. Every postback is sent twice;
the host must show one effect of each. Then keeps the programs running until Ctrl-C.

    python3 integration/walk.py --build build [--data FOLDER] [--once] [--any-port]
"""

import argparse
import shutil
import signal
import sys
import tempfile
import time
import urllib.parse

import stack
from stack import Stack, Trouble

# The events that the host must have applied, per purchase, after a walk.
EXPECTED = {
    "main": {"member_enable": 1, "join": 1, "conversion": 1, "rebill": 1, "credit": 1,
             "member_cancel": 1, "chargeback": 1, "member_disable": 1},
    "cross sell 1": {"member_enable": 1, "cross_sell": 1},
    "cross sell 2": {"member_enable": 1, "cross_sell": 1},
}
# Income of the main purchase: 2.95 + 29.95 + 29.95, less a refund and a chargeback of 29.95 each.
EXPECTED_INCOME = {"USD": 295}


def say(text=""):
    print(text, flush=True)


def masked(link):
    """The link's page and the names of its parameters: values may be personal."""
    base, _, query = link.partition("?")
    names = [name for name, _ in urllib.parse.parse_qsl(query, keep_blank_values=True)]
    return f"{base}?{'&'.join(names)}"


class Walk:
    def __init__(self, world, customer):
        self.world = world
        self.customer = customer
        self.step = 0
        self.sent = []

    def show(self, what):
        self.step += 1
        say(f"  {self.step:2}. {what}")

    def took(self, postbacks):
        """Each postback was accepted; sends it once more, and that is accepted as well. An
        inquiry is not repeated: after the sign-up the name is taken."""
        for postback in postbacks:
            answers = [postback["attempts"][-1]]
            if postback["kind"] != "inquiry":
                answers.append(self.world.repeat(postback)["attempts"][-1])
            shown = ", again: ".join(f"{a['status']} {a['body']}" for a in answers)
            say(f"        {postback['kind']:<12} purchase {postback['purchaseid']}: {shown}")
            if not all(answer["accepted"] for answer in answers):
                raise Trouble(f"the host did not accept {postback['kind']}: {shown}")
            self.sent.append(postback)

    def sign_up(self):
        member, link = self.world.join(
            option="101", username=self.customer, password="correct horse", name="Ann Example",
            email=f"{self.customer}@example.com", nats="MTAwMS4xLjcuMS4wLjAuMC4w")
        self.member = int(member)
        self.show(f"{self.customer} picks option 101 and becomes member {member} (pending)")
        say(f"        link: {masked(link)}")
        status, page = stack.http("GET", link)
        missing = [shown for shown in ("2.95 USD for 3 days", "sp-cross-sell-1", "sp-cross-sell-2")
                   if shown not in page]
        if status != 200 or missing:
            raise Trouble(f"the pay page answered {status} and does not show {missing}")
        self.show("the pay page shows 2.95 USD for 3 days and two cross sells; both ticked, paid")
        paid = self.world.pay(link, cross_sells="1,2")
        if not paid["approved"]:
            raise Trouble("the test card was declined")
        self.took(paid["postbacks"])
        self.main, self.cross_1, self.cross_2 = paid["purchases"]

    def later(self):
        for what, action, sale in [
                ("the trial converts", "conversion", None),
                ("a month later it renews", "rebill", None),
                ("the renewal is refunded", "refund_only", "rebill"),
                ("the member cancels; access stays", "cancel", None),
                ("the bank takes the conversion back, access ends", "chargeback", "conversion")]:
            self.show(what)
            more = {"tranid": getattr(self, sale)} if sale else {}
            deed = self.world.act(self.main, action, **more)
            setattr(self, action, deed["transaction_id"])
            self.took(deed["postbacks"])

    def check(self):
        purchases = {"main": self.main, "cross sell 1": self.cross_1,
                     "cross sell 2": self.cross_2}
        for name, purchase in purchases.items():
            kinds = {row["kind"]: row["count"] for row in self.world.rows(
                "SELECT kind, count(*) AS count FROM applied_events WHERE subscription = ? "
                "GROUP BY kind", f"SEGPAY:{purchase}")}
            if kinds != EXPECTED[name]:
                raise Trouble(f"{name}: expected {EXPECTED[name]}, the host has {kinds}")
        sites = {name: [(row["site"], row["member"]) for row in self.world.rows(
            "SELECT site, member FROM subscriptions WHERE id = ?", f"SEGPAY:{purchase}")]
                 for name, purchase in purchases.items()}
        if [len(rows) for rows in sites.values()] != [1, 1, 1]:
            raise Trouble(f"expected one subscription for each purchase, the host has {sites}")
        (main,), (first,), (second,) = sites.values()
        if (main, first[0], second[0]) != (("7", self.member), "8", "9"):
            raise Trouble(f"the purchases are not at their own sites: {sites}")
        parent = self.world.rows("SELECT * FROM members WHERE id = ?", self.member)[0]
        if (parent["site"], parent["username"], parent["tokens"]) != ("7", self.customer, 0):
            raise Trouble(f"the parent member was touched by a cross sell: site {parent['site']}")
        income = {row["currency"]: row["minor"] for row in self.world.rows(
            "SELECT currency, sum(amount_minor) AS minor FROM transactions "
            "WHERE subscription = ? AND approved = 1 GROUP BY currency", f"SEGPAY:{self.main}")}
        if income != EXPECTED_INCOME:
            raise Trouble(f"expected {EXPECTED_INCOME} minor units, the host has {income}")
        self.show(f"{len(self.sent)} postbacks, each sent twice: the host has one effect of each, "
                  "the cross sells are at sites 8 and 9")


def walk(world, postbacks, seed, customer, title):
    say(title)
    world.start_sandbox(postbacks, seed=seed)
    customer_walk = Walk(world, customer)
    customer_walk.sign_up()
    customer_walk.later()
    customer_walk.check()


def wait_for_ctrl_c(world):
    say("Running until Ctrl-C:")
    say(f"  sign up          {world.host_url}/signup/signup.php")
    say(f"  operator pages   {world.admin_url}/")
    say(f"  Segpay sandbox   {world.sandbox_url}/")
    while True:
        for program in (world.host, world.sandbox):
            if not program.is_running():
                raise Trouble(f"{program.name} has ended")
        time.sleep(1)


def interrupt(*_):
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(description="Walks customers through the example account.")
    parser.add_argument("--build", required=True, help="the build folder")
    parser.add_argument("--data", help="where the databases go; default: a new temporary folder")
    parser.add_argument("--once", action="store_true", help="stop after the walk")
    parser.add_argument("--any-port", action="store_true", help="free ports instead of the usual")
    options = parser.parse_args()

    # Whichever signal ends it, it stops its two programs.
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, interrupt)
    data = options.data or tempfile.mkdtemp(prefix="nats-segpay-")
    walked = False
    world = Stack(options.build, data, ports=None if options.any_port else (8080, 8081, 8091))
    try:
        seed = int(time.time())  # ids of purchases; the second sandbox must not repeat the first's
        world.start_host()
        walk(world, "nats", seed, "ann", "Ann, with the guide's postback templates as printed:")
        world.sandbox.stop()
        walk(world, "nats-repaired", seed + 1000, "bob", "Bob, with the templates corrected:")
        walked = True
        say("All went well.")
        if not options.once:
            wait_for_ctrl_c(world)
        return 0
    except KeyboardInterrupt:
        say("Stopped.")
        return 0 if walked else 1
    except Trouble as trouble:
        say(f"It did not go well: {trouble}")
        say(f"Logs are in {data}")
        options.data = data  # keep them
        return 1
    finally:
        world.stop()
        if not options.data:
            shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
