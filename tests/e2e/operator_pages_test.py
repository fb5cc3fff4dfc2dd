"""The operator's pages over real HTTP: who can reach them, who can press their buttons, and what
the buttons do. And the ports: a second host does not share them."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

import stack

BUILD = os.environ["BUILD_DIR"]
POSTBACK = {"action": "Auth", "stage": "Initial", "approved": "Yes", "transtype": "Sale",
            "price": "2.95", "currencycode": "USD", "eticketid": "162209:3097"}
HOST = os.path.join(BUILD, "bin", "nats-host")


class OperatorPagesTest(unittest.TestCase):
    FORGED = {"purchaseid": "800", "transid": "8001", "natsseal": "a" * 32}

    def setUp(self):
        self.data = tempfile.mkdtemp(prefix="segpay-operator-")
        self.addCleanup(shutil.rmtree, self.data, ignore_errors=True)
        self.world = stack.Stack(BUILD, self.data)
        self.addCleanup(self.world.stop)
        self.world.start_host()

    def get(self, path, **headers):
        return stack.http("GET", self.world.admin_url + path, headers=headers)

    def post(self, form, **headers):
        return stack.http("POST", self.world.admin_url + "/decide", form=form, headers=headers)

    def postback(self, **changes):
        query = stack.urllib.parse.urlencode({**POSTBACK, **changes})
        return stack.http("GET", f"{self.world.host_url}/signup/process_segpay.php?{query}")

    def keep_one(self):
        """A sale with a forged seal is in quarantine; returns the form to decide it."""
        status, _ = self.postback(**self.FORGED)
        self.assertEqual(status, 422)
        _, page = self.get("/quarantine")
        form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
        self.assertEqual(set(form), {"token", "key", "back"}, page)
        return {**form, "by": "dora"}

    def effects(self):
        return [row["kind"] for row in self.world.rows("SELECT kind FROM applied_events")]

    def test_released_sale_is_applied_once(self):
        form = self.keep_one()
        status, page = self.post({**form, "decision": "release"})
        self.assertEqual(status, 200, page)
        self.assertEqual(self.effects(), ["join"])
        self.assertIn("released by dora, 20", self.get("/decided")[1])
        self.assertNotEqual(self.post({**form, "decision": "release"})[0], 200)
        self.assertEqual(self.postback(**self.FORGED)[0], 200)
        self.assertEqual(self.effects(), ["join"])

    def test_operator_completes_what_is_released(self):
        self.FORGED = {"purchaseid": "800", "transid": "8001", "memberid": "77", "foreignid": "78"}
        form = self.keep_one()
        status, page = self.post({**form, "decision": "release"})
        self.assertEqual(status, 409, page)
        self.assertIn("differ", page)
        status, page = self.post({**form, "decision": "release", "says": "price=1"})
        self.assertEqual(status, 409, page)
        self.assertIn("itself", page)
        status, page = self.post({**form, "decision": "release", "says": "memberid=77"})
        self.assertEqual(status, 200, page)
        self.assertEqual(self.effects(), ["join"])

    def test_dismissed_sale_is_gone(self):
        form = self.keep_one()
        self.assertEqual(self.post({**form, "decision": "dismiss"})[0], 200)
        self.assertNotIn(form["key"], self.get("/quarantine")[1])
        self.assertEqual(self.effects(), [])

    def test_quarantine_shows_the_evidence(self):
        self.postback(**self.FORGED, memberid="77", merchantpartnerid="17", password="hunter2-xyz")
        page = self.get("/quarantine")[1]
        for words in ("seal", "Would have been", "join of 2.95 USD", "8001", "800", "77", "17",
                      "First arrived (UTC)", "natsseal = ", "price = 2.95"):
            self.assertIn(words, page)
        self.assertNotIn("hunter2", page)

    def test_who_decided_is_shown_and_asked_only_once(self):
        form = self.keep_one()
        self.assertEqual(self.post({**form, "by": "", "decision": "dismiss"})[0], 400)
        status, page = self.post({**form, "by": "Döra & Co", "decision": "dismiss"})
        self.assertEqual(status, 200)
        (back,) = re.findall(r'<a href="(/quarantine[^"]*)">Back', page)
        self.postback(**{**self.FORGED, "transid": "8002"})
        self.assertIn('value="Döra &amp; Co"', self.get(back)[1])
        decided = self.get("/decided")[1]
        self.assertIn("dismissed by Döra &amp; Co, 20", decided)
        self.assertNotIn("<form", decided)
        self.assertIn("decided by Döra &amp; Co", self.get("/events")[1])

    def test_other_sites_cannot_press_the_buttons(self):
        form = {**self.keep_one(), "decision": "release"}
        without = {name: value for name, value in form.items() if name != "token"}
        self.assertEqual(self.post(without)[0], 403)
        self.assertEqual(self.post({**form, "token": "0" * 32})[0], 403)
        self.assertEqual(self.post(form, Origin="http://evil.example")[0], 403)
        self.assertEqual(self.post(form, Host="evil.example")[0], 403)
        self.assertEqual(self.get("/decide")[0], 405)
        self.assertEqual(self.effects(), [])
        self.assertEqual(self.post(form, Origin=self.world.admin_url)[0], 200)

    def test_foreign_host_names_see_nothing(self):
        self.assertEqual(self.get("/members", Host="evil.example")[0], 403)
        self.assertEqual(self.get("/members", Host="localhost:1")[0], 200)

    def test_public_port_has_no_operator_pages(self):
        for path in ("/", "/members", "/events", "/quarantine", "/dead-letters", "/decided",
                     "/decide"):
            self.assertEqual(stack.http("GET", self.world.host_url + path)[0], 404, path)

    def test_what_customers_and_segpay_say_is_escaped(self):
        script = "<script>alert(1)</script>"
        self.postback(purchaseid="801", transid="8011", name=script, username='"><b>')
        self.postback(purchaseid="802", transid="8021", price=script)
        for path in ("/", "/members", "/members/1", "/events", "/quarantine",
                     "/quarantine?" + stack.urllib.parse.urlencode({"by": '"><b>'}),
                     "/members?q=" + stack.urllib.parse.quote(script)):
            status, page = self.get(path)
            self.assertEqual(status, 200, path)
            self.assertNotIn(script, page, path)
            self.assertNotIn('"><b>', page, path)
        self.assertIn("&lt;script&gt;", self.get("/members/1")[1])

    def start_second(self, *arguments):
        data = os.path.join(self.data, "second")
        return subprocess.run(
            [HOST, "--config", self.world.config, "--data", data, *arguments],
            capture_output=True, text=True, timeout=30, check=False)

    def test_pages_stay_on_loopback_unless_configured(self):
        refused = self.start_second("--listen", "127.0.0.1:0", "--admin", "0.0.0.0:0")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("0.0.0.0:0 is no loopback address", refused.stderr)

    def test_second_host_does_not_share_the_port(self):
        for arguments in (("--listen", f"127.0.0.1:{self.world.host_port}", "--admin",
                           "127.0.0.1:0"),
                          ("--listen", "127.0.0.1:0", "--admin",
                           f"127.0.0.1:{self.world.admin_port}")):
            refused = self.start_second(*arguments)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("cannot listen on", refused.stderr)


class ScriptedEntriesTest(unittest.TestCase):
    """How the pages show entries that a plugin lists as the test says."""

    QUARANTINED, CONFLICT, DEAD_LETTER = 4, 5, 3
    REBILL, DENIAL = 9, 2

    def setUp(self):
        self.data = tempfile.mkdtemp(prefix="segpay-operator-")
        self.addCleanup(shutil.rmtree, self.data, ignore_errors=True)
        self.world = stack.Stack(BUILD, self.data)
        self.addCleanup(self.world.stop)
        self.world.start_host(plugin=os.path.join(BUILD, "lib", "scripted_plugin.so"))

    def list(self, key, state=QUARANTINED, **fields):
        query = stack.urllib.parse.urlencode({"state": state, "key": key, **fields}, safe="/")
        status, _ = stack.http("GET", f"{self.world.host_url}/signup/process_segpay.php?{query}")
        self.assertEqual(status, 200)

    def cards(self, path):
        """The articles of a page."""
        status, page = stack.http("GET", self.world.admin_url + path)
        self.assertEqual(status, 200)
        return re.findall("<article>.*?</article>", page, re.DOTALL)

    def test_entries_that_wait_for_another_are_visible_as_such(self):
        self.list("segpay/kept/1", purchase_id="800", kind=1, kind_name="join",
                  message="the-seal-does-not-fit")
        for n in ("1", "2"):
            self.list("segpay/held/" + n, purchase_id="800", kind=self.REBILL,
                      kind_name="rebill", message="waits-for-segpay-kept-1")
        self.list("segpay/kept/2", purchase_id="801", kind=1, kind_name="join")
        opening, first, second, other = self.cards("/quarantine")
        self.assertIn("2 later requests of this purchase wait for this decision", opening)
        self.assertIn('value="release"', opening)
        for held in (first, second):
            self.assertIn("waits for another", held)
            self.assertIn("waits-for-segpay-kept-1", held)
            self.assertIn('href="/quarantine?purchase=800"', held)
            self.assertNotIn("<form", held)
        self.assertNotIn("wait", other)
        self.assertEqual(len(self.cards("/quarantine?purchase=800")), 3)

    def test_reason_program_and_partner_are_shown(self):
        self.list("segpay/kept/1", kind=self.DENIAL, kind_name="denial", approved=1, amount=295,
                  reason_code="F402", reason_family="velocity", program="PPS", partner="Acme",
                  member_id="1")
        (card,) = self.cards("/quarantine")
        for words in ("denial of 2.95 USD", "declined", "F402", "velocity", "program PPS",
                      "partner Acme", "1 of Acme"):
            self.assertIn(words, card)
        events = stack.http("GET", self.world.admin_url + "/events")[1]
        for words in ("velocity", "partner Acme"):
            self.assertIn(words, events)

    def test_each_list_has_its_own_states(self):
        self.list("a", self.QUARANTINED)
        self.list("b", self.CONFLICT)
        self.list("c", self.DEAD_LETTER)
        self.assertEqual([len(self.cards(path)) for path in
                          ("/quarantine", "/dead-letters", "/decided")], [2, 1, 0])
        self.assertIn('value="redeliver"', self.cards("/dead-letters")[0])


if __name__ == "__main__":
    unittest.main()
