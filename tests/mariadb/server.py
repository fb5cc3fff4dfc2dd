#!/usr/bin/env python3
"""A MariaDB server of the tests' own: a private data folder, a unix socket and a port of the loopback
address in a folder that ends with it. Durable at each commit, as in production, and otherwise small.

    server.py start FOLDER     returns when it answers; FOLDER/socket, FOLDER/port
    server.py stop FOLDER

Where there is no mariadbd, start says so loudly and leaves FOLDER/missing behind, by which the tests
know that they are skipped."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

SETTINGS = ("--no-defaults", "--bind-address=127.0.0.1", "--skip-name-resolve",
            "--performance-schema=OFF", "--innodb-buffer-pool-size=64M",
            "--innodb-log-file-size=64M", "--innodb-flush-log-at-trx-commit=1", "--skip-log-bin",
            "--max-connections=500", "--table-open-cache=4000", "--character-set-server=utf8mb4")
PATIENCE_S = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(folder):
    stop(folder)
    folder.mkdir(parents=True)
    if not shutil.which("mariadbd") or not shutil.which("mariadb-install-db"):
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
                   check=True, stdout=subprocess.DEVNULL)
    (folder / "port").write_text(str(port := free_port()), encoding="ascii")
    with open(folder / "log", "wb") as log:
        subprocess.Popen(["mariadbd", *SETTINGS, *user, f"--datadir={data}", f"--port={port}",
                          f"--socket={folder}/socket", f"--pid-file={folder}/pid"],
                         stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
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
    """Whatever it holds is thrown away, so it need not end in peace."""
    try:
        pid = int((folder / "pid").read_text(encoding="ascii"))
        name = pathlib.Path(f"/proc/{pid}/comm").read_text(encoding="ascii")
    except (FileNotFoundError, ValueError):
        name = ""
    if name.strip() == "mariadbd":
        os.kill(pid, signal.SIGKILL)
        while pathlib.Path(f"/proc/{pid}").exists() and "zombie" not in state(pid):
            time.sleep(0.05)
    shutil.rmtree(folder, ignore_errors=True)


def state(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except FileNotFoundError:
        return "zombie"


if __name__ == "__main__":
    {"start": start, "stop": stop}[sys.argv[1]](pathlib.Path(sys.argv[2]))
