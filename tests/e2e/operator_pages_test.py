"""The operator's pages over real HTTP: who may reach them, who may press their buttons, and what the
buttons do. And the ports: a second host does not share them."""

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
        """A sale with a forged seal waits in quarantine; the form to decide it."""
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
        self.assertNotEqual(self.post({**form, "decision": "release"})[0], 200)
        self.assertEqual(self.postback(**self.FORGED)[0], 200)
        self.assertEqual(self.effects(), ["join"])

    def test_dismissed_sale_is_gone(self):
        form = self.keep_one()
        self.assertEqual(self.post({**form, "decision": "dismiss"})[0], 200)
        self.assertNotIn(form["key"], self.get("/quarantine")[1])
        self.assertEqual(self.effects(), [])

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
        for path in ("/", "/members", "/events", "/quarantine", "/dead-letters", "/decide"):
            self.assertEqual(stack.http("GET", self.world.host_url + path)[0], 404, path)

    def test_what_customers_and_segpay_say_is_escaped(self):
        script = "<script>alert(1)</script>"
        self.postback(purchaseid="801", transid="8011", name=script, username='"><b>')
        self.postback(purchaseid="802", transid="8021", price=script)
        for path in ("/", "/members", "/members/1", "/events", "/quarantine",
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


if __name__ == "__main__":
    unittest.main()
