"""The same tests against a ledger in a file and against one in MariaDB: with
SEGPAY_TEST_MARIADB, the folder of the server that mariadb/server.py has started, the ledger of a
test is a database there."""

import contextlib
import os
import re
import subprocess
import sys

import stack

FOLDER = os.environ.get("SEGPAY_TEST_MARIADB", "")
IS_ON_MARIADB = bool(FOLDER)

if IS_ON_MARIADB and os.path.exists(os.path.join(FOLDER, "missing")):
    print("SKIPPED: mariadbd is not installed; nothing is tested against MariaDB")
    sys.exit(0)


def sql(folder, text):
    subprocess.run(["mariadb", "--no-defaults", f"--socket={folder}/socket", "-uroot", "-e", text],
                   check=True)


class Stack(stack.Stack):
    """`server`: the server's folder; empty: the ledger is a file."""

    def __init__(self, build, data, lease_seconds=None, server=FOLDER):
        super().__init__(build, data, lease_seconds=lease_seconds)
        self.server = server
        if not server:
            return
        self.database = re.sub(r"\W", "_", os.path.basename(data))
        sql(server, f"CREATE DATABASE {self.database}")
        self.ledger = None
        self.config = self.config_on_mariadb("on-mariadb.yaml", [f"{server}/socket"],
                                             self.database, "root")

    @contextlib.contextmanager
    def by_wire(self, wire):
        """The host connects to the server through a wire."""
        with open(self.config, encoding="utf-8") as file:
            direct = file.read()
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(direct.replace(f"[{self.server}/socket]", f"[{wire.address}]"))
        try:
            yield
        finally:
            with open(self.config, "w", encoding="utf-8") as file:
                file.write(direct)
            wire.close()

    def drop_ledger(self):
        if self.server:
            sql(self.server, f"DROP DATABASE {self.database}")


def port(folder):
    with open(os.path.join(folder, "port"), encoding="ascii") as file:
        return int(file.read())
