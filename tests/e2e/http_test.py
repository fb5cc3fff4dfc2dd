"""The reference host as an HTTP server: how it handles bodies, methods, headers and connections,
and how it starts and stops."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest

import stack

BUILD = os.environ["BUILD_DIR"]
ENDPOINT = "/signup/process_segpay.php"
SALE = ("action=Auth&stage=Initial&approved=Yes&transtype=Sale&price=2.95&currencycode=USD"
        "&eticketid=162209:3097&memberid=1&purchaseid={0}&transid={0}1")


class Wire:
    """A connection on which a test sends any bytes."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.input = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.input.close()
        self.socket.close()

    def send(self, text):
        self.socket.sendall(text if isinstance(text, bytes) else text.encode())

    def ask(self, method, target, *headers, body=""):
        self.send("\r\n".join([f"{method} {target} HTTP/1.1", "Host: localhost", *headers]) +
                  "\r\n\r\n" + body)

    def answer(self, has_body=True):
        """Status, headers and body; no status when the connection ended instead."""
        line = self.input.readline()
        if not line:
            return None, {}, b""
        headers = {}
        while (header := self.input.readline().strip()):
            name, value = header.decode().split(":", 1)
            headers[name.lower()] = value.strip()
        size = int(headers.get("content-length", 0)) if has_body else 0
        return int(line.split()[1]), headers, self.input.read(size)

    def rest(self):
        """What still arrives before the connection ends."""
        try:
            return self.input.read()
        except ConnectionResetError:
            return b""


class HttpTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data = tempfile.mkdtemp(prefix="segpay-http-")
        cls.addClassCleanup(shutil.rmtree, cls.data, ignore_errors=True)
        cls.world = stack.Stack(BUILD, cls.data)
        cls.addClassCleanup(cls.world.stop)
        cls.world.start_host()

    def wire(self):
        return Wire(self.world.host_port)

    def keys(self, purchase):
        return self.world.rows("SELECT key FROM applied_events WHERE subscription = ?",
                               f"SEGPAY:{purchase}")

    def test_many_requests_on_one_connection(self):
        with self.wire() as wire:
            for number in range(20):
                wire.ask("GET", f"{ENDPOINT}?{SALE.format(100 + number)}")
                self.assertEqual(wire.answer()[::2], (200, b"*success*"))
                wire.ask("GET", "/nowhere")
                self.assertEqual(wire.answer()[0], 404)

    def test_requests_sent_ahead_are_answered_in_order(self):
        with self.wire() as wire:
            for number in range(10):
                wire.ask("GET", f"{ENDPOINT}?{SALE.format(200 + number)}")
                wire.ask("GET", "/signup/thanks")
            for _ in range(10):
                self.assertEqual(wire.answer()[::2], (200, b"*success*"))
                self.assertIn(b"<html", wire.answer()[2])

    def test_body_in_pieces(self):
        body = SALE.format(300)
        with self.wire() as wire:
            wire.ask("POST", ENDPOINT, "Content-Type: application/x-www-form-urlencoded",
                     f"Content-Length: {len(body)}")
            for at in range(0, len(body), 40):
                wire.send(body[at:at + 40])
                time.sleep(0.005)
            self.assertEqual(wire.answer()[::2], (200, b"*success*"))
        self.assertEqual(len(self.keys(300)), 1)

    def test_short_body_is_no_postback(self):
        """A request that ends in the middle of its body does not mean what its first half seems
        to mean."""
        body = SALE.format(310)
        with self.wire() as wire:
            wire.ask("POST", ENDPOINT, "Content-Type: application/x-www-form-urlencoded",
                     f"Content-Length: {len(body) + 1}", body=body)
            wire.socket.shutdown(socket.SHUT_WR)
            self.assertNotEqual(wire.answer()[0], 200)
        self.assertEqual(self.keys(310), [])

    def test_chunked_body_is_refused(self):
        body = SALE.format(320)
        with self.wire() as wire:
            wire.ask("POST", ENDPOINT, "Content-Type: application/x-www-form-urlencoded",
                     "Transfer-Encoding: chunked", body=f"{len(body):x}\r\n{body}\r\n0\r\n\r\n")
            self.assertEqual(wire.answer()[0], 400)
            self.assertEqual(wire.rest(), b"")
        self.assertEqual(self.keys(320), [])

    def test_length_that_is_none(self):
        for length in ("-1", "12x", "99999999999999999999999"):
            with self.wire() as wire:
                wire.ask("POST", ENDPOINT, f"Content-Length: {length}", body="purchaseid=1")
                self.assertIn(wire.answer()[0], (400, 413))

    def test_body_beyond_all_measure_is_not_read(self):
        with self.wire() as wire:
            wire.ask("POST", ENDPOINT, f"Content-Length: {1 << 40}", body="purchaseid=1")
            self.assertEqual(wire.answer()[0], 413)
            self.assertEqual(wire.rest(), b"")

    def test_target_and_headers_beyond_all_measure(self):
        with self.wire() as wire:
            wire.ask("GET", f"{ENDPOINT}?purchaseid={'1' * 100_000}")
            self.assertIn(wire.answer()[0], (413, 414, 431))
        with self.wire() as wire:
            wire.ask("GET", ENDPOINT, f"Cookie: {'c' * 100_000}")
            self.assertIn(wire.answer()[0], (413, 414, 431))
        with self.wire() as wire:
            wire.ask("GET", f"{ENDPOINT}?{SALE.format(330)}&x={'y' * 8_000}")
            self.assertEqual(wire.answer()[0], 200)

    def test_what_is_no_http(self):
        with self.wire() as wire:
            wire.send("purchaseid=1\r\n\r\n")
            self.assertIn(wire.answer()[0], (None, 400))

    def test_query_reaches_the_plugin_as_it_was_sent(self):
        """Not decoded on the way: an encoded ampersand ends no value."""
        query = SALE.format(340).replace("memberid=1", "username=a%26b%3Dc%2500")
        status, body = stack.http("GET", f"{self.world.host_url}{ENDPOINT}?{query}")
        self.assertEqual((status, body), (200, "*success*"))
        self.assertEqual(self.world.rows("SELECT username FROM members WHERE username LIKE 'a%'"),
                         [{"username": "a&b=c%00"}])

    def test_head_has_no_body(self):
        with self.wire() as wire:
            wire.ask("HEAD", "/signup/thanks")
            status, headers, _ = wire.answer(has_body=False)
            self.assertEqual(status, 200)
            self.assertGreater(int(headers["content-length"]), 0)
            wire.ask("GET", "/signup/thanks")  # else this would begin with the page before
            self.assertEqual(wire.answer()[0], 200)

    def test_methods(self):
        for method in ("PUT", "DELETE", "HEAD"):
            with self.wire() as wire:
                wire.ask(method, ENDPOINT)
                self.assertEqual(wire.answer(has_body=False)[0], 405, method)

    def test_idle_and_slow_connections_end_and_hold_nobody_up(self):
        slow = [self.wire() for _ in range(100)]
        for number, wire in enumerate(slow):
            wire.send(f"GET {ENDPOINT}?purchaseid=1 HTTP/1.1\r\nHost: local"[:number])
        begin = time.monotonic()
        self.assertEqual(
            stack.http("GET", f"{self.world.host_url}{ENDPOINT}?{SALE.format(350)}")[0], 200)
        self.assertLess(time.monotonic() - begin, 10)
        for wire in slow:
            with wire:
                self.assertNotIn(b" 200 ", wire.rest())
        self.assertLess(time.monotonic() - begin, 28)  # the test's own timeout is longer

    def test_many_at_once(self):
        failures = []

        def send(first):
            for number in range(first, first + 20):
                status, body = stack.http(
                    "GET", f"{self.world.host_url}{ENDPOINT}?{SALE.format(number)}")
                if (status, body) != (200, "*success*") or len(self.keys(number)) != 1:
                    failures.append((number, status, body))

        threads = [threading.Thread(target=send, args=(1_000 + 20 * n,)) for n in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])


class BatchTest(unittest.TestCase):
    """Events that come at the same moment share a transaction of the host's database. One that
    the host refuses must neither fail the others nor leave a trace."""

    def test_what_is_refused_spoils_nothing_for_the_others(self):
        data = tempfile.mkdtemp(prefix="segpay-shared-")
        self.addCleanup(shutil.rmtree, data, ignore_errors=True)
        world = stack.Stack(BUILD, data)
        self.addCleanup(world.stop)
        catalogue = os.path.join(data, "catalogue.json")
        with open(os.path.join(stack.ROOT, "integration", "host", "catalogue.json"),
                  encoding="utf-8") as file:
            content = json.load(file)
        for name, key in (("sites", "id"), ("options", "site")):
            content[name] = [entry for entry in content[name] if entry[key] != "8"]
        with open(catalogue, "w", encoding="utf-8") as file:
            json.dump(content, file)
        world.start_host(more=("--catalogue", catalogue))

        count = 600
        refused = set(range(0, count, 5))
        wires = [Wire(world.host_port) for _ in range(30)]
        for number in range(count):
            sale = SALE.format(3_000 + number)
            if number in refused:
                sale = sale.replace("162209:3097", "133044:12217").replace("2.95", "19.95")
                sale = sale.replace("USD", "EUR")
            wires[number % len(wires)].ask("GET", f"{ENDPOINT}?{sale}")
        answers = {}
        for number in range(count):
            answers[number] = wires[number % len(wires)].answer()[0]
        for wire in wires:
            wire.__exit__()
        self.assertEqual({n for n, status in answers.items() if status != 200}, refused)
        applied = {row["subscription"] for row in world.rows(
            "SELECT subscription FROM applied_events JOIN subscriptions ON id = subscription")}
        self.assertEqual(applied, {f"SEGPAY:{3_000 + number}" for number in range(count)
                                   if number not in refused})
        self.assertEqual(len(world.rows("SELECT * FROM transactions")), count - len(refused))
        letters = world.rows("SELECT * FROM entries WHERE state = 3", database="ledger")
        self.assertEqual(len(letters), len(refused))


class StartAndStopTest(unittest.TestCase):
    def setUp(self):
        self.data = tempfile.mkdtemp(prefix="segpay-start-")
        self.addCleanup(shutil.rmtree, self.data, ignore_errors=True)
        self.world = stack.Stack(BUILD, self.data)
        self.addCleanup(self.world.stop)

    def other_host(self, *more):
        return subprocess.run(
            [os.path.join(BUILD, "bin", "nats-host"), "--config", self.world.config, "--data",
             os.path.join(self.data, "other"), *more], capture_output=True, text=True, timeout=30,
            check=False)

    def test_a_second_host_on_the_same_port_does_not_start(self):
        self.world.start_host()
        listen = f"127.0.0.1:{self.world.host_port}"
        other = self.other_host("--listen", listen, "--admin", "127.0.0.1:0")
        self.assertEqual(other.returncode, 1)
        self.assertIn(f"cannot listen on {listen}", other.stderr)

    def test_operator_pages_stay_on_loopback(self):
        other = self.other_host("--listen", "127.0.0.1:0", "--admin", "0.0.0.0:0")
        self.assertEqual(other.returncode, 1)
        self.assertIn("is no loopback address", other.stderr)

    def test_all_that_was_taken_is_answered_before_the_end(self):
        self.world.start_host()
        wires = [Wire(self.world.host_port) for _ in range(50)]
        for number, wire in enumerate(wires):
            wire.ask("GET", f"{ENDPOINT}?{SALE.format(2_000 + number)}")
        answers = [wires[0].answer()]  # so some are in flight
        self.assertEqual(self.world.host.stop(), 0)
        answers += [wire.answer() for wire in wires[1:]]
        succeeded = sum(status == 200 for status, _, _ in answers)
        self.assertEqual({status for status, _, _ in answers} - {200, 503, None}, set())
        effects = self.world.rows("SELECT key FROM applied_events")
        self.assertEqual(len(effects), succeeded)
        for wire in wires:
            wire.__exit__()

    def test_an_idle_connection_does_not_hold_up_the_end(self):
        self.world.start_host()
        with Wire(self.world.host_port) as wire:
            wire.ask("GET", "/signup/thanks")
            self.assertEqual(wire.answer()[0], 200)
            begin = time.monotonic()
            self.assertEqual(self.world.host.stop(), 0)
            self.assertLess(time.monotonic() - begin, 10)


if __name__ == "__main__":
    unittest.main()
