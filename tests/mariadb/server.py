#!/usr/bin/env python3
"""A MariaDB server of the tests' own: a private data folder, a unix socket and a port of the
loopback address in a folder that ends with it. Durable at each commit, as in production, and
otherwise small.

    server.py start FOLDER     returns when it answers; FOLDER/socket, FOLDER/port
    server.py stop FOLDER

Without mariadbd, start says so loudly and leaves FOLDER/missing, by which the tests know that
they are skipped."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

from stack import free_port

SETTINGS = ("--no-defaults", "--bind-address=127.0.0.1", "--skip-name-resolve",
            "--performance-schema=OFF", "--innodb-buffer-pool-size=64M",
            "--innodb-log-file-size=64M", "--innodb-flush-log-at-trx-commit=1", "--skip-log-bin",
            "--max-connections=500", "--table-open-cache=4000", "--character-set-server=utf8mb4")
PATIENCE_S = 60
children = []  # kept, or Python would warn that they still run


def is_installed():
    return bool(shutil.which("mariadbd") and shutil.which("mariadb-install-db"))


def start(folder):
    stop(folder)
    folder.mkdir(parents=True)
    if not is_installed():
        (folder / "missing").touch()
        print("SKIPPED: mariadbd is not installed; nothing is tested against MariaDB")
        return
    is_root = os.geteuid() == 0
    user = ["--user=mysql"] if is_root else []
    if is_root:
        shutil.chown(folder, "mysql")
    data = folder / "data"
    subprocess.run(["mariadb-install-db", *SETTINGS[:1], *user, f"--datadir={data}",
                    "--auth-root-authentication-method=normal", "--skip-test-db"],
                   check=True, stdout=subprocess.DEVNULL, env=environment(folder))
    (folder / "port").write_text(str(free_port()), encoding="ascii")
    run(folder)


def environment(folder):
    """With a folder for temporary files: a starting server removes those that it finds."""
    return {**os.environ, "TMPDIR": str(folder)}


def run(folder, *settings):
    """With the existing data; returns when the server answers."""
    user = ["--user=mysql"] if os.geteuid() == 0 else []
    port = (folder / "port").read_text(encoding="ascii")
    with open(folder / "log", "ab") as log:
        server = subprocess.Popen(
            ["mariadbd", *SETTINGS, *settings, *user, f"--datadir={folder}/data", f"--port={port}",
             f"--socket={folder}/socket"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            env=environment(folder))
    children.append(server)
    (folder / "pid").write_text(str(server.pid), encoding="ascii")
    wait(folder)


def wait(folder):
    give_up_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up_at:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(folder / "socket"))
                return
            except OSError:
                time.sleep(0.1)
    sys.exit("the server does not start:\n" + (folder / "log").read_text(errors="replace"))


def stop(folder):
    """Its data are deleted, so it need not shut down cleanly."""
    kill(folder)
    shutil.rmtree(folder, ignore_errors=True)


def kill(folder):
    """As in a power cut. Returns when it is dead."""
    try:
        pid = int((folder / "pid").read_text(encoding="ascii"))
        name = pathlib.Path(f"/proc/{pid}/comm").read_text(encoding="ascii")
    except (FileNotFoundError, ValueError):
        name = ""
    if name.strip() == "mariadbd":
        os.kill(pid, signal.SIGKILL)
        while not is_dead(pid):
            time.sleep(0.05)


def is_dead(pid):
    """Threads of a zombie may live on: their sockets are still open."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        return "zombie" in status and len(os.listdir(f"/proc/{pid}/task")) == 1
    except FileNotFoundError:
        return True


if __name__ == "__main__":
    {"start": start, "stop": stop}[sys.argv[1]](pathlib.Path(sys.argv[2]))
