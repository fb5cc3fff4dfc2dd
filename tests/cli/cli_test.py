"""nats-segpay from the outside: its output, its formats and its exit codes.

    python3 cli_test.py NATS_SEGPAY PLUGIN LEDGER_HOST CONFIG_FOLDER
"""

import html.parser
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from urllib.parse import parse_qsl, urlencode, urlsplit

PROGRAM, PLUGIN, LEDGER_HOST, CONFIG = (os.path.abspath(a) for a in sys.argv[1:5])
EXAMPLE = os.path.join(CONFIG, "examples", "sandbox.yaml")

EVENT_KEYS = (
    "kind key purchase_id transaction_id related_transaction_id amount approved test standin "
    "redelivery member_id session affiliate username email name country eticket site option trial "
    "cross_sell upsell tokenplus octoken trans_guid card_type payment_type occurred_at reason by "
    "warnings"
).split()

CANARY = "s3cret-canary"
FORGED = "a" * 32  # a seal that no key made


def command(*arguments):
    return [PROGRAM, *arguments, "--plugin", PLUGIN]


def run(*arguments, text=""):
    done = subprocess.run(
        command(*arguments), input=text.encode(), capture_output=True, check=False, timeout=120
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def link(*arguments):
    return run("link", "--kind", "join", "--option", "101", "--config", EXAMPLE, *arguments)


def translate(*lines, arguments=()):
    code, out, err = run("translate", "--config", EXAMPLE, *arguments, text="\n".join(lines))
    if code != 0:
        raise AssertionError(f"exit {code}: {err}")
    return [json.loads(line) for line in out.splitlines()]


def sign_up(purchase, **more):
    fields = {
        "action": "Auth",
        "stage": "Initial",
        "approved": "Yes",
        "transtype": "Sale",
        "purchaseid": purchase,
        "transid": purchase + 1_000_000,
        "price": "39.95",
        "currencycode": "USD",
        "eticketid": "162209:1221",
        "memberid": "908172",
        "username": "ann",
        "password": CANARY,
    }
    return urlencode(fields | more)


TEMPLATE = os.path.join(CONFIG, "segpay.yaml")


class Check(unittest.TestCase):
    def live_template(self):
        """The operator's file, only with another mode."""
        with open(TEMPLATE, encoding="utf-8") as shipped:
            text = shipped.read().replace("\n  mode: test\n", "\n  mode: live\n", 1)
        file = tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8")
        self.addCleanup(file.close)
        file.write(text)
        file.flush()
        lines = text.splitlines()
        return file.name, lambda wanted: 1 + next(n for n, l in enumerate(lines) if wanted in l)

    def test_the_shipped_files_are_clean(self):
        code, out, err = run("check", EXAMPLE, "--strict")
        self.assertEqual((code, out, err), (0, f"{EXAMPLE}: no mistakes\n", ""))
        # The template itself warns that its network belongs to no processor.
        code, out, err = run("check", TEMPLATE)
        warning, end = out.splitlines()
        self.assertRegex(warning,
                         rf'^{TEMPLATE}:\d+:9: warning: "203.0.113.0/24" is an address of ')
        self.assertEqual((code, end, err), (0, f"{TEMPLATE}: no mistakes, 1 warning", ""))

    def test_the_template_in_live_mode_is_warned_of(self):
        file, line_of = self.live_template()
        code, out, err = run("check", file)
        self.assertEqual((code, err), (0, ""))
        found = out.splitlines()
        self.assertEqual(found.pop(), f"{file}: no mistakes, 3 warnings")
        for line, column, what in (
            (line_of("  mode: live"), 9, "in live mode without a seal"),
            (line_of("      - 203.0.113.0/24"), 9,
             '"203.0.113.0/24" is an address of documentation'),
            (line_of("    price_point: 3097"), 18, 'eticket "162209:3097" is the example\'s'),
        ):
            warning = found.pop(0)
            self.assertTrue(warning.startswith(f"{file}:{line}:{column}: warning: {what}"), warning)
        self.assertEqual(found, [])

    def test_strict_makes_a_warning_a_failure(self):
        file, _ = self.live_template()
        strict = run("check", file, "--strict")
        self.assertEqual(strict, (1, run("check", file)[1], ""))
        self.assertEqual(run("check", "--strict", "--json", "--config", file)[0], 1)

    def test_json_has_a_severity(self):
        file, _ = self.live_template()
        code, out, _ = run("check", file, "--json")
        listed = [json.loads(line) for line in out.splitlines()]
        self.assertEqual((code, [t["severity"] for t in listed]), (0, ["warning"] * 3))
        with open(file, "a", encoding="utf-8") as more:
            more.write("nonsense: 1\n")
        code, out, _ = run("check", file, "--json")
        listed = [json.loads(line) for line in out.splitlines()]
        self.assertEqual((code, [t["severity"] for t in listed]), (1, ["warning"] * 3 + ["error"]))

    def test_a_secret_in_the_file_is_warned_of_and_not_shown(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "blank.txt"), "w", encoding="utf-8") as secret:
                secret.write(f"\ufeff{CANARY} \r\n")
            file = os.path.join(folder, "segpay.yaml")
            with open(EXAMPLE, encoding="utf-8") as good, open(file, "w", encoding="utf-8") as bad:
                text = good.read().replace("${file:sandbox.key}", CANARY + "-of-the-seal")
                bad.write(
                    text.replace(
                        "    addresses:\n",
                        "    secret: { parameter: hook, value: '${file:blank.txt}' }\n"
                        "    addresses:\n",
                    )
                )
            code, out, err = run("check", file)
            self.assertEqual((code, err), (0, ""))
            self.assertIn('"keys" stands here in plain text', out)
            self.assertIn('"password_key" stands here in plain text', out)
            self.assertIn(':39: warning: "value" begins or ends with a blank', out)
            self.assertNotIn(CANARY, out)

    def test_mistakes_are_located(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            with open(EXAMPLE, encoding="utf-8") as good:
                file.write(good.read().replace("mode: test", "mode: perhaps", 1))
            file.write("\nnonsense: 1\n")
            file.flush()
            code, out, _ = run("check", file.name)
            self.assertEqual(code, 1)
            for line in out.splitlines():
                self.assertRegex(line, rf"^{file.name}:\d+:\d+: .")
            out_json = run("check", file.name, "--json")[1]
            listed = [json.loads(line) for line in out_json.splitlines()]
            self.assertEqual(len(listed), len(out.splitlines()))
            self.assertEqual(list(listed[0]), ["file", "line", "column", "message", "severity"])

    def test_a_file_that_is_not_there(self):
        code, out, err = run("check", "/nonexistent.yaml")
        self.assertEqual(code, 1)
        self.assertIn("/nonexistent.yaml", out + err)


class Link(unittest.TestCase):
    VALUES = {
        "member_id": "908172",
        "first_name": 'Zoë "Z" <O\'Hara>&co',
        "city": "東京 100%+",
        "ref1": "a=b&c",
    }

    def sets(self):
        return [f"--set={name}={value}" for name, value in self.VALUES.items()]

    def test_a_query_parser_gives_every_value_back(self):
        code, out, err = link(*self.sets(), "--set", "x.campaign=summer")
        self.assertEqual((code, err), (0, ""))
        values = [value for _, value in parse_qsl(urlsplit(out.rstrip("\n")).query, True)]
        for value in [*self.VALUES.values(), "162209:3097", "summer"]:
            self.assertIn(value, values)

    # Every field of a request, through the tool and the plugin's C interface, and its parameters in
    # the documents.
    FIELDS = {
        "member_id=908172": {"foreignid": "908172"},
        "session=0123": {"natssess": "0123"},
        "affiliate=aff": {"merchantpartnerid": "aff"},
        "username=joe": {"username": "joe"},
        "password=" + CANARY: {"password": CANARY},
        "first_name=Joe last_name=Segpay": {"x-billname": "Joe Segpay"},
        "email=joe@example.com": {"x-billemail": "joe@example.com"},
        "address=123Street": {"x-billaddr": "123Street"},
        "city=Hull": {"x-billcity": "Hull"},
        "state=ND": {"x-billstate": "ND"},
        "zip=12345": {"x-billzip": "12345"},
        "country=us": {"x-billcntry": "US"},
        "phone=5550100": {"x-billphone": "5550100"},
        "language=nl": {"paypagelanguage": "NL"},
        "currency=hkd": {"DMCURRENCY": "HKD"},
        "xref1=XS-one": {"xref1": "XS-one"},
        "xref2=XS-two": {"xref2": "XS-two"},
        "upsell=host-7": {"upsell": "host-7"},
        "octoken=4001": {"OCToken": "4001"},
        "approve_url=https://a.example/ approve_text=In":
            {"x-auth-link": "https://a.example/", "x-auth-text": "In"},
        "decline_url=https://d.example/ decline_text=Other":
            {"x-decl-link": "https://d.example/", "x-decl-text": "Other"},
        "template=t1": {"template": "t1"},
        "price_points=1221,3097": {"pplist": "1221,3097"},
        "only_this_price=1": {"ppvviewoption": "2"},
        "radio_buttons=1": {"ppviewtype": "2"},
        "cross_sale_off=1": {"CrossSaleOff": "1"},
        "test_mode_retry_decline=1": {"TestModeRetryDecline": "on"},
        "x.campaign=summer": {"campaign": "summer"},
        **{f"ref{n}=value{n}": {f"REF{n}": f"value{n}"} for n in range(1, 11)},
    }

    def test_every_field_goes_under_its_parameter(self):
        bare = ("link", "--kind", "join", "--option", "102", "--config", EXAMPLE)
        for said, expected in self.FIELDS.items():
            code, out, err = run(*bare, *(f"--set={each}" for each in said.split()))
            self.assertEqual((code, err), (0, ""), said)
            found = dict(parse_qsl(urlsplit(out.rstrip("\n")).query, True))
            self.assertEqual(found.pop("x-eticketid"), "162209:1221")
            self.assertEqual(len(found.pop("natsseal")), 32)
            self.assertEqual(found, expected, said)

    def test_tokens_are_sold_by_token_sites(self):
        bare = ("link", "--kind", "join", "--config", EXAMPLE, "--set=tokenplus=50", "--option")
        code, out, err = run(*bare, "201")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(dict(parse_qsl(urlsplit(out.rstrip("\n")).query))["tokenplus"], "50")
        code, out, err = run(*bare, "102")
        self.assertEqual((code, out), (1, ""))
        self.assertIn("tokenplus: is for options of token sites", err)

    def test_a_reactivation_link_carries_its_token(self):
        code, out, err = run("link", "--kind", "reactivation", "--config", EXAMPLE,
                             "--set=reactivation_token=0f8fad5b")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(
            dict(parse_qsl(urlsplit(out.rstrip("\n")).query)), {"tguid": "0f8fad5b", "sprs": "ms"}
        )

    def test_the_form_and_the_json_say_the_same(self):
        fields = {}

        class Form(html.parser.HTMLParser):
            def handle_starttag(self, tag, attrs):
                if tag == "input":
                    fields[dict(attrs)["name"]] = dict(attrs)["value"]
                if tag == "form":
                    fields["<action>"] = dict(attrs)["action"]

        Form().feed(link(*self.sets(), "--format", "form")[1])
        made = json.loads(link(*self.sets(), "--format", "json")[1])
        self.assertEqual(list(made), ["url", "action", "fields"])
        self.assertEqual(fields.pop("<action>"), made["action"])
        # The seal has a time and may differ between two links.
        self.assertEqual(fields.keys(), made["fields"].keys())
        differing = {name for name in fields if fields[name] != made["fields"][name]}
        self.assertLessEqual(len(differing), 1)

    def test_a_dynamic_price_takes_its_hash_in_both_spellings(self):
        for price_hash in ("dsvEzGU8vjsph0kbhZblRC%2f1wjQ%3d", "dsvEzGU8vjsph0kbhZblRC/1wjQ="):
            code, out, err = run(
                *("link", "--kind", "join", "--option", "202", "--config", EXAMPLE),
                *("--set", "amount=25.95", "--set", "description=50 tokens"),
                *("--set", "price_hash=" + price_hash),
            )
            self.assertEqual((code, err), (0, ""))
            values = dict(parse_qsl(urlsplit(out.rstrip("\n")).query))
            self.assertEqual(values["dynamictrans"], "dsvEzGU8vjsph0kbhZblRC/1wjQ=")
            self.assertEqual(values["amount"], "25.95")
            self.assertEqual(values["dynamicdesc"], "50 tokens")

    def test_an_instant_conversion_has_words_for_those_who_are_too_fast(self):
        code, out, err = run(
            *("link", "--kind", "instant-conversion", "--config", EXAMPLE),
            *("--set", "ictoken=abc", "--set", "retry_text=Please wait"),
        )
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(
            dict(parse_qsl(urlsplit(out.rstrip("\n")).query)),
            {"ICToken": "abc", "IC301Text": "Please wait"},
        )

    def test_one_click_for_a_member_looks_into_the_ledger(self):
        one_click = ("link", "--kind", "one-click", "--option", "201")
        code, _, err = run(*one_click, "--set", "member_id=908172")
        self.assertEqual(code, 2)  # without a ledger
        self.assertIn("--config", err)
        code, _, err = run(
            *one_click, "--set", "member_id=1", "--config", EXAMPLE, "--ledger", "/nonexistent"
        )
        self.assertEqual(code, 1)
        self.assertIn("/nonexistent: there is no ledger", err)
        # A named OCToken needs no ledger.
        code, out, err = run(*one_click, "--set", "member_id=1", "--set", "octoken=26346680")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("OCToken=26346680", out)
        code, _, err = run(*one_click)
        self.assertEqual(code, 1)
        self.assertIn("octoken: is missing", err)

    def test_an_impossible_link_is_answered_with_1(self):
        for option, more in (
            ("101", ["--set=member_id=" + "9" * 33]),
            ("101", ["--set=country=Utopia"]),
            ("999", []),
        ):
            arguments = ["link", "--kind", "join", "--config", EXAMPLE, "--option", option, *more]
            code, out, err = run(*arguments)
            self.assertEqual((code, out), (1, ""), arguments)
            self.assertTrue(err.startswith("nats-segpay: "), err)
            self.assertEqual(err.count("\n"), 1)

    def test_wrong_usage_is_answered_with_2(self):
        for arguments, hint in (
            (["--set", "emial=a@example.com"], "email"),
            (["--set", "email"], "name=value"),
            (["--set", "radio_buttons=perhaps"], "1 or 0"),
            (["--format", "xml"], "form"),
            (["--colour"], "--colour"),
        ):
            code, out, err = link(*arguments)
            self.assertEqual((code, out), (2, ""), arguments)
            self.assertIn(hint, err)
        self.assertEqual(run("link", "--kind", "gift", "--option", "101")[0], 2)
        self.assertEqual(run("link", "--kind", "join")[0], 2)
        self.assertEqual(run("no-such-command")[0], 2)
        self.assertEqual(run()[0], 2)


class Translate(unittest.TestCase):
    def test_an_event_has_the_agreed_keys_in_order(self):
        (line,) = translate(sign_up(1))
        self.assertEqual(line["reply"], {"status": 200, "body": "*success*"})
        self.assertEqual(list(line)[:3], ["reply", "disposition", "events"])
        self.assertEqual(line["disposition"], "delivered")
        self.assertEqual(line["headers"], {"Content-Type": "text/plain; charset=utf-8",
                                           "Cache-Control": "no-store"})
        (event,) = line["events"]
        keys = list(event)
        self.assertEqual(keys[: len(EVENT_KEYS)], EVENT_KEYS)
        self.assertIn(keys[len(EVENT_KEYS) :], ([], ["extras"]))
        self.assertEqual(event["kind"], "join")
        self.assertEqual(event["amount"], {"minor": 3995, "currency": "USD", "exponent": 2})
        self.assertEqual(event["eticket"], {"package": 162209, "price_point": 1221})
        self.assertEqual(event["cross_sell"], {"slot": 0, "ref": None})
        self.assertEqual(event["reason"], {"code": None, "text": None})
        self.assertEqual((event["site"], event["option"]), ("7", "102"))
        self.assertEqual([event[k] for k in ("approved", "standin", "trial")], [True, False, False])
        self.assertIsNone(event["session"])

    def test_one_line_in_is_one_line_out(self):
        query, body = sign_up(2).split("&price", 1)
        both = f"{query}\tprice{body}"
        lines = translate(sign_up(1), "", sign_up(1), "body:" + sign_up(3), both, "action=%zz")
        self.assertEqual(len(lines), 6)
        dispositions = [line["disposition"] for line in lines]
        self.assertEqual([dispositions[i] for i in (0, 2, 3, 4)],
                         ["delivered", "duplicate", "delivered", "delivered"])
        self.assertEqual(lines[1]["events"], [])
        self.assertEqual(lines[4]["events"][0]["purchase_id"], "2")

    def test_no_password_ever(self):
        lines = [sign_up(1), sign_up(2, natsseal=FORGED), sign_up(3, price="x")]
        code, out, err = run("translate", "--config", EXAMPLE, "--verbose", text="\n".join(lines))
        self.assertEqual(code, 0)
        self.assertNotIn(CANARY, out + err)

    def test_the_host_answers_as_configured(self):
        for answer, disposition in (("retry", "deferred"), ("refuse", "dead_letter")):
            (line,) = translate(sign_up(1), arguments=["--answer", answer])
            self.assertEqual(line["disposition"], disposition)
            self.assertEqual(len(line["events"]), 1)

    def test_the_sender_counts(self):
        (line,) = translate(sign_up(1), arguments=["--peer", "198.51.100.7"])
        self.assertEqual((line["disposition"], line["events"]), ("refused", []))

    def test_an_answer_comes_before_the_next_question(self):
        with subprocess.Popen(command("translate", "--config", EXAMPLE),
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            for purchase in (1, 2, 3):
                process.stdin.write(sign_up(purchase).encode() + b"\n")
                process.stdin.flush()
                line = json.loads(process.stdout.readline())
                self.assertEqual(line["events"][0]["purchase_id"], str(purchase))
            process.stdin.close()
            self.assertEqual(process.wait(), 0)

    def test_ten_thousand_lines(self):
        start = time.monotonic()
        lines = translate(*(sign_up(purchase) for purchase in range(1, 10_001)))
        self.assertEqual(len(lines), 10_000)
        self.assertTrue(all(line["disposition"] == "delivered" for line in lines))
        self.assertLess(time.monotonic() - start, 100)


class Portal(unittest.TestCase):
    def test_what_to_paste(self):
        code, out, _ = run("portal", "--host", "join.example.com", "--config", EXAMPLE)
        self.assertEqual(code, 0)
        self.assertIn("join.example.com/signup/process_segpay.php", out)
        out = run("portal", "--host", "join.example.com", "--config", EXAMPLE, "--json")[1]
        for line in out.splitlines():
            self.assertEqual(list(json.loads(line)), ["title", "value", "required", "note"])


class Ledger(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.ledger = os.path.join(folder.name, "ledger.sqlite")

    def host(self, answer, *lines):
        done = subprocess.run([LEDGER_HOST, PLUGIN, EXAMPLE, self.ledger, answer],
                              input="\n".join(lines), capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    def run_on_ledger(self, *arguments):
        return run(*arguments, "--config", EXAMPLE, "--ledger", self.ledger)

    def listed(self, *arguments):
        code, out, err = self.run_on_ledger(*arguments, "--json")
        self.assertEqual((code, err), (0, ""))
        return [json.loads(line) for line in out.splitlines()]

    def test_a_dead_letter_is_left_for_the_host(self):
        self.assertEqual(self.host("refuse", sign_up(1), sign_up(2)), ["join 1", "join 2"])
        dead = self.listed("dead-letters")
        self.assertEqual([d["event"]["purchase_id"] for d in dead], ["1", "2"])
        self.assertIn("this host refuses", dead[0]["message"])
        self.assertIn(dead[0]["key"], self.run_on_ledger("dead-letters")[1])
        code, out, _ = self.run_on_ledger("redeliver", dead[0]["key"], "--by", "ann")
        self.assertEqual((code, out), (0, dead[0]["key"] + ": pending, the host will deliver it\n"))
        (pending,) = self.listed("events", "--state", "pending")
        self.assertEqual((pending["key"], pending["decided_by"]), (dead[0]["key"], "ann"))
        self.assertEqual(self.host("done"), ["join 1 again"])
        self.assertEqual(self.run_on_ledger("redeliver", "--all")[0], 0)
        self.assertEqual(self.host("done"), ["join 2 again"])
        code, _, err = self.run_on_ledger("redeliver", "--all")
        self.assertEqual((code, err), (1, "nats-segpay: there are no dead letters\n"))
        self.assertEqual(self.run_on_ledger("redeliver", "no-such-key")[0], 1)

    def test_a_dead_letter_is_dismissed(self):
        self.host("refuse", sign_up(1))
        (dead,) = self.listed("dead-letters")
        code, _, _ = self.run_on_ledger("dead-letters", "dismiss", dead["key"], "--by", "ann")
        self.assertEqual(code, 0)
        self.assertEqual(self.listed("dead-letters"), [])
        (dismissed,) = self.listed("events", "--state", "dismissed")
        self.assertEqual(dismissed["decided_by"], "ann")
        self.assertEqual(self.host("done"), [])

    def test_the_quarantine_is_released_or_dismissed(self):
        forged = [sign_up(purchase, natsseal=FORGED) for purchase in (1, 2)]
        self.assertEqual(self.host("done", *forged), [])
        kept = self.listed("quarantine")
        self.assertEqual([k["state"] for k in kept], ["quarantined", "quarantined"])
        self.assertNotIn(CANARY, json.dumps(kept))
        self.assertEqual(self.run_on_ledger("quarantine", "release", kept[0]["key"])[0], 0)
        self.assertEqual(self.run_on_ledger("quarantine", "dismiss", kept[1]["key"])[0], 0)
        self.assertEqual(self.listed("quarantine"), [])
        self.assertEqual([event.split()[:2] for event in self.host("done")], [["join", "1"]])

    def test_a_request_is_completed_when_it_is_released(self):
        self.assertEqual(self.host("done", sign_up(1) + "&memberid=7"), [])
        (kept,) = self.listed("quarantine")
        self.assertIn("--say NAME=VALUE", kept["message"])
        release = lambda *more: self.run_on_ledger("quarantine", "release", kept["key"], *more)
        self.assertEqual(release()[0], 1)
        code, _, err = release("--say", "membrid=7")
        self.assertEqual(code, 1)
        self.assertIn('"membrid" is no parameter', err)
        self.assertEqual(release("--say", "memberid")[0], 2)
        self.assertEqual(release("another", "--say", "memberid=7")[0], 2)
        self.assertEqual(release("--say", "memberid=a&b")[0], 0)
        self.assertEqual([event.split()[:2] for event in self.host("done")], [["join", "1"]])
        (released,) = self.listed("events", "--state", "settled")
        self.assertEqual(released["event"]["member_id"], "a&b")
        self.assertIn('"memberid" is what an operator said', released["event"]["warnings"])

    def test_events_are_filtered(self):
        self.host("done", sign_up(1), sign_up(2, memberid="77"), sign_up(3))
        purchases = lambda *a: [e["event"]["purchase_id"] for e in self.listed("events", *a)]
        self.assertEqual(purchases(), ["1", "2", "3"])
        self.assertEqual(purchases("--purchase", "2"), ["2"])
        self.assertEqual(purchases("--member", "77"), ["2"])
        self.assertEqual(purchases("--limit", "2"), ["2", "3"])
        first = self.listed("events")[0]["sequence"]
        self.assertEqual(purchases("--after", str(first), "--limit", "1"), ["2"])
        self.assertEqual(self.run_on_ledger("events", "--state", "setled")[0], 2)
        self.assertIn("39.95 USD", self.run_on_ledger("events")[1])

    def test_looking_makes_no_ledger(self):
        self.assertEqual(self.run_on_ledger("events")[0], 1)
        self.assertFalse(os.path.exists(self.ledger))


unittest.main(argv=[sys.argv[0], *sys.argv[5:]])
