"""Wrong, twisted or oversized input gets a defined answer over real HTTP, is shown to the
operator where it is kept, and leaves no effect at the host."""

import os
import shutil
import socket
import tempfile
import unittest

import stack

BUILD = os.environ["BUILD_DIR"]
SALE = {"action": "Auth", "stage": "Initial", "approved": "Yes", "transtype": "Sale",
        "purchaseid": "700", "transid": "7001", "price": "2.95", "currencycode": "USD",
        "eticketid": "162209:3097", "memberid": "1"}


class BadInputTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data = tempfile.mkdtemp(prefix="segpay-bad-")
        cls.addClassCleanup(shutil.rmtree, cls.data, ignore_errors=True)
        cls.world = stack.Stack(BUILD, cls.data)
        cls.addClassCleanup(cls.world.stop)
        cls.world.start_host()

    def post(self, form=None, **changes):
        fields = {**SALE, **changes} if form is None else form
        return stack.http("GET", self.endpoint() + "?" + stack.urllib.parse.urlencode(
            {name: value for name, value in fields.items() if value is not None}))

    def endpoint(self):
        return self.world.host_url + "/signup/process_segpay.php"

    def assert_no_effect(self):
        self.assertEqual(self.world.rows("SELECT * FROM applied_events"), [])

    def assert_kept(self, message, status=422, **changes):
        answered, body = self.post(**changes)
        self.assertEqual((answered, body), (status, "*failure*"))
        page_status, page = stack.http("GET", self.world.admin_url + "/quarantine")
        self.assertEqual(page_status, 200)
        self.assertIn(message, page.replace("&quot;", '"').replace("&#34;", '"'))
        self.assert_no_effect()

    def test_missing_purchase_id(self):
        self.assert_kept("purchaseid is missing", purchaseid=None)

    def test_missing_transaction_id(self):
        self.assert_kept("tranid is missing", transid=None, purchaseid="701")

    def test_unreadable_amount(self):
        self.assert_kept('amount "2,95"', price="2,95", purchaseid="702")

    def test_unknown_currency(self):
        self.assert_kept('currencycode "XXQ"', currencycode="XXQ", purchaseid="703")

    def test_unknown_eticket(self):
        self.assert_kept("eticket 1:2 is no configured join option", eticketid="1:2",
                         purchaseid="704")

    def test_eticket_without_price_point(self):
        self.assert_kept('eticket "162209" has no price point', eticketid="162209",
                         purchaseid="705")

    def test_unknown_cross_sell_ref(self):
        self.assert_kept('cross-sell ref "XS-0-0" is not configured', xsellnum="1", xref1="XS-0-0",
                         purchaseid="706")

    def test_kept_once_however_often_it_comes(self):
        for _ in range(3):
            self.post(price="nonsense", purchaseid="707")
        kept = self.world.rows("SELECT * FROM entries WHERE purchase_id = '707'",
                               database="ledger")
        self.assertEqual(len(kept), 1)

    def test_two_values_for_one_name(self):
        self.assert_kept('"price" comes twice, and the values differ: "29.95" and "2.95"',
                         purchaseid="711", price="29.95", Price="2.95")

    def test_two_values_in_query_and_body(self):
        status, body = stack.http("POST", self.endpoint() + "?purchaseid=712",
                                  form={"purchaseid": "713"})
        self.assertEqual((status, body), (422, "*failure*"))
        _, page = stack.http("GET", self.world.admin_url + "/quarantine")
        self.assertIn("purchaseid = 712\npurchaseid = 713\n", page)
        self.assertNotIn("damaged", page)
        self.assert_no_effect()

    def test_a_template_without_its_words(self):
        self.assert_kept("the template is broken", purchaseid="714", action="")

    def test_body_at_and_over_the_limit(self):
        at_limit = "action=Frobnicate&" + "&".join(f"x{i}=" + "a" * 8000 for i in range(8))
        at_limit += "&y=" + "a" * (64 * 1024 - len(at_limit) - 3)
        self.assertEqual(len(at_limit), 64 * 1024)
        self.assertEqual(self.send_body(at_limit.encode()), 200)
        self.assertEqual(self.send_body(at_limit.encode() + b"a"), 413)
        self.assertEqual(self.send_body(b"&" * 1024 * 1024), 413)

    def send_body(self, body):
        with socket.create_connection(("127.0.0.1", self.world.host_port), timeout=20) as wire:
            wire.sendall(b"POST /signup/process_segpay.php HTTP/1.1\r\nHost: localhost\r\n"
                         b"Content-Type: application/x-www-form-urlencoded\r\n"
                         b"Connection: close\r\nContent-Length: " + str(len(body)).encode() +
                         b"\r\n\r\n" + body)
            return int(wire.makefile("rb").readline().split()[1])

    def test_empty_request(self):
        self.assertEqual(stack.http("GET", self.endpoint()), (400, "*failure*"))

    def test_unknown_words_are_kept_and_answered_as_success(self):
        status, body = self.post(form={"action": "Frobnicate", "purchaseid": "708"})
        self.assertEqual((status, body), (200, "*success*"))
        _, page = stack.http("GET", self.world.admin_url + "/quarantine")
        self.assertIn("Frobnicate", page)

    def test_unknown_join_option(self):
        status, page = stack.http("POST", self.world.host_url + "/signup/signup.php", form={
            "option": "999", "username": "carl", "password": "secret-1", "name": "Carl",
            "email": "carl@example.com"})
        self.assertEqual(status, 422, page)
        self.assertIn("Please choose one of these", page)
        self.assertEqual(self.world.rows("SELECT * FROM members WHERE username = 'carl'"), [])

    def test_tracking_codes_that_are_none(self):
        """The code of a visitor's link is any text: it credits no affiliate, or an unknown one,
        but the customer can pay."""
        for number, code in enumerate(("!!!!", "abc", "%ff", "MTAwMS4x=", "a b", "100")):
            status, text = stack.http(
                "POST", self.world.host_url + "/signup/signup.php?format=json", form={
                    "option": "101", "username": f"visitor{number}", "password": "secret-1",
                    "name": "Carl Example", "email": "carl@example.com", "nats": code})
            self.assertEqual(status, 200, (code, text))

    def test_secrets_of_bad_requests_are_nowhere(self):
        canary = "canary-passw0rd"
        self.post(purchaseid="709", price="nonsense", password=canary,
                  email="canary@mail.example", ccnumber="4444333322221111")
        self.post(purchaseid="710", transid="7101", eticketid="9:9", password=canary)
        for _, _, names in os.walk(self.data):
            for name in names:
                with open(os.path.join(self.data, name), "rb") as file:
                    content = file.read()
                self.assertNotIn(canary.encode(), content, name)
                self.assertNotIn(b"4444333322221111", content, name)
        _, page = stack.http("GET", self.world.admin_url + "/quarantine")
        self.assertNotIn(canary, page)
        self.assertNotIn("canary@mail.example", self.world.host.log())


class EditedLinkTest(unittest.TestCase):
    """A customer who edits the member id on a link to another member's gets nothing of that
    member."""

    def setUp(self):
        data = tempfile.mkdtemp(prefix="segpay-edited-")
        self.addCleanup(shutil.rmtree, data, ignore_errors=True)
        self.world = stack.Stack(BUILD, data)
        self.addCleanup(self.world.stop)
        self.world.start_host()
        member, _ = self.world.join(option="101", username="dora", password="correct horse",
                                    email="dora@example.com", name="Dora Example")
        self.names = {"memberid": member, "eticketid": "162209:3097"}

    def post(self, **fields):
        status, _ = stack.http(
            "GET", self.world.host_url + "/signup/process_segpay.php?" +
            stack.urllib.parse.urlencode({**self.names, **fields}))
        self.assertEqual(status, 200)

    def member(self):
        return self.world.rows("SELECT username, password, email, status FROM members")

    def test_login_of_a_member_stays(self):
        self.post(**SALE | {"memberid": self.names["memberid"]})
        self.post(action="Enable", purchaseid="700", username="dora", password="correct horse")
        before = self.member()
        self.assertEqual([(row["username"], row["status"]) for row in before],
                         [("dora", "active")])
        evil = {"purchaseid": "701", "username": "evil", "password": "evil-password"}
        self.post(action="Enable", **evil)
        self.assertEqual(self.member(), before)
        self.post(**SALE | {"memberid": self.names["memberid"], "transid": "7002"} | evil)
        self.assertEqual(self.member(), before)


class WrongSenderTest(unittest.TestCase):
    def test_stranger_is_refused_and_leaves_no_trace(self):
        data = tempfile.mkdtemp(prefix="segpay-stranger-")
        world = stack.Stack(BUILD, data)
        with open(world.config, encoding="utf-8") as file:
            text = file.read()
        with open(world.config, "w", encoding="utf-8") as file:
            file.write(text.replace("- 127.0.0.1", "- 203.0.113.7"))
        try:
            world.start_host()
            status, body = stack.http("GET", world.host_url + "/signup/process_segpay.php?" +
                                      stack.urllib.parse.urlencode(SALE))
            self.assertEqual((status, body), (403, "*failure*"))
            spoofed, _ = stack.http(
                "GET", world.host_url + "/signup/process_segpay.php?action=cancel&purchaseid=1",
                headers={"X-Forwarded-For": "203.0.113.7"})
            self.assertEqual(spoofed, 403)
            self.assertEqual(world.rows("SELECT * FROM entries", database="ledger"), [])
            self.assertIn("sender 127.0.0.1 is not in postbacks.authenticity.addresses",
                          world.host.log())
        finally:
            world.stop()
            shutil.rmtree(data, ignore_errors=True)

    def test_sender_is_not_cut_at_a_nul(self):
        """A proxy appends the true sender, so a truncated header names a false one."""
        data = tempfile.mkdtemp(prefix="segpay-nul-")
        self.addCleanup(shutil.rmtree, data, ignore_errors=True)
        world = stack.Stack(BUILD, data)
        self.addCleanup(world.stop)
        with open(world.config, encoding="utf-8") as file:
            text = file.read()
        with open(world.config, "w", encoding="utf-8") as file:
            file.write(text.replace("      - 127.0.0.1\n", "      - 198.18.7.9\n"
                                    "    trusted_proxies: [127.0.0.1]\n"))
        world.start_host()
        target = "/signup/process_segpay.php?" + stack.urllib.parse.urlencode(SALE)
        honest = "X-Forwarded-For: 198.18.7.9"
        for headers in (f"{honest}\0, 9.9.9.9\r\n", f"{honest}\0, 9.9.9.9\r\nAccept: */*\r\n",
                        f"{honest}\0\r\n", f"A:b\r\nB:\r\n{honest}\0,9.9.9.9\nC:d\nD:e\n",
                        f"{honest}\r\n, 9.9.9.9\r\n", f"{honest}\r\n , 9.9.9.9\r\n",
                        f"{honest}\r\nX-Forwarded\0-For: 9.9.9.9\r\n",
                        f"{honest}\r\nX-Other: \0\r\n"):
            with self.subTest(headers=headers):
                self.assertEqual(self.ask(world, target, headers), 400)
        for cut in (target + "\0&merchantid=7", target.replace("?", "\0?")):
            with self.subTest(target=cut):
                self.assertEqual(self.ask(world, cut, f"{honest}\r\n"), 400)
        self.assertEqual(world.rows("SELECT * FROM entries", database="ledger"), [])
        self.assertEqual(world.rows("SELECT * FROM applied_events"), [])
        # However headers are spaced, complete ones are accepted.
        for headers in (f"{honest}\r\n", f"Empty:\r\n{honest}\r\nAccept:\t */*  \r\n",
                        f"A: \n{honest}\nB:b\n"):
            with self.subTest(headers=headers):
                self.assertEqual(self.ask(world, target, headers), 200)
        self.assertEqual(len(world.rows("SELECT * FROM applied_events")), 1)

    def ask(self, world, target, headers):
        with socket.create_connection(("127.0.0.1", world.host_port), timeout=20) as wire:
            wire.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                         f"{headers}\r\n".encode())
            return int(wire.makefile("rb").readline().split()[1])


if __name__ == "__main__":
    unittest.main()
