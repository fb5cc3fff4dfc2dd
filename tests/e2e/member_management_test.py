"""The reference host under NATS and under Segpay member management: a customer signs up, pays,
leaves and comes back in the sandbox, Segpay's postbacks arrive in either order and twice, and
the host opens and ends access once each, by the right one of them. Then the cases that need a
scripted plugin: sales on a partner's form, and tokens of which the sale is refunded."""

import http.server
import os
import shutil
import tempfile
import threading
import unittest

import stack

BUILD = os.environ["BUILD_DIR"]
SCRIPTED = os.path.join(BUILD, "lib", "scripted_plugin.so")
JOIN, DENIAL, CROSS_SELL, TOKEN_PURCHASE = 1, 2, 3, 4
VOID, CREDIT, CHARGEBACK, CHARGEBACK_REVERSAL, STANDIN_DECLINE, ENABLE = 13, 14, 15, 17, 19, 20


class Letterbox:
    """Receives Segpay's postbacks, answers each with success, and keeps them for the test to
    deliver."""

    def __init__(self):
        self.letters = []
        letterbox = self

        class Script(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if "action=Probe" not in self.path:  # a question; the answer: the name is free
                    letterbox.letters.append(self.path)
                body = b"*success*"
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Script)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Case(unittest.TestCase):
    def start(self, *arguments, plugin=None):
        self.data = tempfile.mkdtemp(prefix="segpay-members-")
        self.addCleanup(shutil.rmtree, self.data, ignore_errors=True)
        self.world = stack.Stack(BUILD, self.data)
        self.addCleanup(self.world.stop)
        self.world.start_host(plugin=plugin, more=arguments)

    def rows(self, query, *arguments):
        return [tuple(row.values()) for row in self.world.rows(query, *arguments)]

    def members(self):
        return self.rows("SELECT id, site, status FROM members ORDER BY id")

    def member_page(self, member):
        return stack.http("GET", f"{self.world.admin_url}/members/{member}")[1]

    def tokens(self, member):
        return self.rows("SELECT tokens FROM members WHERE id = ?", member)[0][0]


class Walk:
    """One customer's life under one member management; the subclasses say which events open and
    end access."""

    management = opens = undone_by = None

    def setUp(self):
        self.letterbox = Letterbox()
        self.addCleanup(self.letterbox.close)
        self.start("--member-management", self.management)
        self.world.start_sandbox("nats-repaired", self.portal(), postbacks_to=self.letterbox.url)

    def portal(self):
        """The guide's transaction template has no field for whether a sale was a stand-in."""
        with open(os.path.join(stack.ROOT, "integration", "sandbox", "portal.yaml"),
                  encoding="utf-8") as file:
            text = file.read()
        path = os.path.join(self.data, "portal.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("&relatedtranid=", "&standin=<standin>&relatedtranid="))
        return path

    def deliver(self, *letters):
        """Each twice, as Segpay does after an answer that it does not accept."""
        for letter in letters:
            for _ in range(2):
                status, text = stack.http("GET", self.world.host_url + letter)
                self.assertEqual((status, text), (200, "*success*"), letter.split("?")[0])

    def taken(self):
        letters, self.letterbox.letters = self.letterbox.letters, []
        return letters

    def sign_up(self, **more):
        member, link = self.world.join(option="101", username="ann", password="correct horse",
                                       name="Ann Example", email="ann@example.com")
        self.member = int(member)
        self.purchase = self.world.pay(link, **more)["purchase_id"]
        enable, sale = self.taken()
        self.assertIn("action=Enable", enable)
        return enable, sale

    def act(self, action, **more):
        self.world.act(self.purchase, action, **more)
        return self.taken()

    def changes(self):
        """The events that opened (1) and ended (0) access, in order."""
        return self.rows("SELECT kind, access FROM applied_events WHERE access IS NOT NULL "
                         "ORDER BY number")

    def has_one_member(self, status):
        self.assertEqual(self.members(), [(self.member, "7", status)])
        self.assertEqual(self.rows("SELECT username FROM members"), [("ann",)])
        self.assertEqual(len(self.rows("SELECT * FROM subscriptions")), 1)

    def income(self):
        return self.rows("SELECT sum(amount_minor) FROM transactions WHERE approved = 1")[0][0]

    def joined(self):
        self.deliver(*self.sign_up())
        self.has_one_member("active")

    def test_enable_and_then_the_sale_give_one_member_with_access_once(self):
        enable, sale = self.sign_up()
        self.deliver(enable)
        self.has_one_member("active" if self.opens == "member_enable" else "pending")
        self.deliver(sale)
        self.has_one_member("active")
        self.assertEqual(self.changes(), [(self.opens, 1)])
        self.assertEqual(self.income(), 295)

    def test_sale_and_then_the_enable_give_one_member_with_access_once(self):
        enable, sale = self.sign_up()
        self.deliver(sale)
        self.has_one_member("active" if self.opens == "join" else "pending")
        self.deliver(enable)
        self.has_one_member("active")
        self.assertEqual(self.changes(), [(self.opens, 1)])
        self.assertEqual(self.income(), 295)

    def test_disable_takes_access_away_once(self):
        self.joined()
        self.deliver(*self.act("expire"))
        self.has_one_member("ended")
        self.assertEqual(self.changes(), [(self.opens, 1), ("member_disable", 0)])

    def test_sale_that_comes_after_its_disable_does_not_open_again(self):
        enable, sale = self.sign_up()
        (disable,) = self.act("expire")
        self.deliver(enable, disable, sale)
        self.has_one_member("ended")

    def test_refund_alone_keeps_access(self):
        self.joined()
        self.deliver(*self.act("refund_only"))
        self.has_one_member("active")
        self.assertEqual(self.income(), 0)

    def test_refund_and_expire_ends_access_by_its_disable(self):
        self.joined()
        self.deliver(*reversed(self.act("refund_expire")))
        self.has_one_member("ended")
        self.assertEqual(self.changes(), [(self.opens, 1), ("member_disable", 0)])
        self.assertEqual(self.income(), 0)

    def test_cancel_keeps_access_and_ends_renewal(self):
        self.joined()
        self.deliver(*self.act("cancel"))
        self.has_one_member("active")
        self.assertEqual(self.rows("SELECT access, renewing FROM subscriptions"), [(1, 0)])

    def test_renewals_are_one_payment_each(self):
        self.joined()
        self.deliver(*self.act("conversion"), *self.act("rebill"))
        self.has_one_member("active")
        self.assertEqual(self.changes(), [(self.opens, 1)])
        self.assertEqual(self.income(), 295 + 2995 + 2995)

    def test_reactivation_opens_access_again_once(self):
        self.joined()
        self.deliver(*self.act("expire"))
        state, paid = self.act("reactivation")
        self.deliver(state, paid)
        self.has_one_member("active")
        self.assertEqual(self.changes()[2:], [("reactivation", 1)])
        self.assertEqual(self.income(), 295 + 2995)

    def test_failed_standin_ends_access_once_and_takes_the_money_back(self):
        self.deliver(*self.sign_up(standin=True))
        self.has_one_member("active")
        decline, disable = self.act("standin_decline")
        self.deliver(decline)
        self.has_one_member("ended" if self.undone_by == "standin_decline" else "active")
        self.deliver(disable)
        self.has_one_member("ended")
        self.assertEqual(self.changes(), [(self.opens, 1), (self.undone_by, 0)])
        self.assertEqual(self.income(), 0)

    def test_tokens_need_no_enable(self):
        member, link = self.world.join(option="201", username="bob", password="correct horse",
                                       name="Bob Example", email="bob@example.com")
        self.world.pay(link)
        (sale,) = [letter for letter in self.taken() if "action=Auth" in letter]
        self.deliver(sale)
        self.assertEqual(self.members(), [(int(member), "9", "active")])
        self.assertEqual(self.tokens(int(member)), 50)

    def test_pages_tell_the_member_management(self):
        self.joined()
        overview = stack.http("GET", self.world.admin_url + "/")[1]
        name = {"nats": "NATS", "segpay": "Segpay"}[self.management]
        self.assertIn(f"Member management: {name}", overview)
        self.assertIn("opened access", self.member_page(self.member))


class NatsManagement(Walk, Case):
    management, opens, undone_by = "nats", "join", "standin_decline"

    def test_enable_without_sale_opens_nothing(self):
        enable, _ = self.sign_up()
        self.deliver(enable)
        self.assertEqual(self.changes(), [])

    def test_reactivation_is_known_by_its_payment_alone(self):
        """The guide calls the Reactivation postback optional."""
        self.joined()
        self.deliver(*self.act("expire"))
        _, paid = self.act("reactivation")
        self.deliver(paid)
        self.has_one_member("active")


class SegpayManagement(Walk, Case):
    management, opens, undone_by = "segpay", "member_enable", "member_disable"

    def test_sale_without_enable_opens_nothing(self):
        _, sale = self.sign_up()
        self.deliver(sale)
        self.assertEqual(self.changes(), [])
        self.assertEqual(self.income(), 295)

    def test_payment_of_a_reactivation_opens_nothing(self):
        self.joined()
        self.deliver(*self.act("expire"))
        _, paid = self.act("reactivation")
        self.deliver(paid)
        self.has_one_member("ended")


class Scripted(Case):
    """By a plugin that delivers the events that the test describes."""

    def setUp(self):
        self.start(plugin=SCRIPTED)
        self.keys = 0

    def send(self, kind, name, **fields):
        self.keys += 1
        said = {"kind": kind, "kind_name": name, "key": f"k{self.keys}", "purchase_id": "P1",
                "approved": 2, **fields}
        query = "&".join(f"{field}={value}" for field, value in said.items())
        answer = stack.http("GET", f"{self.world.host_url}/signup/process_segpay.php?{query}")
        self.assertEqual(answer, (200, "done"), query)

    def own_member(self, site="7", option="101"):
        """A paying member of this host."""
        member, _ = self.world.join(option=option, username="ann", password="correct horse",
                                    name="Ann Example", email="ann@example.com")
        self.send(JOIN, "join", purchase_id="P0", transaction_id="T0", member_id=member,
                  site=site, option=option, amount=295, username="ann")
        return int(member)

    # ---- Partners

    PARTNERS_SALE = {"transaction_id": "T1", "site": "8", "option": "301", "amount": 1995,
                     "cross_sell_slot": 1, "partner": "Acme", "username": "zoe",
                     "affiliate": "17", "session": "abc"}

    def check_partners_sale(self, ann):
        before, member = self.members()[0], self.members()[-1]
        self.assertEqual(before, (ann, "7", "active"))
        self.assertEqual(member[1:], ("8", "active"))
        self.assertEqual(
            self.rows("SELECT parent_member, foreign_id, partner, username, affiliate, session "
                      "FROM members WHERE id = ?", member[0]),
            [(None, str(ann), "Acme", "zoe", None, None)])
        self.assertEqual(self.rows("SELECT member FROM subscriptions WHERE id = 'SEGPAY:P1'"),
                         [(member[0],)])
        self.assertEqual(self.rows("SELECT member FROM transactions WHERE id = 'SEGPAY:T1'"),
                         [(member[0],)])
        self.assertIn("Acme", self.member_page(member[0]))
        self.assertNotIn(f'href="/members/{member[0]}"', self.member_page(ann))

    def test_sale_of_a_partner_is_of_nobody_whose_number_it_names(self):
        ann = self.own_member()
        self.send(CROSS_SELL, "cross_sell", member_id=ann, **self.PARTNERS_SALE)
        self.assertEqual(len(self.members()), 2)
        self.check_partners_sale(ann)

    def test_enable_before_the_sale_of_a_partner_does_not_keep_it_with_another(self):
        ann = self.own_member()
        self.send(ENABLE, "member_enable", member_id=ann, site="8", username="zoe", approved=0)
        self.send(CROSS_SELL, "cross_sell", member_id=ann, **self.PARTNERS_SALE)
        self.check_partners_sale(ann)

    def test_two_sales_of_a_partner_are_two_members(self):
        for n in ("1", "2"):
            self.send(CROSS_SELL, "cross_sell", purchase_id="P" + n, member_id="908172",
                      **{**self.PARTNERS_SALE, "transaction_id": "T" + n, "username": "zoe" + n})
        self.assertEqual([row[1:] for row in self.members()], [("8", "active")] * 2)

    def test_member_of_a_partner_is_not_found_by_the_number_that_the_partner_gave(self):
        self.send(CROSS_SELL, "cross_sell", member_id="908172", **self.PARTNERS_SALE)
        self.send(JOIN, "join", purchase_id="P2", transaction_id="T2", member_id="908172",
                  site="8", option="301", amount=1995, username="eve")
        self.assertEqual(len(self.members()), 2)

    def test_renewal_of_a_partners_sale_finds_its_member(self):
        ann = self.own_member()
        self.send(CROSS_SELL, "cross_sell", member_id=ann, **self.PARTNERS_SALE)
        self.send(9, "rebill", member_id=ann, transaction_id="T9", site="8", option="301",
                  amount=1995, partner="Acme")
        self.assertEqual(len(self.members()), 2)
        self.assertEqual(self.rows("SELECT member FROM transactions WHERE id = 'SEGPAY:T9'"),
                         [(self.members()[-1][0],)])

    def test_same_sale_of_our_own_is_of_the_parent(self):
        ann = self.own_member()
        self.send(CROSS_SELL, "cross_sell", member_id=ann,
                  **{**self.PARTNERS_SALE, "partner": ""})
        self.assertEqual(self.rows("SELECT parent_member FROM members WHERE site = '8'"),
                         [(ann,)])

    # ---- The kind decides

    def test_sign_up_keeps_its_member_whatever_it_echoes(self):
        for upsell in ("0", "%20%20", "UP-8-301"):
            with self.subTest(upsell):
                self.send(JOIN, "join", purchase_id="P" + upsell, transaction_id="T" + upsell,
                          member_id="9081" + upsell[-1], site="8", option="301", amount=1995,
                          upsell=upsell)
                self.assertEqual(self.rows("SELECT foreign_id FROM members ORDER BY id DESC")[0],
                                 ("9081" + upsell[-1],))

    def test_sale_gives_its_tokens_whatever_it_is_related_to(self):
        self.send(TOKEN_PURCHASE, "token_purchase", transaction_id="T1", member_id="5", site="9",
                  option="201", amount=2595, related_transaction_id="0")
        self.has_tokens(50)
        self.take_back(CREDIT, "credit", "B1")
        self.has_tokens(0)

    # ---- Tokens

    def buy_tokens(self, transaction="T1"):
        self.send(TOKEN_PURCHASE, "token_purchase", transaction_id=transaction, member_id="5",
                  site="9", option="201", amount=2595)

    def take_back(self, kind, name, transaction, of="T1", **more):
        self.send(kind, name, transaction_id=transaction, related_transaction_id=of, site="9",
                  **{"amount": 2595, **more})

    def has_tokens(self, count):
        self.assertEqual(self.rows("SELECT tokens FROM members"), [(count,)])

    def test_tokens_go_with_a_full_refund_once(self):
        for kind, name in ((CREDIT, "credit"), (VOID, "void"), (CHARGEBACK, "chargeback"),
                           (16, "revoke")):
            with self.subTest(name):
                sale = "T" + name
                self.buy_tokens(sale)
                self.has_tokens(50)
                self.take_back(kind, name, "B" + name, sale)
                self.has_tokens(0)
        self.take_back(CHARGEBACK, "chargeback", "B9", "Tcredit")
        self.has_tokens(0)

    def test_tokens_stay_with_a_refund_of_a_part_until_all_is_back(self):
        self.buy_tokens()
        self.take_back(CREDIT, "credit", "B1", amount=1000)
        self.has_tokens(50)
        self.take_back(CREDIT, "credit", "B2", amount=1595)
        self.has_tokens(0)
        self.assertIn("-50 tokens", self.member_page(1))

    def test_tokens_of_a_sale_that_comes_after_its_refund_are_not_given(self):
        self.take_back(CREDIT, "credit", "B1")
        self.buy_tokens()
        self.has_tokens(0)

    def test_tokens_come_again_when_the_chargeback_is_won(self):
        self.buy_tokens()
        self.take_back(CHARGEBACK, "chargeback", "B1")
        self.take_back(CHARGEBACK_REVERSAL, "chargeback_reversal", "B2")
        self.has_tokens(50)

    def test_tokens_go_with_a_standin_that_fails(self):
        self.buy_tokens()
        self.send(STANDIN_DECLINE, "standin_decline", transaction_id="T1", site="9", amount=2595)
        self.has_tokens(0)

    def test_refund_of_one_sale_leaves_the_tokens_of_another(self):
        self.buy_tokens("T1")
        self.buy_tokens("T2")
        self.take_back(CREDIT, "credit", "B1", of="T2")
        self.has_tokens(50)

    def test_the_biller_says_how_many_tokens_were_sold(self):
        self.send(TOKEN_PURCHASE, "token_purchase", transaction_id="T1", member_id="5", site="9",
                  option="201", amount=2595, tokens=70)
        self.has_tokens(70)
        self.take_back(CREDIT, "credit", "B1", tokens=70)
        self.has_tokens(0)

    def test_a_sale_of_an_unknown_item_hands_over_nothing_and_is_logged(self):
        self.send(TOKEN_PURCHASE, "token_purchase", transaction_id="T1", member_id="5", site="9",
                  amount=2595)
        self.has_tokens(0)
        self.assertIn("SEGPAY:T1 of SEGPAY:P1 does not say what was sold",
                      self.world.host.log())

    def test_refund_without_amount_is_of_all(self):
        self.buy_tokens()
        self.send(VOID, "void", transaction_id="B1", related_transaction_id="T1", site="9")
        self.has_tokens(0)

    # ---- Reasons

    def test_member_page_tells_why_and_of_which_family(self):
        ann = self.own_member()
        self.send(8, "insufficient_funds", purchase_id="P0", transaction_id="T5", site="7",
                  amount=2995, approved=1, reason_code="F402", reason_text="Too-often",
                  reason_family="velocity")
        page = self.member_page(ann)
        for word in ("F402", "Too-often", "velocity"):
            self.assertIn(word, page)


if __name__ == "__main__":
    unittest.main()
