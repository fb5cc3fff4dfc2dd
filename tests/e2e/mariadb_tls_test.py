"""MariaDB over TLS: the connection is encrypted and its server certified by the configured
authority, or there is none."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import oracle
import server
import stack

BUILD = os.environ["BUILD_DIR"]
DATABASE = "segpay_tls"
PASSWORD = "only for tests"


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class Authority:
    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.key, self.certificate = folder / f"{name}.key", folder / f"{name}.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-keyout", self.key, "-out", self.certificate, "-days", "2",
                "-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE")

    def server_settings(self, common_name, *alternatives):
        """A certificate of this authority for these names, as settings of a server."""
        key, request, certificate, extension = (
            self.folder / f"{common_name}.{kind}" for kind in ("key", "csr", "crt", "ext"))
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", key, "-out", request, "-subj", f"/CN={common_name}")
        extension.write_text(f"subjectAltName={','.join(alternatives)}\n", encoding="ascii")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                "-CAcreateserial", "-days", "2", "-extfile", extension, "-out", certificate)
        for path in (key, certificate):
            path.chmod(0o644)
        return f"--ssl-cert={certificate}", f"--ssl-key={key}"


class TlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="segpay-tls-"))
        cls.folder.chmod(0o755)  # the server runs as another user
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.server = cls.folder / "server"
        cls.addClassCleanup(server.stop, cls.server)
        cls.ours, cls.other = (Authority(cls.folder, name) for name in ("ours", "other"))
        server.start(cls.server)
        cls.port = (cls.server / "port").read_text(encoding="ascii")
        cls.sql(f"CREATE DATABASE {DATABASE}",
                f"CREATE USER plain@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'",
                f"CREATE USER sealed@'127.0.0.1' IDENTIFIED BY '{PASSWORD}' REQUIRE SSL",
                *(f"GRANT ALL ON {DATABASE}.* TO {user}@'127.0.0.1'" for user in
                  ("plain", "sealed")))

    @classmethod
    def sql(cls, *statements):
        subprocess.run(["mariadb", "--no-defaults", f"--socket={cls.server}/socket", "-uroot", "-e",
                        "; ".join(statements)], check=True)

    def serve(self, *settings):
        server.kill(self.server)
        server.run(self.server, *settings)

    def open(self, host, authority=None, user="sealed", port=None):
        """The tool's error when it opens the ledger; empty: none."""
        with tempfile.TemporaryDirectory(prefix="segpay-tls-") as data:
            world = stack.Stack(BUILD, data)
            world.ledger = None
            world.config = world.config_on_mariadb("tls.yaml", [f"{host}:{port or self.port}"],
                                                   DATABASE, user, PASSWORD)
            if authority:
                with open(world.config, encoding="utf-8") as file:
                    text = file.read()
                with open(world.config, "w", encoding="utf-8") as file:
                    file.write(text.replace(f"    user: {user}\n", f"    user: {user}\n"
                                            f"    tls_ca: {authority.certificate}\n"))
            done = oracle.tool(world, "events", check=False)
        self.assertEqual(bool(done.returncode), bool(done.stderr), done)
        self.assertNotIn(PASSWORD, done.stderr)
        return done.stderr

    def test_a_server_with_the_right_certificate_is_used(self):
        self.serve(*self.ours.server_settings("db.example", "DNS:localhost", "IP:127.0.0.1"))
        for host in ("localhost", "127.0.0.1"):
            with self.subTest(host=host):
                self.assertEqual(self.open(host, self.ours), "")
        with self.subTest("it is asked for, and not only there"):
            self.assertIn("Access denied", self.open("127.0.0.1"))
            self.assertEqual(self.open("127.0.0.1", user="plain"), "")

    def test_another_authority_is_not_believed(self):
        self.serve(*self.other.server_settings("other.example", "DNS:localhost", "IP:127.0.0.1"))
        for host in ("localhost", "127.0.0.1"):
            with self.subTest(host=host):
                self.assertIn("issuer certificate", self.open(host, self.ours))
        self.assertEqual(self.open("127.0.0.1", self.other), "")

    def test_another_name_is_not_believed(self):
        self.serve(*self.ours.server_settings("db2.example", "DNS:db2.example", "IP:127.0.0.2"))
        for host in ("localhost", "127.0.0.1"):
            with self.subTest(host=host):
                self.assertIn("TLS", self.open(host, self.ours))

    def test_a_server_without_tls_is_refused(self):
        self.serve("--skip-ssl")
        self.assertIn("TLS", self.open("127.0.0.1", self.ours, user="plain"))
        self.assertEqual(self.open("127.0.0.1", user="plain"), "")

    def test_a_missing_authority_is_reported(self):
        self.serve(*self.ours.server_settings("db3.example", "IP:127.0.0.1"))
        missing = Authority(self.folder, "missing")
        missing.certificate.unlink()
        self.assertNotEqual(self.open("127.0.0.1", missing, user="plain"), "")


if __name__ == "__main__":
    if not server.is_installed():
        print("SKIPPED: mariadbd is not installed; nothing is tested against MariaDB")
        sys.exit(77)
    unittest.main()
