"""Canaries over real HTTP: the password, card, e-mail address and keys of a customer's life and
of broken and foreign requests are in no log, page, file or output where they do not belong."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from urllib.parse import quote, urlencode

import stack

BUILD = os.environ["BUILD_DIR"]
PASSWORD = "canary-Passw0rd"
EMAIL = "canary@mail.example"
KEYS = {"natskey": "canary-parameter-key", "seal": "canary-seal-key-0123456789abcdef",
        "box": "canary-box-key-0123456789abcdef"}
CARD = "4444333322221111"
SALE = {"action": "Auth", "stage": "Initial", "approved": "Yes", "transtype": "Sale",
        "price": "2.95", "currencycode": "USD", "eticketid": "162209:3097", "memberid": "1"}
SECRETS = {"username": "canarina", "password": PASSWORD, "pwd": PASSWORD, "email": EMAIL,
           "ccnumber": CARD, "x-card_number": "4444 3333 2222 1111", "cvv": "canary-cvv"}
# In a text where the e-mail may stand, no other canary hides behind its name.
EMAIL_SPELLINGS = (EMAIL, quote(EMAIL, safe=""))


class CanaryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data = tempfile.mkdtemp(prefix="segpay-e2e-")
        cls.addClassCleanup(shutil.rmtree, cls.data, ignore_errors=True)
        cls.keys = tempfile.mkdtemp(prefix="segpay-keys-")
        cls.addClassCleanup(shutil.rmtree, cls.keys, ignore_errors=True)
        cls.world = stack.Stack(BUILD, cls.data)
        cls.addClassCleanup(cls.world.stop)
        cls.guard_account()
        cls.world.start_sandbox(portal=cls.portal())
        cls.world.start_host()
        cls.live()
        cls.meet_the_rest()
        cls.outputs = cls.commands()

    @classmethod
    def key_file(cls, name):
        path = os.path.join(cls.keys, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(KEYS[name] + "\n")
        return path

    @classmethod
    def guard_account(cls):
        """The account gets a secret parameter, and keys of its own."""
        with open(cls.world.config, encoding="utf-8") as file:
            text = file.read()
        text = re.sub(r"keys:\n    - \$\{file:.*\}", "keys:\n    - ${file:%s}" %
                      cls.key_file("seal"), text)
        text = re.sub(r"password_key: .*", "password_key: ${file:%s}" % cls.key_file("box"), text)
        text = text.replace("      - 127.0.0.1\n", "      - 127.0.0.1\n    secret:\n"
                            "      parameter: natskey\n      value: ${file:%s}\n" %
                            cls.key_file("natskey"))
        # The host refuses sales for a site that it does not have.
        text = text.replace("sites:\n", "sites:\n  - {id: 66, name: Elsewhere, type: membership}\n")
        text = text.replace("options:\n", "options:\n  - {id: 666, site: 66, name: Elsewhere, "
                            'eticket: "66:6", price: {type: one_time, currency: USD, '
                            "initial: {amount: 2.95, days: 30}}}\n")
        with open(cls.world.config, "w", encoding="utf-8") as file:
            file.write(text)

    @classmethod
    def portal(cls):
        with open(os.path.join(stack.ROOT, "integration", "sandbox", "portal.yaml"),
                  encoding="utf-8") as file:
            text = file.read()
        path = os.path.join(cls.keys, "portal.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("process_segpay.php?",
                                    f"process_segpay.php?natskey={KEYS['natskey']}&"))
        return path

    @classmethod
    def live(cls):
        """A customer joins and pays."""
        _, link = cls.world.join(option="101", username="canarina", password=PASSWORD,
                                          email=EMAIL, name="Ann Example")
        cls.world.pay(link, card="4444 3333 2222 1111")
        cls.postbacks = cls.world.postbacks()

    @classmethod
    def post(cls, method="GET", key=KEYS["natskey"], headers=None, **changes):
        fields = {**SALE, **SECRETS, **({"natskey": key} if key else {}), **changes}
        url = cls.world.host_url + "/signup/process_segpay.php"
        if method == "POST":
            return stack.http("POST", url, form=fields, headers=headers)[0]
        return stack.http(method, url + "?" + urlencode(fields), headers=headers)[0]

    @classmethod
    def meet_the_rest(cls):
        basic = {"Authorization": "Basic canary-basic", "Cookie": "canary-cookie"}
        cls.statuses = {
            "refused by the host": cls.post(purchaseid="900", transid="9001", memberid="",
                                            eticketid="66:6"),
            "quarantined": cls.post(purchaseid="901", transid="9011", price="x"),
            "forged": cls.post("POST", purchaseid="902", transid="9021", natsseal="a" * 32),
            "held": cls.post(purchaseid="902", transtype="", action="Disable"),
            "conflict": cls.post(purchaseid="903", transid="9001"),
            "unknown": cls.post(purchaseid="904", transtype="gift"),
            "probe": cls.post(action="probe"),
            "without key": cls.post(key=None, purchaseid="905"),
            "wrong key": cls.post(key="canary-wrong-key", purchaseid="905", headers=basic),
            "contradiction": cls.post(purchaseid="906", transid="9061", PRICE="1.00",
                                      PASSWORD="canary-two"),
            "user data": cls.post(
                purchaseid="907", transid="9071", price="x", userdata="<EXTRA_DATA><PASSWORD>"
                "canary-user-data</PASSWORD><CARD>" + CARD + "</CARD></EXTRA_DATA>"),
            "broken user data": cls.post(purchaseid="908", transid="9081", price="x",
                                         userdata="<EXTRA_DATA><PASSWORD>canary-user-data"),
            "card": cls.post(purchaseid="909", transid="9091", price="x",
                             note="it is " + CARD + ".", name="4444 3333 2222 1111"),
            "too large": cls.post("POST", purchaseid="905", password="canary" * 20_000),
            "not allowed": cls.post("PUT", purchaseid="905"),
        }

    @classmethod
    def run_cli(cls, *arguments, text=""):
        done = subprocess.run(
            [os.path.join(BUILD, "bin", "nats-segpay"), *arguments], input=text.encode(),
            capture_output=True, check=False, timeout=120)
        return done.stdout.decode(), done.stderr.decode()

    @classmethod
    def commands(cls):
        account = ("--config", cls.world.config, "--verbose")
        ledger = account + ("--ledger", os.path.join(cls.data, "ledger.sqlite"))
        outputs = {}
        for command in ("events", "quarantine", "dead-letters"):
            outputs[command] = cls.run_cli(command, *ledger)
            outputs[command + " --json"] = cls.run_cli(command, *ledger, "--json")
        outputs["check"] = cls.run_cli("check", cls.world.config)
        outputs["portal"] = cls.run_cli("portal", *account, "--host", "join.example.com")
        link = ("link", *account, "--kind", "join", "--option", "101")
        outputs["refused link"] = cls.run_cli(
            *link, "--set", "password=" + PASSWORD + "x" * 1000, "--set", "email=" + EMAIL)
        outputs["translate"] = cls.run_cli(
            "translate", *account,
            text=urlencode({**SALE, **SECRETS, "purchaseid": 1, "transid": 1}) + "\n")
        return outputs

    # ---- The outputs that are searched

    def assert_clean(self, text, where, email=False):
        if isinstance(text, bytes):
            text = text.decode(errors="replace")
        for spelling in EMAIL_SPELLINGS if email else ():
            text = text.replace(spelling, "")
        for secret in ("canary", CARD, "4444 3333 2222 1111", "4444+3333+2222+1111"):
            at = text.find(secret)
            self.assertEqual(at, -1, f"{where}: ...{text[max(0, at - 60):at + 60]}...")

    def test_every_way_was_gone(self):
        self.assertEqual(self.statuses, {
            "refused by the host": 422, "quarantined": 422, "forged": 422, "held": 422,
            "conflict": 409, "unknown": 200, "probe": 200, "without key": 403, "wrong key": 403,
            "contradiction": 422, "user data": 422, "broken user data": 422, "card": 422,
            "too large": 413, "not allowed": 405})
        self.assertTrue(self.postbacks)
        states = {row["state"] for row in
                  self.world.rows("SELECT DISTINCT state FROM entries", database="ledger")}
        self.assertLessEqual({2, 3, 4, 5, 6}, states)  # settled to unknown

    def test_logs_of_the_host(self):
        log = self.world.host.log()
        self.assertIn("quarantined", log)
        self.assert_clean(log, "host.log")

    def test_files(self):
        files_with_email = set()
        for name in os.listdir(self.data):
            if name == "sandbox.log":  # Segpay's own, with the card
                continue
            with open(os.path.join(self.data, name), "rb") as file:
                content = file.read()
            database = name.split("-")[0]
            if any(spelling.encode() in content for spelling in EMAIL_SPELLINGS):
                files_with_email.add(database)
            self.assert_clean(content, name, email=database.endswith(".sqlite"))
        # The e-mail is where it belongs, so the search works.
        self.assertEqual(files_with_email, {"host.sqlite", "ledger.sqlite"})

    def test_passwords_of_what_is_settled_are_gone(self):
        kept = self.world.rows("SELECT state FROM entries WHERE password IS NOT NULL",
                               database="ledger")
        self.assertLessEqual({row["state"] for row in kept}, {3, 4, 5, 6})
        self.assertTrue(kept)

    def test_pages_of_the_operator(self):
        for page in ("/quarantine", "/dead-letters", "/events", "/"):
            _, text = stack.http("GET", self.world.admin_url + page)
            self.assert_clean(text, page, email=True)

    def test_output_of_the_tool(self):
        for command, (out, err) in self.outputs.items():
            self.assertTrue(out or err, command)
            self.assert_clean(err, command + " (stderr)")
            if command.endswith("--json") or command == "translate":
                self.check_json(command, out)
            else:
                self.assert_clean(out, command)

    def check_json(self, command, out):
        """The e-mail is in the event's own field, and in extras that the merchant named."""
        for line in out.splitlines():
            shown = json.loads(line)
            events = shown.get("events", [shown.get("event")])
            for event in filter(None, events):
                if event.get("email") == EMAIL:
                    event["email"] = None
            self.assert_clean(json.dumps(shown), command)


if __name__ == "__main__":
    unittest.main()
