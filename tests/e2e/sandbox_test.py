"""Tests segpay-sandbox from outside: a merchant's server that records what the sandbox posts back,
and the sandbox's own HTTP API. Knows nothing of the plugin.

usage: sandbox_test.py [PATH]   a build directory or the program; default: $BUILD_DIR, else build
"""

import concurrent.futures
import http.server
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SANDBOX = pathlib.Path(os.environ.get("BUILD_DIR", ROOT / "build")) / "bin" / "segpay-sandbox"
PORTAL = ROOT / "integration" / "sandbox" / "portal.yaml"
APPROVE = "4444 3333 2222 1111"
DECLINE = "4444 4444 4444 4455"
PASSWORD = "s3cret pässword"
DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
LINK = ("https://secure2.segpay.com/billing/poset.cgi?x-eticketid=162209:3097&username=joe"
        "&password=" + urllib.parse.quote_plus(PASSWORD) + "&foreignid=908172"
        "&natssess=0123456789abcdef0123456789abcdef&merchantpartnerid=17&xref1=XS-8-301"
        "&xref2=XS-9-201&x-billname=Joe+Segpay&x-billemail=joe%40example.com&x-billcntry=US"
        "&x-auth-link=https%3A%2F%2Fexample.com%2Fwelcome&x-auth-text=Enter"
        "&x-decl-link=https%3A%2F%2Fexample.com%2Fcascade")


class Merchant:
    """A merchant's script: records each request, answers as the test says."""

    def __init__(self):
        self.requests = []
        self.answer = lambda request: (200, "*success*")
        merchant = self

        class Script(http.server.BaseHTTPRequestHandler):
            def handle_any(self):
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length).decode("latin-1")
                query = urllib.parse.urlsplit(self.path).query
                request = {"method": self.command, "path": self.path, "query": query, "body": body,
                           "authorization": self.headers.get("Authorization"),
                           "params": dict(urllib.parse.parse_qsl(query + "&" + body,
                                                                 keep_blank_values=True))}
                merchant.requests.append(request)
                status, text = merchant.answer(request)
                self.send_response(status)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = handle_any

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Script)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = "http://127.0.0.1:%d" % self.server.server_port

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def taken(self):
        """The requests since the last call."""
        requests, self.requests = self.requests, []
        return [request["params"] for request in requests]


class Sandbox:
    def __init__(self, merchant, portal=PORTAL, *flags):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [str(SANDBOX), "--listen", "127.0.0.1:0", "--portal", str(portal), "--seed", "1000",
             "--resolve", "join.linkdomain.com=" + merchant.url, *flags],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.url = re.fullmatch(r"segpay-sandbox: (http://.*/)\n",
                                self.process.stdout.readline()).group(1)

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(10)
        self.process.stdout.close()
        self.log.seek(0)
        text = self.log.read().decode()
        self.log.close()
        return code, text

    def ask(self, path, data=None, headers=None):
        request = urllib.request.Request(self.url + path, data, headers or {})
        try:
            with DIRECTLY.open(request, timeout=20) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as reply:
            with reply:
                return reply.code, reply.read().decode()

    def get(self, path):
        status, text = self.ask(path)
        assert status == 200, text
        return json.loads(text)

    def post(self, path, expected=200, **values):
        status, text = self.ask(path, json.dumps(values).encode(),
                                {"Content-Type": "application/json"})
        assert status == expected, (status, text)
        return json.loads(text)

    def sign_up(self, link=LINK, card=APPROVE, **more):
        return self.post("api/signup", link=link, card=card, **more)

    def act(self, purchase, action, expected=200, **values):
        return self.post("api/purchases/%s/%s" % (purchase, action), expected, **values)


def link_to(eticket, **more):
    base = LINK.replace("162209:3097", eticket)
    return base + "".join("&%s=%s" % pair for pair in more.items())


def kinds(reply):
    return [postback["kind"] for postback in reply["postbacks"]]


class Case(unittest.TestCase):
    portal = PORTAL
    flags = ()

    def setUp(self):
        self.merchant = Merchant()
        self.sandbox = Sandbox(self.merchant, self.portal, *self.flags)
        self.addCleanup(self.stop)

    def stop(self):
        code, log = self.sandbox.close()
        self.merchant.close()
        self.assertEqual(code, 0)
        for secret in (PASSWORD, "4444333322221111", APPROVE, "joe@example.com", "joe%40"):
            self.assertNotIn(secret, log)


class SignUp(Case):
    def test_with_two_cross_sells(self):
        receipt = self.sandbox.sign_up(cross_sells=[1, 2])
        got = self.merchant.taken()
        actions = [p["action"] for p in got]
        self.assertEqual(actions, ["Probe", "Enable", "Auth", "Enable", "Auth", "Enable", "Auth"])
        self.assertTrue(receipt["approved"])
        self.assertEqual(receipt["link"], "https://example.com/welcome")
        sales = [p for p in got if p["action"] == "Auth"]
        self.assertEqual([p["xsellnum"] for p in sales], ["0", "1", "2"])
        self.assertEqual([p["eticketid"] for p in sales],
                         ["162209:3097", "133044:12217", "122905:9699"])
        self.assertEqual([p["price"] for p in sales], ["2.95", "19.95", "25.95"])
        self.assertEqual([p["purchaseid"] for p in sales], receipt["purchases"])
        self.assertEqual(len({p["purchaseid"] for p in sales}), 3)
        self.assertEqual(len({p["transid"] for p in sales}), 3)
        for sale in sales:
            self.assertEqual(
                {name: sale[name] for name in ("stage", "approved", "transtype", "memberid",
                                               "session", "xref1", "xref2", "TESTTRANS", "name")},
                {"stage": "Initial", "approved": "Yes", "transtype": "sale", "memberid": "908172",
                 "session": "0123456789abcdef0123456789abcdef", "xref1": "XS-8-301",
                 "xref2": "XS-9-201", "TESTTRANS": "1", "name": "Joe Segpay"})
            self.assertEqual([sale[name] for name in ("scarequired", "is3dsauthenticated",
                                                      "3dsauthenticationtype")], ["No", "No", ""])
            self.assertNotIn("currencycode", sale)
            self.assertRegex(sale["password"], "^" + PASSWORD + "¤cycode=(USD|EUR)$")

    def test_garbled_template_goes_out_as_pasted(self):
        self.sandbox.sign_up()
        query = self.merchant.requests[-1]["query"]
        self.assertIn("&password=s3cret+p%c3%a4ssword%C2%A4cycode=USD&eticketid=162209%3a3097&",
                      query)

    def test_declined(self):
        receipt = self.sandbox.sign_up(card=DECLINE.replace(" ", ""), cross_sells=[1])
        got = self.merchant.taken()
        self.assertEqual([(p["action"], p["approved"]) for p in got], [("Auth", "No")])
        self.assertFalse(receipt["approved"])
        self.assertEqual(receipt["link"], "https://example.com/cascade")
        self.sandbox.act(receipt["purchase_id"], "conversion", 409)

    def test_taken_user_name_becomes_the_email(self):
        self.merchant.answer = lambda r: (200, "*failure*" if r["params"]["action"] == "Probe"
                                          else "*success*")
        receipt = self.sandbox.sign_up(cross_sells=[1])
        self.assertEqual([p["username"] for p in self.merchant.taken()],
                         ["joe"] + ["joe@example.com"] * 4)
        self.assertEqual(receipt["username"], "joe@example.com")

    def test_price_point_that_collects_nothing_has_no_probe(self):
        self.sandbox.sign_up(link="/billing/poset.cgi?x-eticketid=122905:9699&foreignid=1")
        self.assertEqual([p["action"] for p in self.merchant.taken()], ["Auth"])

    def test_broken_links_say_why(self):
        for query, word in (("x-eticketid=162209", "package:pricepoint"), ("", "x-eticketid"),
                            ("x-eticketid=1:2", "no package 1"),
                            ("x-eticketid=162209:4100", "no price point"),
                            ("x-eticketid=162209:3097&pplist=3097,5", "pplist"),
                            ("x-eticketid=162209:3097&9lives=1", "9lives"),
                            ("x-eticketid=162209:3097&long=" + "x" * 33, "33 characters"),
                            ("x-eticketid=162209:%zz", "percent escape"),
                            ("x-eticketid=122903:9689&amount=4.99", "5.00 to 100.00")):
            status, page = self.sandbox.ask("billing/poset.cgi?" + query)
            self.assertEqual(status, 400, query)
            self.assertIn(word, page)

    def test_pay_page(self):
        query = urllib.parse.urlsplit(LINK).query + "&note=%3Cscript%3E"
        status, page = self.sandbox.ask("billing/poset.cgi?" + query)
        self.assertEqual(status, 200)
        for text in ("2.95 USD for 3 days, then 29.95 USD every 30 days", "39.95 USD for 90 days",
                     'value="joe"', "Partner site", "*** Test Mode ***", "&lt;script&gt;"):
            self.assertIn(text, page)
        self.assertNotIn("<script>", page)
        fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
        fields.update({"x-billname": "Joe", "x-billemail": "joe@example.com", "username": "joe",
                       "password": PASSWORD, "sp-card": "5105105105105100",
                       "sp-pricepoint": "1221", "sp-cross-sell-2": "1"})
        form = lambda: urllib.parse.urlencode(fields).encode()
        status, page = self.sandbox.ask("billing/pay", form())
        self.assertEqual((status, "test cards only" in page), (400, True))
        self.assertNotIn("5105105105105100", page)
        self.assertEqual(self.merchant.taken(), [])
        fields["sp-card"] = APPROVE
        status, page = self.sandbox.ask("billing/pay", form())
        self.assertEqual(status, 200)
        self.assertIn("https://example.com/welcome", page)
        sales = [p for p in self.merchant.taken() if p["action"] == "Auth"]
        self.assertEqual([p["eticketid"] for p in sales], ["162209:1221", "122905:9699"])

    def test_instant_conversion_names_come_unasked(self):
        receipt = self.sandbox.sign_up(link_to("162209:9689"))
        sale = self.merchant.taken()[-1]
        self.assertEqual(sale["standin"], "-1")
        page = "billing/InstantConv.aspx?ICToken=" + sale["transGUID"]
        self.assertEqual(self.sandbox.ask(page)[0], 400)
        self.sandbox.post("api/clock", advance_s=121)
        self.assertEqual(self.sandbox.ask(page)[0], 200)
        self.sandbox.post("api/signup", link=page)
        got = self.merchant.taken()
        self.assertEqual([(p["stage"], p["price"]) for p in got], [("InstantConversion", "24.95")])
        self.assertIn("ERR304", self.sandbox.ask(page)[1])
        self.sandbox.act(receipt["purchase_id"], "rebill")

    def test_payments_at_the_same_time(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            receipts = list(pool.map(lambda _: self.sandbox.sign_up(cross_sells=[1]), range(16)))
        ids = [i for receipt in receipts for i in receipt["purchases"]]
        self.assertEqual(len(set(ids)), 32)
        sent = self.sandbox.get("api/postbacks")["postbacks"]
        self.assertEqual([p["n"] for p in sent], list(range(1, 16 * 5 + 1)))
        self.assertEqual(len(self.merchant.taken()), 16 * 5)

    def test_pay_form_answers_in_json_too(self):
        form = urllib.parse.urlsplit(LINK).query + "&sp-card=" + DECLINE.replace(" ", "")
        for path, headers in (("billing/pay?format=json", {}),
                              ("billing/pay", {"Accept": "application/json"})):
            status, text = self.sandbox.ask(path, form.encode(), headers)
            self.assertEqual((status, json.loads(text)["approved"]), (200, False))

    def test_unusable_octoken_leads_to_a_full_pay_page(self):
        page = self.sandbox.ask("billing/OneClick.aspx?x-eticketid=122905:9699&OCToken=7")[1]
        self.assertIn('name="sp-card"', page)
        known = self.sandbox.sign_up()["purchase_id"]
        page = self.sandbox.ask("billing/oneclick.aspx?x-eticketid=122905:9699&OCToken=" + known)[1]
        self.assertNotIn('name="sp-card"', page)
        self.assertIn("ending in 1111", page)


class Repaired(Case):
    flags = ("--postbacks", "nats-repaired", "--mode", "live")

    def test_currency_arrives_and_live_is_no_test(self):
        self.sandbox.sign_up(link_to("162210:4100"))
        sale = self.merchant.taken()[-1]
        self.assertEqual((sale["currencycode"], sale["price"]), ("JPY", "500"))
        self.assertEqual(sale["password"], PASSWORD)
        self.assertNotIn("TESTTRANS", sale)


class LiveMode(Case):
    flags = ("--mode", "live")
    LIVE_CARD = "4000000000000002"

    @classmethod
    def setUpClass(cls):
        cls.file = tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8")
        cls.addClassCleanup(cls.file.close)
        cls.file.write(PORTAL.read_text(encoding="utf-8").replace(
            "  eticketid_on:", f"  live_test_card: '{cls.LIVE_CARD}'\n  eticketid_on:"))
        cls.file.flush()
        cls.portal = cls.file.name

    def test_the_card_that_approves_in_test_mode_declines(self):
        receipt = self.sandbox.sign_up()
        self.assertFalse(receipt["approved"])
        self.assertEqual(kinds(receipt), ["transaction"])
        (sale,) = self.merchant.taken()
        self.assertEqual(sale["approved"], "No")
        self.assertNotIn("TESTTRANS", sale)
        self.assertFalse(self.sandbox.sign_up(card=DECLINE)["approved"])

    def test_the_live_test_card_approves_and_is_no_test(self):
        self.assertTrue(self.sandbox.sign_up(card=self.LIVE_CARD)["approved"])
        sale = self.merchant.taken()[-1]
        self.assertEqual(sale["approved"], "Yes")
        self.assertNotIn("TESTTRANS", sale)

    def test_other_cards_and_test_accounts_do_not_work(self):
        error = self.sandbox.post("api/signup", 400, link=LINK, card="4111111111111111")["error"]
        self.assertIn("live_test_card", error)
        receipt = self.sandbox.sign_up(card="", account="596015202", routing="20010020",
                                       **{"fields.x-billcntry": "DE"})
        self.assertFalse(receipt["approved"])


class DirectDebit(Case):
    # Processing API 2.0, "Direct Debit Transactions".
    ACCOUNTS = (("DE", "596015202", "20010020"), ("NL", "637037316", ""),
                ("ES", "0159000134365653597", ""), ("AT", "51574003707", "12000"),
                ("GB", "30145600", "406201"), ("IT", "IT89W060451168800078202014", "CRBZIT2B160"),
                ("FR", "1257855654771548", "75487156325"))

    def pay(self, country, account, routing, expected=200, eticket="162209:3097"):
        return self.sandbox.post("api/signup", expected, link=link_to(eticket), account=account,
                                 routing=routing, **{"fields.x-billcntry": country})

    def test_the_test_account_of_each_country(self):
        for country, account, routing in self.ACCOUNTS:
            with self.subTest(country):
                self.assertTrue(self.pay(country, account, routing)["approved"])
                sale = self.merchant.taken()[-1]
                self.assertEqual((sale["cardtype"], sale["paymenttype"]), ("DirectDebit", "DD"))
        spaced = self.pay("IT", "it89 w060 4511 6880 0078 2020 14", "crbzit2b160")
        self.assertTrue(spaced["approved"])

    def test_another_account_bank_or_country(self):
        for country, account, routing in (("DE", "596015203", "20010020"),
                                          ("DE", "596015202", "12000"), ("DE", "596015202", ""),
                                          ("AT", "596015202", "20010020"),
                                          ("DE", "1257855654771548", "75487156325")):
            error = self.pay(country, account, routing, 400)["error"]
            self.assertIn("test accounts only", error)
        self.assertEqual(self.merchant.taken(), [])

    def test_no_one_click_with_an_account(self):
        purchase = self.pay(*self.ACCOUNTS[0])["purchase_id"]
        self.sandbox.act(purchase, "one_click", 409, eticket="122905:9699")
        page = self.sandbox.ask("billing/OneClick.aspx?x-eticketid=122905:9699&OCToken=" + purchase)
        self.assertIn('name="sp-card"', page[1])

    def test_pay_page(self):
        page = self.sandbox.ask("billing/" + LINK.split("/billing/")[1])[1]
        self.assertIn('name="sp-account"', page)
        form = urllib.parse.urlsplit(LINK.replace("x-billcntry=US", "x-billcntry=NL")).query
        status, text = self.sandbox.ask("billing/pay?format=json",
                                        (form + "&sp-account=637037316").encode())
        self.assertEqual((status, json.loads(text)["approved"]), (200, True))


class SingleUse(unittest.TestCase):
    # Processing API 2.0, "Single Use Promotions". The price point is sold on two websites.
    def start(self, single_use):
        merchant = Merchant()
        self.addCleanup(merchant.close)
        text = PORTAL.read_text(encoding="utf-8").replace(
            "        description: 90 days\n",
            "        description: 90 days\n        single_use: {%s}\n" % single_use)
        text = text.replace("      - id: 12217\n", """      - id: 1221
        description: 90 days elsewhere
        type: one_time
        currency: USD
        initial: {amount: 39.95, days: 90}
        single_use: {%s}
      - id: 12217
""" % single_use)
        file = tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8")
        self.addCleanup(file.close)
        file.write(text)
        file.flush()
        sandbox = Sandbox(merchant, file.name, "--postbacks", "nats-repaired")
        self.addCleanup(sandbox.close)
        return merchant, sandbox

    def buy(self, sandbox, expected=200, eticket="162209:1221", card=APPROVE, **more):
        return sandbox.post("api/signup", expected, link=link_to(eticket), card=card, **more)

    def test_postbacks_say_so(self):
        merchant, sandbox = self.start("email: yes")
        purchase = self.buy(sandbox)["purchase_id"]
        sale = [p for p in merchant.taken() if p["action"] == "Auth"]
        self.assertEqual([p["singleusepromo"] for p in sale], ["yes"])
        sandbox.act(purchase, "refund")
        self.assertNotIn("singleusepromo", merchant.taken()[0])
        self.buy(sandbox, eticket="162209:3097")
        self.assertNotIn("singleusepromo", merchant.taken()[-1])

    def test_once_for_each_property_that_is_ticked(self):
        other = {"email": "other@example.com", "username": "other"}
        for ticked, same, free in (
                ("email", {"email": "JOE@example.com", "username": "other"}, other),
                ("username", {"email": "other@example.com", "username": "Joe"}, other),
                ("card", other, None)):
            with self.subTest(ticked):
                _, sandbox = self.start(f"{ticked}: yes")
                self.assertFalse(self.buy(sandbox, card=DECLINE)["approved"])  # does not count
                self.buy(sandbox)
                self.assertIn("this offer was taken", self.buy(sandbox, 409, **same)["error"])
                if free:
                    self.buy(sandbox, **free)

    def test_again_after_so_many_days(self):
        _, sandbox = self.start("email: yes, again_after_days: 30")
        self.buy(sandbox)
        sandbox.post("api/clock", advance_s=30 * 86400 - 60)
        self.buy(sandbox, 409)
        sandbox.post("api/clock", advance_s=120)
        self.buy(sandbox)

    def test_once_on_each_website_or_once_on_all(self):
        for setting, expected in (("email: yes", 409), ("email: yes, per_website: yes", 200)):
            _, sandbox = self.start(setting)
            self.buy(sandbox)
            self.buy(sandbox, expected, eticket="133044:1221")
            self.buy(sandbox, 409)


class Life(Case):
    def setUp(self):
        super().setUp()
        self.receipt = self.sandbox.sign_up()
        self.id = self.receipt["purchase_id"]
        self.sale = self.receipt["transaction_id"]
        self.merchant.taken()

    def words(self):
        return [(p.get("transtype", ""), p["action"], p.get("stage", ""), p.get("approved", ""))
                for p in self.merchant.taken()]

    def test_renewals(self):
        self.sandbox.act(self.id, "rebill", 409)
        for action in ("conversion_declined", "conversion", "rebill_declined", "rebill"):
            self.sandbox.act(self.id, action)
        self.assertEqual(self.words(), [("sale", "Auth", "Conversion", "No"),
                                        ("sale", "Auth", "Conversion", "Yes"),
                                        ("sale", "Auth", "Rebill", "No"),
                                        ("sale", "Auth", "Rebill", "Yes")])

    def test_eticket_is_on_signups_only(self):
        self.sandbox.act(self.id, "conversion")
        self.assertEqual(self.merchant.taken()[0]["eticketid"], "")

    def test_refund_kinds(self):
        for kind, expected, status in (
                ("refund_only", ["transaction"], "active"),
                ("refund_cancel", ["transaction", "cancel"], "cancelled"),
                ("refund_expire", ["transaction", "disable", "cancel"], "expired")):
            receipt = self.sandbox.sign_up()
            self.merchant.taken()
            reply = self.sandbox.act(receipt["purchase_id"], "refund", kind=kind)
            self.assertEqual(kinds(reply), expected)
            self.assertEqual(reply["purchase"]["status"], status)
            credit = self.merchant.taken()[0]
            self.assertEqual((credit["transtype"], credit["action"], credit["approved"]),
                             ("credit", "Auth", "Yes"))
            self.assertEqual(credit["relatedtranid"], receipt["transaction_id"])
            self.assertNotEqual(credit["transid"], receipt["transaction_id"])
            self.sandbox.act(receipt["purchase_id"], "refund", 409, kind=kind)
        self.sandbox.act(self.id, "refund", 400, kind="refund_all")
        self.sandbox.act(self.id, "refund", 400, amount="2.96")

    def test_refund_of_a_named_sale(self):
        self.sandbox.act(self.id, "conversion")
        self.sandbox.act(self.id, "refund", tranid=self.sale, amount="1.00")
        credit = self.merchant.taken()[-1]
        self.assertEqual((credit["relatedtranid"], credit["price"]), (self.sale, "1.00"))

    def test_void_chargeback_and_reversals(self):
        self.sandbox.act(self.id, "conversion")
        self.sandbox.act(self.id, "void")
        self.assertEqual(kinds(self.sandbox.act(self.id, "chargeback")), ["transaction", "disable"])
        self.sandbox.act(self.id, "chargeback_reversal")
        self.sandbox.act(self.id, "chargeback_reversal", 409)
        self.sandbox.act(self.id, "reactivation")
        self.sandbox.act(self.id, "revoke")
        words = self.words()
        self.assertEqual(words[1], ("sale", "Void", "Initial", "Yes"))
        self.assertEqual(words[2], ("charge", "Auth", "Initial", "Yes"))
        self.assertEqual(words[3][1], "Disable")
        self.assertEqual(words[4], ("CB Reversal", "Auth", "Initial", "Yes"))
        self.assertEqual([w[1:3] for w in words[5:7]],
                         [("Reactivation", ""), ("Auth", "Reactivation")])
        self.assertEqual(words[7], ("revoke", "Auth", "Initial", "Yes"))
        other = self.sandbox.sign_up()["purchase_id"]
        self.sandbox.act(other, "rdr_reversal", 409)
        self.sandbox.act(other, "chargeback")
        self.merchant.taken()
        self.sandbox.act(other, "rdr_reversal")
        self.assertEqual(self.words(), [("RDR Reversal", "Auth", "Initial", "Yes")])

    def test_cancel_expire_reactivate(self):
        for action in ("cancel", "expire", "reactivation", "cancel"):
            self.sandbox.act(self.id, action)
        self.assertEqual([w[1] for w in self.words()],
                         ["Cancel", "Disable", "Reactivation", "Auth", "Cancel"])
        self.sandbox.act(self.id, "cancel", 409)
        self.sandbox.act(self.id, "dance", 404)
        self.sandbox.act("1", "cancel", 404)

    def test_standin_that_is_declined_keeps_its_ids(self):
        receipt = self.sandbox.sign_up(standin=1)
        approval = self.merchant.taken()[-1]
        reply = self.sandbox.act(receipt["purchase_id"], "standin_decline")
        decline, disable = self.merchant.taken()
        for name in ("transid", "purchaseid", "transGUID", "stage", "price"):
            self.assertEqual(decline[name], approval[name])
        self.assertEqual((approval["approved"], decline["approved"]), ("Yes", "No"))
        self.assertEqual(disable["action"], "Disable")
        self.assertEqual(reply["purchase"]["status"], "declined")
        self.sandbox.act(receipt["purchase_id"], "standin_decline", 409)
        self.sandbox.act(self.id, "standin_decline", 409)

    def test_one_click(self):
        one_time = self.sandbox.act(self.id, "one_click", eticket="122905:9699", tokenplus="1",
                                    foreignid="908172")
        self.assertEqual(one_time["purchase_id"], self.id)
        recurring = self.sandbox.act(self.id, "one_click", eticket="133044:12217",
                                     upsell="UP-8-301")
        self.assertNotEqual(recurring["purchase_id"], self.id)
        dynamic = self.sandbox.act(self.id, "one_click", eticket="122903:9689", amount="12.50")
        got = self.merchant.taken()
        self.assertEqual([p["stage"] for p in got], ["Rebill", "Initial", "Rebill"])
        self.assertEqual([p["octoken"] for p in got], [self.id] * 3)
        self.assertEqual((got[0]["tokenplus"], got[1]["upsell"]), ("1", "UP-8-301"))
        self.assertEqual((dynamic["purchase_id"], got[2]["price"]), (self.id, "12.50"))
        self.sandbox.act(self.id, "conversion")
        self.assertEqual(self.merchant.taken()[0]["octoken"], "")
        self.sandbox.act(self.id, "one_click", 409, eticket="162209:9689")
        self.sandbox.act(self.id, "expire")
        self.sandbox.post("api/clock", advance_s=30 * 86400)
        self.sandbox.act(self.id, "one_click", 409, eticket="122905:9699")


class Retries(Case):
    def test_schedule_on_the_turned_clock(self):
        self.merchant.answer = lambda r: (500, "*failure*") if r["params"]["action"] != "Probe" \
            else (200, "*success*")
        self.sandbox.sign_up()
        self.merchant.taken()
        advance = lambda seconds: self.sandbox.post("api/clock", advance_s=seconds)
        self.assertEqual(advance(240)["postbacks"], [])
        self.assertEqual(kinds(advance(61)), ["enable"])
        self.assertEqual(kinds(advance(3600 - 301 - 30)), ["enable"] * 10)
        self.assertEqual(sorted(kinds(advance(60))), ["enable", "transaction"])
        last = [p for p in self.sandbox.get("api/postbacks")["postbacks"] if p["kind"] == "enable"]
        self.assertEqual((len(last[0]["attempts"]), last[0]["next_retry"]), (13, None))
        self.assertEqual(kinds(advance(4 * 3600)), ["transaction"] * 4)
        self.merchant.answer = lambda r: (200, "anything")
        self.assertEqual(kinds(advance(24 * 3600)), ["transaction"])
        retried = self.merchant.taken()
        self.assertEqual(len({json.dumps(p) for p in retried if p["action"] == "Auth"}), 1)

    def test_twelve_hours_at_most_and_repeat(self):
        self.merchant.answer = lambda r: (200, "*success*") if r["params"]["action"] != "Auth" \
            else (503, "*success*")
        self.sandbox.sign_up()
        got = self.sandbox.post("api/clock", advance_s=48 * 3600)["postbacks"]
        self.assertEqual([p["kind"] for p in got], ["transaction"] * 12)
        times = [attempt["at"] for attempt in got[-1]["attempts"]]
        self.assertEqual(len(times), 13)
        self.assertEqual(times, sorted(times))
        self.merchant.answer = lambda r: (200, "*success*")
        again = self.sandbox.post("api/postbacks/%d/repeat" % got[-1]["n"])
        self.assertTrue(again["accepted"])
        self.sandbox.post("api/postbacks/99/repeat", 404)

    def test_silence_is_a_failure(self):
        self.merchant.close()
        reply = self.sandbox.sign_up()
        self.assertEqual(reply["username"], "joe@example.com")
        self.assertEqual([p["attempts"][0]["status"] for p in reply["postbacks"]], [0, 0, 0])
        self.merchant = Merchant()


class Secrets(Case):
    def test_passwords_are_masked(self):
        self.merchant.answer = lambda r: (200, "*success* " + r["params"]["password"])
        receipt = self.sandbox.sign_up()
        self.assertIn(PASSWORD, self.merchant.requests[0]["params"]["password"])
        pages = ["api/postbacks", "api/purchases", "api/purchases/" + receipt["purchase_id"], "",
                 "postbacks", "purchases/" + receipt["purchase_id"]]
        texts = [self.sandbox.ask(page)[1] for page in pages] + [json.dumps(receipt)]
        for text in texts:
            text = text.replace("\\u00e4", "ä")
            for form in (PASSWORD, urllib.parse.quote_plus(PASSWORD).lower(), "s3cret", "44443333"):
                self.assertNotIn(form, text)
        self.assertIn("password=***%C2%A4cycode=USD", texts[0])


class OwnPostbacks(Case):
    """Default postbacks, POST, HTTP Basic, several transaction URLs, unknown placeholders."""

    @classmethod
    def setUpClass(cls):
        text = PORTAL.read_text(encoding="utf-8").replace("postbacks: nats\n", "postbacks: own\n")
        text = text.replace("postback_sets:\n", """postback_sets:
  own:
    transaction:
      - {url: join.linkdomain.com/default.php, expected_response: OK, retry: yes}
      - {url: 'join.linkdomain.com/custom.php?a=<Action>&no=<nothing>&r=<extra ref1>&x=<extra Foo>',
         expected_response: OK, method: POST, username: joe, password: basic}
""")
        cls.file = tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8")
        cls.file.write(text)
        cls.file.flush()
        cls.portal = cls.file.name
        cls.addClassCleanup(cls.file.close)

    def test_them(self):
        self.sandbox.sign_up(LINK + "&REF1=r1&FOO=b+r")
        default, custom = self.merchant.requests
        names = default["params"]
        for name, value in (("trantype", "sale"), ("billname", "Joe Segpay"), ("ival", "2.95"),
                            ("iint", "3"), ("rval", "29.95"), ("rint", "30"), ("urlid", "90007"),
                            ("currencycode", "USD"), ("foreignid", "908172"), ("ref1", "r1"),
                            ("billnamelast", "Segpay"), ("authcurrency", "USD"), ("foo", "b r"),
                            ("TESTTRANS", "1"), ("cclast4", "1111")):
            self.assertEqual(names[name], value)
        self.assertRegex(names["transtime"],
                         r"^\d+/\d+/\d{4} \d+:\d\d:\d\d [AP]M \(GMT STANDARD TIME\)$")
        self.assertIn("+(GMT+STANDARD+TIME)&", default["query"])
        self.assertEqual((custom["method"], custom["path"]), ("POST", "/custom.php"))
        self.assertTrue(custom["body"].startswith("a=Auth&no=&r=r1&x=b+r&scarequired=No&"))
        self.assertEqual(custom["authorization"], "Basic am9lOmJhc2lj")


class Portal(unittest.TestCase):
    def refusal(self, old, new):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
            text = PORTAL.read_text(encoding="utf-8")
            self.assertIn(old, text)
            file.write(text.replace(old, new, 1))
            file.flush()
            run = subprocess.run([str(SANDBOX), "--listen", "127.0.0.1:0", "--portal", file.name],
                                 capture_output=True, text=True, timeout=10, check=False)
            self.assertEqual(run.returncode, 1)
            return run.stderr

    def test_mistakes_are_located(self):
        self.assertRegex(self.refusal("mode: test", "mood: test"), r":\d+:\d+: .*\"mood\"")
        self.assertRegex(self.refusal("amount: 500,", "amount: 5.5,"), "no amount of JPY")
        self.assertRegex(self.refusal("'122905:9699'", "'122905:9'"), "122905:9")
        self.assertRegex(self.refusal("type: dynamic", "type: odd"), "\"odd\"")
        self.assertRegex(self.refusal("one_click: yes", "single_use: {again_after_days: 3}"),
                         "at least one of card, email and username")


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        path = pathlib.Path(sys.argv.pop(1)).resolve()
        SANDBOX = path / "bin" / "segpay-sandbox" if path.is_dir() else path
    unittest.main()
