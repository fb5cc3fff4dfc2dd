"""The oracle: compares the sandbox's answers with the effects at the host. It uses nothing of
the plugin's inside: the ledger is read with the operator's tool."""

import collections
import json
import os
import re
import subprocess
import urllib.parse

import stack
from load import STATE_KINDS


class Evidence:
    """All the evidence: the sandbox's list of postbacks, the effects in the host's database, and
    the ledger as the operator sees it."""

    def __init__(self, world):
        self.postbacks = world.postbacks()
        self.effects = world.rows("SELECT key, number, kind, subscription, transaction_id "
                                  "FROM applied_events ORDER BY number")
        self.money = world.rows("SELECT id, kind, amount_minor, approved FROM transactions")
        self.entries = ledger_entries(world)


def tool(world, *arguments, env=None, plugin=None, check=True):
    command = [os.path.join(world.build, "bin", "nats-segpay"), *arguments, "--config",
               world.config]
    if world.ledger:
        command += ["--ledger", world.ledger]
    if plugin:
        command += ["--plugin", plugin]
    return subprocess.run(command, capture_output=True, text=True, timeout=stack.HTTP_SECONDS,
                          env={**os.environ, **(env or {})}, check=check)


def ledger_entries(world):
    return [json.loads(line) for line in
            tool(world, "events", "--limit", "0", "--json").stdout.splitlines()]


def was_accepted(postback):
    return any(attempt["accepted"] for attempt in postback["attempts"])


def judge(evidence):
    """Every way in which the host differs from the accepted answers; empty when all is well."""
    return [*lost_and_doubled(evidence), *wrong_money(evidence), *out_of_order(evidence),
            *left_over(evidence)]


def lost_and_doubled(evidence):
    """A transaction has one effect. A postback that changes the state of a purchase has one
    effect for each time it was sent, because the next is only sent after the one before was
    accepted."""
    found = collections.Counter()
    for effect in evidence.effects:
        if effect["kind"] in STATE_KINDS.values() and not effect["transaction_id"]:
            found[effect["kind"], effect["subscription"]] += 1
        else:
            found["transaction", effect["transaction_id"]] += 1
    accepted, sent = collections.Counter(), collections.Counter()
    for postback in evidence.postbacks:
        what = fact_of(postback)
        if what is None:
            continue
        sent[what] += 1
        accepted[what] += was_accepted(postback)
    for what in sorted(set(sent) | set(found), key=repr):
        if found[what] < accepted[what]:
            yield f"lost: {what}: accepted {accepted[what]}, applied {found[what]}"
        if found[what] > sent[what]:
            yield f"doubled: {what}: sent {sent[what]}, applied {found[what]}"


def fact_of(postback):
    if postback["kind"] == "transaction":
        return "transaction", f"SEGPAY:{postback['tranid']}"
    if postback["kind"] in STATE_KINDS:
        return STATE_KINDS[postback["kind"]], f"SEGPAY:{postback['purchaseid']}"
    return None  # a question


def wrong_money(evidence):
    """Each amount in the host's books equals the one that was sent."""
    prices = {}
    for postback in evidence.postbacks:
        if postback["kind"] == "transaction":
            query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(postback["url"]).query))
            prices[f"SEGPAY:{postback['tranid']}"] = query["price"]
    for row in evidence.money:
        price = re.sub(r"[^\d]", "", prices.get(row["id"], ""))
        if row["amount_minor"] is None or not price or abs(row["amount_minor"]) != int(price):
            yield f"money: {row['id']}: sent {prices.get(row['id'])}, booked {row['amount_minor']}"


def out_of_order(evidence):
    """Within a purchase: effects follow the ledger's order, and no postback that was accepted at
    once comes after one that was sent later."""
    number_of = {effect["key"]: effect["number"] for effect in evidence.effects}
    rows = collections.defaultdict(list)
    for entry in sorted(evidence.entries, key=lambda entry: entry["sequence"]):
        if entry["state"] == "settled" and entry["key"] in number_of:
            rows[entry["event"]["purchase_id"]].append(number_of[entry["key"]])
    for purchase, numbers in rows.items():
        if numbers != sorted(numbers):
            yield f"order: purchase {purchase}: by the ledger's order applied as {numbers}"

    applied_as = {("transaction", effect["transaction_id"]): effect["number"]
                  for effect in evidence.effects if effect["transaction_id"]}
    latest = {}
    for postback in evidence.postbacks:  # by number, which is the order of sending
        number = applied_as.get(fact_of(postback))
        if number is None:
            continue
        if number < latest.get(postback["purchaseid"], 0):
            yield f"order: purchase {postback['purchaseid']}: {fact_of(postback)} came too early"
        if postback["attempts"][0]["accepted"]:
            latest[postback["purchaseid"]] = max(number, latest.get(postback["purchaseid"], 0))


def left_over(evidence):
    for entry in evidence.entries:
        if entry["state"] not in ("settled", "conflict", "released", "dismissed"):
            yield f"left over: {entry['state']}: {entry['key']}: {entry['message']}"
