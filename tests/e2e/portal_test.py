"""The output of `nats-segpay portal`, pasted as it is: the host answers at that address, and a
client that sends its password only after a challenge gets through."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request
from urllib.parse import quote, urlsplit

import stack

BUILD = os.environ["BUILD_DIR"]
PASSWORD = "canary-gr\u00fc\u00dfe"
AUTHENTICITY = "    addresses:\n      - 127.0.0.1\n"
SALE = {"<action>": "Auth", "<stage>": "Initial", "<approved>": "Yes", "<trantype>": "Sale",
        "<price>": "2.95", "<currencycode>": "USD", "<eticketid>": "162209:3097",
        "<xsellnum>": "0", "<extra foreignid>": "1"}


class World(stack.Stack):
    """A host with its own configuration of the postbacks."""

    def __init__(self, test, path=None, basic=False):
        data = tempfile.mkdtemp(prefix="segpay-portal-")
        test.addCleanup(shutil.rmtree, data, ignore_errors=True)
        super().__init__(BUILD, data)
        test.addCleanup(self.stop)
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        if basic:
            text = text.replace(AUTHENTICITY, AUTHENTICITY + "    basic:\n      username: segpay\n"
                                f"      password: {PASSWORD}\n")
        if path:
            text = text.replace("postbacks:\n", f"postbacks:\n  path: {path}\n")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text)

    def portal(self):
        """The printed values, by title."""
        out = subprocess.run(
            [os.path.join(BUILD, "bin", "nats-segpay"), "portal", "--config", self.config,
             "--host", f"127.0.0.1:{self.host_port}", "--json"],
            check=True, capture_output=True, encoding="utf-8").stdout
        fields = [json.loads(line) for line in out.splitlines()]
        return {field["title"]: field["value"] for field in fields}

    def url(self, title, purchase, **values):
        """A template as Segpay sends it: over http here, because there is no certificate."""
        filled = {**SALE, "<purchaseid>": str(purchase), "<tranid>": f"{purchase}1", **values}
        before, query = self.portal()[title].split("?", 1)
        fields = (field.split("=", 1) for field in query.split("&"))
        return f"http://{before}?" + "&".join(
            f"{name}={quote(filled.get(value, '' if value.startswith('<') else value))}"
            for name, value in fields)

    def applied(self, purchase):
        return [row["kind"] for row in self.rows(
            "SELECT kind FROM applied_events WHERE subscription = ? ORDER BY number",
            f"SEGPAY:{purchase}")]


class PathTest(unittest.TestCase):
    def check(self, path):
        world = World(self, path)
        world.start_host()
        sale = world.url("Trans Post", 100)
        self.assertEqual(stack.http("GET", sale), (200, "*success*"))
        end = world.url("Disable", 100, **{"<action>": "Disable", "<tranid>": ""})
        self.assertEqual(stack.http("GET", end), (200, "*success*"))
        self.assertEqual(len(world.applied(100)), 2)
        self.assertEqual(urlsplit(sale).path, (path or "/signup/process_segpay.php").split("?")[0])
        for elsewhere in ("/signup/process_segpay.php", "/other"):
            if elsewhere != urlsplit(sale).path:
                moved = urlsplit(world.url("Trans Post", 101))._replace(path=elsewhere).geturl()
                self.assertEqual(stack.http("GET", moved)[0], 404, elsewhere)
        self.assertEqual(world.applied(101), [])

    def test_usual_path(self):
        self.check(None)

    def test_another_path(self):
        self.check("/billing/segpay%20hook")

    def test_path_with_a_query(self):
        self.check("/index.php?route=segpay&v=1")

    def test_root(self):
        self.check("/")

    def test_path_of_a_page_of_the_host(self):
        world = World(self, "/signup/signup.php?x=1")
        with self.assertRaisesRegex(stack.Trouble, "is that of a page of the host"):
            world.start_host()


class PastedTest(unittest.TestCase):
    """Into the sandbox's portal, as the operator pastes it into Segpay's."""

    KINDS = {"inquiry": "Inquiry", "enable": "Enable", "disable": "Disable",
             "cancel": "Cancellation", "reactivation": "Reactivation", "transaction": "Trans Post"}

    def start(self):
        world = World(self, "/hook.php?v=1", basic=True)
        printed = world.portal()
        pasted = "".join(
            f"    {kind}:\n      url: '{printed[title]}'\n"
            f"      expected_response: '{printed['Expected Response']}'\n"
            f"      error_response: '{printed['Error Response']}'\n      retry: yes\n"
            f"      username: {printed['Password Protected Scripts: Username']}\n"
            f"      password: '{PASSWORD}'\n" for kind, title in self.KINDS.items())
        with open(os.path.join(stack.ROOT, "integration", "sandbox", "portal.yaml"),
                  encoding="utf-8") as file:
            text = file.read().replace("postback_sets:\n", f"postback_sets:\n  printed:\n{pasted}")
        portal = os.path.join(world.data, "portal.yaml")
        with open(portal, "w", encoding="utf-8") as file:
            file.write(text)
        world.start_host()
        world.start_sandbox(postbacks="printed", portal=portal)
        return world

    def test_a_whole_life(self):
        world = self.start()
        _, link = world.join(option="101", username="ann", password="correct horse",
                             name="Ann Example", email="ann@example.com")
        paid = world.pay(link, cross_sells="1")
        self.assertTrue(paid["approved"])
        main = paid["purchase_id"]
        for action in ("conversion", "refund_cancel", "expire", "reactivation", "cancel",
                       "chargeback"):
            world.act(main, action)
        postbacks = world.postbacks()
        self.assertEqual({postback["kind"] for postback in postbacks}, set(self.KINDS))
        self.assertEqual([postback for postback in postbacks if not postback["accepted"]], [])
        self.assertEqual(world.applied(main), [
            "member_enable", "join", "conversion", "credit", "member_cancel", "member_disable",
            "reactivation", "reactivation", "member_cancel", "chargeback", "member_disable"])
        waiting = world.rows("SELECT * FROM entries WHERE state <> 2", database="ledger")
        self.assertEqual(waiting, [])


class ChallengeTest(unittest.TestCase):
    def setUp(self):
        self.world = World(self, basic=True)
        self.world.start_host()

    def ask(self, url, **headers):
        """Status and headers of an answer to a client that never authenticates."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(urllib.request.Request(url, headers=headers)) as answer:
                return answer.status, answer.headers
        except urllib.error.HTTPError as answer:
            answer.close()
            return answer.code, answer.headers

    def curl(self, url, *arguments):
        return subprocess.run(["curl", "--silent", "--noproxy", "*", *arguments, url], check=True,
                              capture_output=True, encoding="utf-8").stdout

    def test_portal_names_what_is_to_be_entered(self):
        fields = self.world.portal()
        self.assertEqual(fields["Password Protected Scripts: Domain"],
                         f"127.0.0.1:{self.world.host_port}")
        self.assertEqual(fields["Password Protected Scripts: Username"], "segpay")
        self.assertIn("Password Protected Scripts: Password", fields)
        self.assertNotIn("canary", json.dumps(fields))

    def test_whoever_says_nothing_is_asked(self):
        status, headers = self.ask(self.world.url("Trans Post", 200))
        self.assertEqual(status, 401)
        realm = self.world.portal()["Password Protected Scripts: Domain"]
        self.assertEqual(headers["WWW-Authenticate"], f'Basic realm="{realm}", charset="UTF-8"')
        self.assertEqual(headers.get_all("Content-Type"), ["text/plain; charset=utf-8"])
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(self.world.applied(200), [])

    def test_client_that_answers_a_challenge(self):
        """urllib sends its password only after a 401 with a challenge of the realm it knows."""
        realm = self.world.portal()["Password Protected Scripts: Domain"]
        basic = urllib.request.HTTPBasicAuthHandler()
        basic.add_password(realm, self.world.host_url, "segpay", PASSWORD)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), basic)
        with opener.open(self.world.url("Trans Post", 201)) as answer:
            self.assertEqual((answer.status, answer.read()), (200, b"*success*"))
        body = urlsplit(self.world.url("Trans Post", 202)).query.encode()
        with opener.open(self.world.url("Trans Post", 202).split("?")[0], data=body) as answer:
            self.assertEqual((answer.status, answer.read()), (200, b"*success*"))
        self.assertEqual((len(self.world.applied(201)), len(self.world.applied(202))), (1, 1))
        # A first request without a password is correct, and no reason to warn; a wrong password is
        # one.
        asked = [line for line in self.world.host.log().splitlines() if "missing" in line]
        self.assertTrue(asked)
        self.assertEqual([line for line in asked if "warning" in line.lower()], [])
        self.assertNotIn("canary", self.world.host.log())

    def test_curl_that_takes_any_scheme(self):
        url = self.world.url("Trans Post", 203)
        self.assertEqual(self.curl(url, "--anyauth", "--user", f"segpay:{PASSWORD}"), "*success*")
        self.assertEqual(len(self.world.applied(203)), 1)
        url = self.world.url("Trans Post", 204)
        answer = self.curl(url, "--anyauth", "--user", "segpay:wrong", "--output", os.devnull,
                           "--write-out", "%{http_code}")
        self.assertEqual(answer, "401")
        self.assertEqual(self.world.applied(204), [])
        self.assertIn("credentials are wrong", self.world.host.log())

    def test_password_in_latin_1(self):
        config = os.path.join(self.world.data, "curlrc")
        with open(config, "w", encoding="latin-1") as file:
            file.write(f'user = "segpay:{PASSWORD}"\n')
        url = self.world.url("Trans Post", 205)
        self.assertEqual(self.curl(url, "--config", config), "*success*")
        self.assertEqual(len(self.world.applied(205)), 1)

    def test_other_methods_get_the_allowed_ones(self):
        request = urllib.request.Request(self.world.url("Trans Post", 206), method="PUT")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request)
        refused.exception.close()
        self.assertEqual(refused.exception.code, 405)
        self.assertEqual(refused.exception.headers["Allow"], "GET, POST")


if __name__ == "__main__":
    unittest.main()
