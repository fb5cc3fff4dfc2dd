"""A host in PHP as sites run it: nginx, php-fpm, and integration/php/biller.php, whose instances
the plugin keeps for the workers. Scripts end in the middle of an event, the configuration
changes, and every event has its effect once."""

import concurrent.futures
import os
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import stack

BUILD = os.environ["BUILD_DIR"]
WORKERS = 4
SALE = ("action=Auth&stage=Initial&approved=Yes&transtype=Sale&price={1}&currencycode=USD"
        "&eticketid=162209:1221&memberid=1&purchaseid={0}&transid={0}1")
ENABLE = "action=Enable&purchaseid={0}"
OLD_PRICE, NEW_PRICE = "39.95", "44.95"
LEASE_SECONDS = 1
FPM = """[global]
daemonize = no
error_log = {folder}/fpm.log
[www]
listen = {folder}/php.socket
{user}
pm = static
pm.max_children = {workers}
php_admin_value[ffi.enable] = 1
php_admin_value[display_errors] = 0
php_admin_value[error_log] = {folder}/php.log
"""
NGINX = """daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{}}
http {{
    access_log off;
    {temporary}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            fastcgi_pass unix:{folder}/php.socket;
            fastcgi_param SCRIPT_FILENAME {script};
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            fastcgi_param REMOTE_ADDR $remote_addr;
            fastcgi_param TEST_FOLDER {folder};
            fastcgi_param BILLER_PHP {root}/integration/php/biller.php;
            fastcgi_param BILLER_HEADER {root}/abi/biller.ffi.h;
            fastcgi_param BILLER_PLUGIN {build}/lib/nats_segpay.so;
        }}
    }}
}}
"""
FPM_PROGRAM = shutil.which("php-fpm8.2") or shutil.which("php-fpm")


def lines_of(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().splitlines()
    except FileNotFoundError:
        return []


@unittest.skipUnless(FPM_PROGRAM and shutil.which("nginx"), "SKIPPED: no php-fpm, or no nginx")
class PhpFpmTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="segpay-fpm-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        shutil.copytree(os.path.join(stack.ROOT, "config", "examples"), self.folder,
                        dirs_exist_ok=True)
        with open(os.path.join(self.folder, "sandbox.yaml"), encoding="utf-8") as file:
            text = file.read()
        self.assertIn("lease_seconds: 30\n", text)
        self.configure(text.replace("lease_seconds: 30\n", f"lease_seconds: {LEASE_SECONDS}\n"))
        self.port = stack.free_port()

    def configure(self, text):
        self.text = text
        path = os.path.join(self.folder, "segpay.yaml")
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(path + ".new", path)

    def start(self, workers=WORKERS):
        is_root = os.geteuid() == 0
        words = {"folder": self.folder, "port": self.port, "workers": workers, "root": stack.ROOT,
                 "build": BUILD, "temporary": " ".join(
                     f"{kind}_temp_path {self.folder}/{kind};" for kind in
                     ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")),
                 "script": os.path.join(os.path.dirname(os.path.abspath(__file__)), "fpm",
                                        "process_segpay.php")}
        for name, text, user in (("fpm.conf", FPM, "user = root"),
                                 ("nginx.conf", NGINX, "user root;")):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(text.format(user=user if is_root else "", **words))
        for command in ([FPM_PROGRAM, "-n", "-d", "extension=ffi", "-y", f"{self.folder}/fpm.conf",
                         *(["-R"] if is_root else [])],
                        ["nginx", "-c", f"{self.folder}/nginx.conf"]):
            process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            self.addCleanup(process.wait)
            self.addCleanup(process.terminate)
        deadline = time.monotonic() + 10
        while not os.path.exists(f"{self.folder}/php.socket") and time.monotonic() < deadline:
            time.sleep(0.05)
        while self.ask("action=Frobnicate")[0] != 200 and time.monotonic() < deadline:
            time.sleep(0.05)

    def ask(self, query):
        """The status and the body; nginx's own when no worker answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/process_segpay.php?{query}",
                                        timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as failure:
            return failure.code, failure.read().decode()
        except urllib.error.URLError:
            return 0, ""

    def say_until_taken(self, query):
        """As Segpay does, until the answer is the success word."""
        answers = []
        deadline = time.monotonic() + 20
        while not answers or answers[-1] != (200, "*success*"):
            self.assertLess(time.monotonic(), deadline, answers)
            if answers:
                time.sleep(0.2)
            answers.append(self.ask(query))
        return answers

    def fail_once(self, way):
        with open(os.path.join(self.folder, way), "w", encoding="utf-8"):
            pass

    def books(self):
        """KIND PURCHASE of each effect."""
        return [line.split(" ", 1)[1] for line in lines_of(os.path.join(self.folder, "books"))]

    def log(self):
        return lines_of(os.path.join(self.folder, "log"))

    def test_many_at_once_have_their_effect_once(self):
        time.sleep(1.1)  # a younger file may change once more without a trace
        self.start()
        queries = []
        for purchase in range(1, 61):
            queries += [SALE.format(purchase, OLD_PRICE)] * 2 + [ENABLE.format(purchase)]
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as senders:
            answers = list(senders.map(self.say_until_taken, queries))
        self.assertEqual(len(answers), 180)
        self.assertEqual(sorted(self.books()), sorted(
            f"{kind} {purchase}" for purchase in range(1, 61)
            for kind in ("join", "member_enable")))
        opened = [line for line in self.log() if "join options" in line]
        self.assertEqual(len(opened), len({line.split()[0] for line in opened}), opened)
        self.assertLessEqual(len(opened), WORKERS)  # each worker once

    def test_what_follows_in_another_worker_at_once(self):
        self.start()
        for purchase in range(1, 13):
            for query in (SALE.format(purchase, OLD_PRICE), ENABLE.format(purchase),
                          f"action=Disable&purchaseid={purchase}",
                          SALE.format(purchase, OLD_PRICE)):
                self.assertEqual(self.ask(query), (200, "*success*"), query)
        self.assertEqual(len(self.books()), 36)
        self.assertGreater(len({line.split()[0] for line in self.log()}), 1)

    def test_user_names(self):
        self.start()
        self.assertEqual(self.ask("action=Probe&username=taken"), (200, "*failure*"))
        self.assertEqual(self.ask("action=Probe&username=ann"), (200, "*success*"))

    def test_scripts_that_end_in_the_middle(self):
        self.start()
        for purchase, way in enumerate(("exit", "fatal", "late"), 1):
            with self.subTest(way=way):
                self.fail_once(way)
                answers = self.say_until_taken(SALE.format(purchase, OLD_PRICE))
                self.assertEqual(answers[0][0], 503)
                self.assertIn(f"join {purchase}", self.books())
        self.fail_once("exit")
        self.assertNotEqual(self.ask(SALE.format(9, OLD_PRICE)), (200, "*success*"))
        self.assertNotIn("join 9", self.books())
        time.sleep(LEASE_SECONDS + 0.2)
        self.assertEqual(self.ask("recover"), (200, "0"))
        self.assertEqual(sorted(self.books()), [f"join {number}" for number in (1, 2, 3, 9)])

    def test_the_configuration_changes_under_a_running_worker(self):
        self.start(workers=1)
        self.assertEqual(self.ask(SALE.format(1, OLD_PRICE)), (200, "*success*"))
        self.assertEqual(self.ask(SALE.format(2, NEW_PRICE)), (422, "*failure*"))
        good = self.text
        self.configure("nonsense: true\n")
        self.assertEqual(self.ask(SALE.format(3, OLD_PRICE)), (200, "*success*"))
        self.assertTrue(any("error: the configuration was changed and cannot be used" in line
                            for line in self.log()))
        self.assertIn(OLD_PRICE, good)
        self.configure(good.replace(OLD_PRICE, NEW_PRICE))
        self.assertEqual(self.ask(SALE.format(2, NEW_PRICE)), (200, "*success*"))
        self.assertEqual(self.ask(SALE.format(4, OLD_PRICE)), (422, "*failure*"))


if __name__ == "__main__":
    unittest.main()
