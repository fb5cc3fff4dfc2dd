"""The nginx of config/README.md, "Going live with Segpay and NATS", in front of the reference host:
postbacks get through as Segpay's, and no argument of theirs stays in a log, whatever becomes of
them."""

import glob
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import stack

BUILD = os.environ["BUILD_DIR"]
CANARY = "canary-password"
SALE = ("action=Auth&stage=Initial&approved=Yes&transtype=Sale&price=2.95&currencycode=USD"
        "&eticketid=162209:3097&memberid=1&username=ann&password=" + CANARY +
        "&purchaseid={0}&transid={0}1")


def configuration_of_readme():
    with open(os.path.join(stack.ROOT, "config", "README.md"), encoding="utf-8") as file:
        (block,) = re.findall(r"```nginx\n(.*?)```", file.read(), re.S)
    return block


@unittest.skipUnless(shutil.which("nginx"), "SKIPPED: nginx is not installed")
class ProxyTest(unittest.TestCase):
    def setUp(self):
        self.data = tempfile.mkdtemp(prefix="segpay-proxy-")
        self.addCleanup(shutil.rmtree, self.data, ignore_errors=True)
        self.world = stack.Stack(BUILD, self.data)
        self.addCleanup(self.world.stop)
        self.port = stack.free_port()
        self.url = f"http://127.0.0.1:{self.port}/signup/process_segpay.php"

    def believe(self, sender):
        """The configuration trusts the sender's address that the proxy passes on."""
        with open(self.world.config, encoding="utf-8") as file:
            text = file.read()
        text = text.replace("      - 127.0.0.1\n", f"      - {sender}\n"
                            "    trusted_proxies: [127.0.0.1]\n")
        with open(self.world.config, "w", encoding="utf-8") as file:
            file.write(text)

    def start_nginx(self):
        """As the document has it, but for the certificate, the ports and the folder of the logs."""
        block = configuration_of_readme()
        for old, new in (("listen 443 ssl", f"listen 127.0.0.1:{self.port}"),
                         ("127.0.0.1:8080", f"127.0.0.1:{self.world.host_port}"),
                         ("/var/log/nginx", self.data),
                         ("Host $http_host;", "Host $http_host;\nset_real_ip_from 127.0.0.1;\n"
                                              "real_ip_header X-Test-Sender;")):
            self.assertIn(old, block)
            block = block.replace(old, new)
        temporary = "".join(f"{kind}_temp_path {self.data}/{kind};\n" for kind in (
            "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        path = os.path.join(self.data, "nginx.conf")
        with open(path, "w", encoding="utf-8") as file:
            user = "user root;\n" if os.geteuid() == 0 else ""
            file.write(f"{user}daemon off;\npid {self.data}/nginx.pid;\nevents {{}}\n"
                       f"http {{\n{temporary}access_log {self.data}/access.log;\n{block}}}\n")
        nginx = subprocess.Popen(["nginx", "-p", self.data, "-c", path, "-e",
                                  os.path.join(self.data, "nginx.log")])
        self.addCleanup(nginx.wait)
        self.addCleanup(nginx.terminate)
        deadline = time.monotonic() + stack.START_SECONDS
        while time.monotonic() < deadline:
            try:
                return stack.http("GET", f"http://127.0.0.1:{self.port}/")
            except stack.Trouble:
                time.sleep(0.05)
        raise stack.Trouble("nginx did not start")

    def logs(self):
        texts = {}
        for path in glob.glob(os.path.join(self.data, "*.log")):
            with open(path, encoding="utf-8", errors="replace") as file:
                texts[os.path.basename(path)] = file.read()
        return texts

    def test_postbacks_pass_and_leave_no_argument(self):
        self.believe("198.51.100.7")
        self.start_nginx()
        segpay = {"X-Test-Sender": "198.51.100.7"}
        stranger = {"X-Test-Sender": "198.51.100.8", "X-Forwarded-For": "198.51.100.7"}
        # No host behind it yet: by default nginx logs this error with the whole request line.
        self.assertEqual(stack.http("GET", f"{self.url}?{SALE.format(1)}", headers=segpay)[0], 502)
        self.world.start_host()
        self.assertEqual(stack.http("GET", f"{self.url}?{SALE.format(2)}", headers=segpay),
                         (200, "*success*"))
        self.assertEqual(stack.http("GET", f"{self.url}?{SALE.format(3)}", headers=stranger)[0],
                         403)
        self.assertEqual(len(self.world.rows("SELECT * FROM applied_events")), 1)
        logs = self.logs()
        self.assertEqual(logs["segpay.log"].count("/signup/process_segpay.php"), 3)
        for name, text in logs.items():
            for said in (CANARY, "password=", "162209"):
                self.assertNotIn(said, text, name)


if __name__ == "__main__":
    unittest.main()
