"""Customers at the sandbox from many threads at once, for tests that disturb the host meanwhile."""

import http.client
import json
import os
import random
import re
import threading
import time
import traceback
import urllib.parse

import stack

THREADS = 16
PURCHASES_OF_A_THREAD = 4  # with open postbacks; the others wait for a retry
ACTIONS_OF_A_PURCHASE = 14  # then it gets no more
RETRY_PAUSE_SECONDS = 0.1
FIVE_MINUTES = 300
HOUR = 3600

# Actions that change access or renewal. Such a postback has neither transaction nor time, so a
# second one is a new fact only after the opposite was accepted; a purchase waits until its last one
# was.
STATE_KINDS = {"enable": "member_enable", "disable": "member_disable", "cancel": "member_cancel",
               "reactivation": "reactivation"}
# How often an action is done, relative to the others that are possible.
ACTIONS = {"conversion": 4, "conversion_declined": 1, "instant_conversion": 2, "rebill": 4,
           "rebill_declined": 1, "cancel": 2, "expire": 1, "reactivation": 3, "refund_only": 2,
           "refund_cancel": 1, "refund_expire": 1, "void": 1, "chargeback": 1,
           "chargeback_reversal": 1, "rdr_reversal": 1, "revoke": 1}


def portal_for_load(folder):
    """The example account, but its pay pages ask for no login: a login exists where a link
    brings a user name, and there is no password anywhere, because hashing it would be most of
    the host's work."""
    example = os.path.join(stack.ROOT, "integration", "sandbox", "portal.yaml")
    with open(example, encoding="utf-8") as file:
        text = file.read()
    path = os.path.join(folder, "portal.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("collect: username_and_password", "collect: nothing"))
    return path


class Purchase:
    def __init__(self, number):
        self.number = number
        self.actions = None  # not asked yet
        self.acts = 0
        self.unheard = set()  # postbacks about its state that were not accepted yet
        self.last_state = None


class Load:
    """Threads that sign up, renew, cancel, refund and repeat; they run while the gate is open.
    Segpay's retries come on their own thread."""

    def __init__(self, world, links, seed, threads=THREADS):
        self.world, self.links = world, links
        self.gate = threading.Event()
        self.is_over = False
        self.accepted = set()   # numbers of postbacks that a retry delivered
        self.transactions = []  # postbacks about a transaction, of all threads
        self.conflicts = 0      # sent
        self.troubles = []      # what must not happen
        work = [Retries(self), *(Customer(self, f"{seed}/{i}") for i in range(threads))]
        self.threads = [threading.Thread(target=self._guarded, args=(each,), daemon=True)
                        for each in work]
        for thread in self.threads:
            thread.start()

    def _guarded(self, work):
        try:
            while self.gate.wait() and not self.is_over:
                work.step()
        except Exception:  # pylint: disable=broad-except
            self.troubles.append(traceback.format_exc())

    def stop(self):
        self.is_over = True
        self.gate.set()
        for thread in self.threads:
            thread.join()

    def api(self, method, path, **body):
        """Status and answer. A connection of its own, without urllib, because it is called
        often."""
        line = http.client.HTTPConnection("127.0.0.1", self.world.sandbox_port,
                                          timeout=stack.HTTP_SECONDS)
        try:
            line.request(method, f"/api/{path}", json.dumps(body) if body or method == "POST" else
                         None, {"Content-Type": "application/json"})
            answer = line.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            line.close()


class Retries:
    def __init__(self, load):
        self.load = load

    def step(self):
        _, answer = self.load.api("POST", "clock", advance_s=FIVE_MINUTES)
        self.load.accepted.update(p["n"] for p in answer["postbacks"] if p["accepted"])
        time.sleep(RETRY_PAUSE_SECONDS)


class Customer:
    """The work of one thread: one step after the other, each with a purchase of its own."""

    def __init__(self, load, seed):
        self.load = load
        self.random = random.Random(seed)
        self.purchases = []

    def step(self):
        free = [purchase for purchase in self.purchases if self.is_heard(purchase)]
        chance = self.random.random()
        if len(free) < PURCHASES_OF_A_THREAD:
            self.sign_up()
        elif chance < 0.08:
            self.repeat()
        elif chance < 0.12:
            self.repeat_state(self.random.choice(free))
        elif chance < 0.15:
            self.contradict()
        else:
            self.act(self.random.choice(free))

    def is_heard(self, purchase):
        purchase.unheard -= self.load.accepted
        return not purchase.unheard

    def sign_up(self):
        link = self.random.choice(self.load.links)
        slots = self.random.choice(("", "1", "2", "1,2")) if "162209" in link else ""
        status, receipt = self.load.api("POST", "signup", link=link, card=stack.APPROVED_CARD,
                                        cross_sells=slots)
        if status != 200:
            self.load.troubles.append(f"sign-up: {receipt}")
            return
        bought = {number: Purchase(number) for number in receipt["purchases"]}
        self.note(receipt["postbacks"], bought)
        self.purchases += bought.values()

    def note(self, postbacks, purchases):
        for postback in postbacks:
            purchase = purchases.get(postback["purchaseid"])
            if postback["kind"] == "transaction":
                self.load.transactions.append(postback)
                # A postback that opens a purchase again changes its state, too, whenever it is
                # accepted.
                if (purchase and not postback["accepted"]
                        and "reactivation" in postback["url"].lower()):
                    purchase.unheard.add(postback["n"])
            elif postback["kind"] in STATE_KINDS and purchase:
                purchase.last_state = postback["n"]
                if not postback["accepted"]:
                    purchase.unheard.add(postback["n"])

    def act(self, purchase):
        if purchase.actions is None:
            _, answer = self.load.api("GET", f"purchases/{purchase.number}")
            purchase.actions = answer["actions"]
        possible = [action for action in purchase.actions if action in ACTIONS]
        purchase.acts += 1
        if not possible or purchase.acts > ACTIONS_OF_A_PURCHASE:
            self.purchases.remove(purchase)
            return
        action = self.random.choices(possible, [ACTIONS[each] for each in possible])[0]
        status, answer = self.load.api("POST", f"purchases/{purchase.number}/{action}")
        if status != 200:
            self.load.troubles.append(f"{action}: {answer}")
            return
        purchase.actions = answer["purchase"]["actions"]
        self.note(answer["postbacks"], {purchase.number: purchase})

    def repeat(self):
        """A postback, accepted or not yet, comes again, whatever Segpay's clock says; perhaps at
        the same time as a retry of it."""
        if known := self.load.transactions[-40:]:
            self.load.api("POST", f"postbacks/{self.random.choice(known)['n']}/repeat")

    def repeat_state(self, purchase):
        """Only the last one, and not beside a retry: if the opposite was accepted meanwhile, it
        would be a new fact."""
        if purchase.last_state is None:
            return
        self.load.accepted.discard(purchase.last_state)
        status, answer = self.load.api("POST", f"postbacks/{purchase.last_state}/repeat")
        if status != 200 or not answer["accepted"]:
            purchase.unheard.add(purchase.last_state)

    def contradict(self):
        """The same fact with another amount, from a trusted sender."""
        known = [p for p in self.load.transactions[-40:] if p["accepted"]]
        if not known:
            return
        url = urllib.parse.urlsplit(self.random.choice(known)["url"])
        query = re.sub(r"\bprice=(-?)\d+\.", r"price=\g<1>777.", url.query)
        line = http.client.HTTPConnection("127.0.0.1", url.port, timeout=stack.HTTP_SECONDS)
        try:
            line.request("GET", f"{url.path}?{query}")
            status = line.getresponse().status
            self.load.conflicts += 1
            if status < 400:
                self.load.troubles.append(f"a contradiction was answered with {status}: {query}")
        except (OSError, http.client.HTTPException):
            pass  # the host died
        finally:
            line.close()
