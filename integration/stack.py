"""A sandbox and a reference host on loopback, for the walk and for the end-to-end tests: starts and
stops the two programs and uses them over HTTP. Uses nothing of the plugin's inside."""

import json
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
APPROVED_CARD = "4444 3333 2222 1111"  # Processing API 2.0, "Testing Payments"
DECLINED_CARD = "4444 4444 4444 4455"
START_SECONDS = 20
HTTP_SECONDS = 60
FIRST_EPHEMERAL_PORT = 32768


LEDGER_IN_A_FILE = "  path: segpay-ledger.sqlite\n"
LEDGER_ON_MARIADB = """  mysql:
    servers: [{servers}]
    database: {database}
    user: {user}
"""


class Trouble(Exception):
    """An error; the text is for people."""


def free_port():
    """A port that the system assigns to no connection while its program is down."""
    while True:
        port = random.SystemRandom().randrange(10000, FIRST_EPHEMERAL_PORT)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass  # in use


def http(method, url, form=None, body=None, headers=None):
    """Status and text of an answer; without redirects or proxies."""
    data = None
    headers = dict(headers or {})
    if form is not None:
        data = urllib.parse.urlencode(form).encode()
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    if body is not None:
        data = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=HTTP_SECONDS) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()
    except (OSError, HTTPException) as failure:
        raise Trouble(f"{method} {url.split('?')[0]}: {failure}") from failure


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Program:
    """One of the two servers: started, awaited until it logs that it is ready, stopped."""

    def __init__(self, arguments, log, env=None):
        self.name = os.path.basename(arguments[0])
        self.log_path = log
        with open(log, "ab") as output:
            self.log_start = output.tell()
            self.process = subprocess.Popen(
                arguments, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                env={**os.environ, **(env or {})})

    def await_address(self, url):
        """Waits until the program logs this address. An answer of the port is no proof: it may be
        another program's."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if f" {url}/" in self.log(self.log_start):
                return
            if not self.is_running():
                break
            time.sleep(0.02)
        raise Trouble(f"{self.name} did not start; {self.log_path} says:\n{self.log()[-2000:]}")

    def log(self, start=0):
        with open(self.log_path, encoding="utf-8", errors="replace") as text:
            text.seek(start)
            return text.read()

    def is_running(self):
        return self.process.poll() is None

    def stop(self):
        if self.is_running():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()

    def kill(self):
        self.process.kill()
        self.process.wait()


class Stack:
    """The two programs, their data in one folder. ports: host, operator pages, sandbox."""

    def __init__(self, build, data, ports=None, lease_seconds=None):
        self.build = build
        self.data = data
        self.host_port, self.admin_port, self.sandbox_port = ports or (
            free_port(), free_port(), free_port())
        self.host_url = f"http://127.0.0.1:{self.host_port}"
        self.admin_url = f"http://127.0.0.1:{self.admin_port}"
        self.sandbox_url = f"http://127.0.0.1:{self.sandbox_port}"
        self.host = self.sandbox = None
        self.ledger = os.path.join(data, "ledger.sqlite")  # None: what the configuration names
        os.makedirs(data, exist_ok=True)
        self.config = self._config(lease_seconds)

    def _config(self, lease_seconds):
        """The example account, as it is or with other ports and lease."""
        example = os.path.join(ROOT, "config", "examples", "sandbox.yaml")
        with open(example, encoding="utf-8") as file:
            text = file.read()
        changed = text.replace("http://127.0.0.1:8091", self.sandbox_url)
        if lease_seconds is not None:
            changed = re.sub(r"lease_seconds: \d+", f"lease_seconds: {lease_seconds}", changed)
        if changed == text:
            return example
        changed = changed.replace("${file:", "${file:" + os.path.dirname(example) + "/")
        path = os.path.join(self.data, "sandbox.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(changed)
        return path

    def config_on_mariadb(self, name, servers, database, user, password=None):
        """The configuration once more, with its ledger in a database; the first server that answers
        is used."""
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        text = text.replace("${file:sandbox.key", "${file:" + os.path.join(
            ROOT, "config", "examples", "sandbox.key"))
        ledger = LEDGER_ON_MARIADB.format(servers=", ".join(servers), database=database, user=user)
        if password:
            ledger += f"    password: {password}\n"
        path = os.path.join(self.data, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(LEDGER_IN_A_FILE, ledger))
        return path

    # ---- The programs

    def start_sandbox(self, postbacks=None, portal=None, seed=None, postbacks_to=None):
        portal = portal or os.path.join(ROOT, "integration", "sandbox", "portal.yaml")
        arguments = [os.path.join(self.build, "bin", "segpay-sandbox"),
                     "--listen", f"127.0.0.1:{self.sandbox_port}", "--portal", portal,
                     "--resolve", f"join.linkdomain.com={postbacks_to or self.host_url}"]
        if postbacks:
            arguments += ["--postbacks", postbacks]
        if seed:
            arguments += ["--seed", str(seed)]
        self.sandbox = Program(arguments, os.path.join(self.data, "sandbox.log"))
        self.sandbox.await_address(self.sandbox_url)

    def start_host(self, plugin=None, die_at=None, env=None, more=()):
        arguments = [os.path.join(self.build, "bin", "nats-host"), "--config", self.config,
                     "--data", self.data, "--listen", f"127.0.0.1:{self.host_port}",
                     "--admin", f"127.0.0.1:{self.admin_port}", *more]
        if not self.ledger:
            arguments += ["--configured-ledger"]
        if plugin:
            arguments += ["--plugin", plugin]
        if die_at:
            arguments += ["--die-at", die_at]
        self.host = Program(arguments, os.path.join(self.data, "host.log"), env)
        self.host.await_address(self.admin_url)

    def stop(self):
        for program in (self.host, self.sandbox):
            if program:
                program.stop()

    # ---- Actions of customers, Segpay and the clock

    def join(self, **values):
        """Signs up at the host; the link to the pay page."""
        status, text = http("POST", f"{self.host_url}/signup/signup.php?format=json", form=values)
        if status != 200:
            raise Trouble(f"sign-up answered {status}: {text}")
        answer = json.loads(text)
        return answer["member_id"], answer["url"]

    def api(self, method, path, **body):
        status, text = http(method, f"{self.sandbox_url}/api/{path}",
                            body=body if method == "POST" else None)
        answer = json.loads(text)
        if status != 200:
            raise Trouble(f"sandbox: {path}: {answer.get('error', text)}")
        return answer

    def pay(self, link, card=APPROVED_CARD, cross_sells="", **more):
        return self.api("POST", "signup", link=link, card=card, cross_sells=cross_sells, **more)

    def act(self, purchase, action, **more):
        return self.api("POST", f"purchases/{purchase}/{action}", **more)

    def repeat(self, postback):
        return self.api("POST", f"postbacks/{postback['n']}/repeat")

    def postbacks(self):
        return self.api("GET", "postbacks")["postbacks"]

    def given_up(self):
        """The postbacks that Segpay never delivered and does not repeat."""
        return self.api("GET", "postbacks/given-up")["postbacks"]

    def turn_clock(self, seconds):
        return self.api("POST", "clock", advance_s=seconds)["postbacks"]

    # ---- The host's rows

    def rows(self, query, *arguments, database="host"):
        database = sqlite3.connect(f"file:{self.data}/{database}.sqlite?mode=ro", uri=True)
        database.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in database.execute(query, arguments)]
        finally:
            database.close()
