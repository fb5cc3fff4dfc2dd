"""Three nodes of MariaDB with Galera on one machine, each in a network namespace of its own: a link
to the other nodes that can be cut, and one to the clients. No containers. Knows nothing of the
plugin.

    hub --- bridge "cluster" --- n1 n2 n3   replication; Node.cut() takes a node's link down here
        `-- bridge "clients" --- n1 n2 n3, and this machine

Wants root, iproute2, mariadb-server, galera-4 and rsync. Whatever happens to the program, a second
process ends the nodes and removes namespaces and data: it notices when the first is gone.

    python3 galera.py FOLDER cut|heal|pause|resume|kill|restart|status [NODE]

speaks to a cluster that runs; FOLDER is where it keeps its data, and NODE a number from 1 to 3.
"""

import argparse
import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

DATABASE = "segpay"
USER = "segpay"
PASSWORD = "segpay"  # of a demonstration that only this machine can reach
NODES = 3
CLIENT_PORT = 3306
GROUP_PORT, IST_PORT, SST_PORT = 4567, 4568, 4444
CLUSTER_NET = "10.212.0"  # seen inside the namespaces only
CLIENT_NET = "10.213"     # and the number of the cluster: several may run at the same time
START_SECONDS = 60
POLL_SECONDS = 0.1
LOG_LINES = 60
GALERA = "/usr/lib/galera/libgalera_smm.so"

# A node that is silent for one second is suspected, after three it is removed. The defaults are
# five and fifteen.
FAST_FAILOVER = ("evs.keepalive_period=PT0.2S;evs.inactive_check_period=PT0.1S;"
                 "evs.suspect_timeout=PT1S;evs.inactive_timeout=PT3S;evs.install_timeout=PT3S;"
                 "gmcast.peer_timeout=PT1S")

CONFIG = """[mysqld]
user=mysql
datadir={folder}/data
socket={folder}/socket
pid-file={folder}/pid
log-error={folder}/error.log
bind-address=0.0.0.0
port={port}
skip-name-resolve
skip-log-bin
performance_schema=OFF
innodb_buffer_pool_size=64M
innodb_log_file_size=64M
innodb_flush_log_at_trx_commit=1
innodb_autoinc_lock_mode=2
innodb_snapshot_isolation=ON
binlog_format=ROW
wsrep_on=ON
wsrep_provider={galera}
wsrep_cluster_name=segpay
wsrep_cluster_address=gcomm://{members}
wsrep_node_name=n{number}
wsrep_node_address={address}
wsrep_node_incoming_address={client_address}:{port}
wsrep_sst_method=rsync
wsrep_sst_receive_address={address}:{sst}
wsrep_retry_autocommit=0
wsrep_provider_options="{options}"
"""

FIRST_SQL = f"""CREATE DATABASE {DATABASE};
CREATE USER {USER}@'%' IDENTIFIED BY '{PASSWORD}';
GRANT ALL ON {DATABASE}.* TO {USER}@'%';
GRANT PROCESS, CONNECTION ADMIN ON *.* TO {USER}@'%'; -- to see and to kill sessions
"""


class Trouble(Exception):
    """An error; the text is for people."""


class NotPermitted(Trouble):
    """This machine does not permit network namespaces, or lacks a program."""


def run(*arguments, check=True, timeout=60, **more):
    done = subprocess.run(arguments, check=False, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=timeout, **more)
    if check and done.returncode != 0:
        raise Trouble(f"{' '.join(arguments)}: {(done.stderr or done.stdout).strip()}")
    return done


def require_namespaces():
    """Throws NotPermitted, with the reason."""
    missing = [program for program in ("ip", "mariadbd", "mariadb", "mariadb-install-db", "rsync")
               if not shutil.which(program)] + [path for path in (GALERA,)
                                                if not os.path.exists(path)]
    if missing:
        raise NotPermitted(f"missing: {', '.join(missing)}")
    probe = f"sgp{os.getpid()}"
    done = run("ip", "netns", "add", probe, check=False)
    if done.returncode == 0:  # without entry it is of no use, as under chroot
        done = run("ip", "-n", probe, "link", "add", "probe", "type", "bridge", check=False)
        run("ip", "netns", "del", probe)
    if done.returncode != 0:
        raise NotPermitted(f"network namespaces: {done.stderr.strip()}")


def until(condition, seconds, what):
    """Waits; returns the result of `condition`, or throws Trouble."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Trouble(f"{what}: not within {seconds} s")
        time.sleep(POLL_SECONDS)


class Node:
    """One server. Its number counts from 1; `client_address` is where clients find it."""

    def __init__(self, cluster, number):
        self.cluster = cluster
        self.number = number
        self.namespace = f"{cluster.name}n{number}"
        self.folder = os.path.join(cluster.folder, f"n{number}")
        self.data = os.path.join(self.folder, "data")
        self.address = f"{CLUSTER_NET}.{number}"
        self.client_address = f"{cluster.client_net}.{number}"
        self.process = None

    # ---- The server's life

    def write_config(self, members, cache):
        options = ";".join((f"gmcast.listen_addr=tcp://{self.address}:{GROUP_PORT}",
                            f"ist.recv_addr={self.address}:{IST_PORT}", f"gcache.size={cache}",
                            "gcache.recover=yes", FAST_FAILOVER))
        with open(os.path.join(self.folder, "my.cnf"), "w", encoding="utf-8") as file:
            file.write(CONFIG.format(
                folder=self.folder, port=CLIENT_PORT, galera=GALERA, members=members,
                number=self.number, address=self.address, client_address=self.client_address,
                sst=SST_PORT, options=options))

    def server(self, *more):
        return ["ip", "netns", "exec", self.namespace, "mariadbd",
                f"--defaults-file={self.folder}/my.cnf", *more]

    def start(self, is_first=False, position=None):
        """is_first: it begins the cluster, and others join it. position: see recovered_position."""
        more = ["--wsrep-new-cluster"] if is_first else []
        if position:
            more.append(f"--wsrep-start-position={position}")
        with open(os.path.join(self.folder, "output"), "ab") as output:
            self.process = subprocess.Popen(self.server(*more), stdout=output, stderr=output,
                                            stdin=subprocess.DEVNULL, start_new_session=True)

    def restart(self):
        """Of a node that was killed: it brings its own data and fetches only what it missed."""
        self.start(position=self.recovered_position())

    def pids(self):
        return [int(pid) for pid in run("ip", "netns", "pids", self.namespace).stdout.split()]

    def signal(self, number):
        for pid in self.pids():  # the server, and a transfer of data that it may have begun
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def has_ended(self):
        if self.process and self.process.poll() is None:
            return False
        return not self.pids()

    def stop(self):
        self.signal(signal.SIGTERM)
        until(self.has_ended, START_SECONDS, f"n{self.number} has stopped")

    def kill(self):
        self.signal(signal.SIGKILL)
        until(self.has_ended, START_SECONDS, f"n{self.number} is dead")

    def pause(self):
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)

    def recovered_position(self):
        """The position of its data, as "UUID:NUMBER". The server must not run."""
        log = os.path.join(self.folder, "recover.log")
        with contextlib.suppress(FileNotFoundError):
            os.remove(log)
        run(*self.server("--wsrep-recover", f"--log-error={log}"), timeout=START_SECONDS)
        with open(log, encoding="utf-8", errors="replace") as text:
            found = re.findall(r"WSREP: Recovered position: (\S+)", text.read())
        if not found:
            raise Trouble(f"n{self.number}: no position in {log}")
        return found[-1]

    # ---- Its link to the other nodes

    def cut(self):
        run("ip", "-n", self.cluster.hub, "link", "set", f"cluster{self.number}", "down")

    def heal(self):
        run("ip", "-n", self.cluster.hub, "link", "set", f"cluster{self.number}", "up")

    # ---- Its answers

    def sql(self, text, seconds=5, user=USER):
        """Rows, each a list of texts. Trouble with the server's error when it fails."""
        command = ["mariadb", "--no-defaults", "--batch", "--skip-column-names",
                   f"--connect-timeout={max(1, int(seconds))}"]
        if user == "root":
            command += [f"--socket={self.folder}/socket", "-uroot"]
        else:
            command += [f"--host={self.client_address}", f"--port={CLIENT_PORT}", f"-u{user}",
                        DATABASE]
        try:
            done = run(*command, "-e", text, check=False, timeout=seconds,
                       env={**os.environ, "MYSQL_PWD": "" if user == "root" else PASSWORD})
        except subprocess.TimeoutExpired as hung:
            raise Trouble(f"n{self.number}: no answer within {seconds} s") from hung
        if done.returncode != 0:
            raise Trouble(f"n{self.number}: {done.stderr.strip()}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def status(self, name):
        rows = self.sql(f"SHOW GLOBAL STATUS LIKE 'wsrep_{name}'", seconds=2)
        return rows[0][1] if rows else ""

    def is_ready(self):
        """It accepts writes."""
        try:
            return self.status("ready") == "ON" and self.status("local_state_comment") == "Synced"
        except Trouble:
            return False

    def answers(self):
        with contextlib.suppress(Trouble):
            return bool(self.sql("SELECT 1", seconds=2, user="root"))

    def await_that(self, condition, seconds, what):
        """Gives up at once when the server has ended. Trouble contains the end of its log."""
        def holds():
            if self.has_ended():
                raise Trouble("it has ended")
            return condition()
        try:
            until(holds, seconds, what)
        except Trouble as trouble:
            raise Trouble(f"n{self.number}: {trouble}; its log says:\n{self.log_end()}") from None

    def await_ready(self, seconds=START_SECONDS):
        self.await_that(self.is_ready, seconds, "is ready")

    def log_end(self):
        with open(os.path.join(self.folder, "error.log"), encoding="utf-8",
                  errors="replace") as text:
            return "".join(text.readlines()[-LOG_LINES:])


@contextlib.contextmanager
def removed_in_the_end():
    """A cluster of which nothing exists yet, and nothing is left after the "with" or after
    this process, however it ends."""
    require_namespaces()
    folder = tempfile.mkdtemp(prefix="segpay-cluster-")
    os.chmod(folder, 0o755)  # the servers run as another user
    cluster = Cluster(folder, free_number())
    remover = subprocess.Popen(
        [sys.executable, "-B", os.path.abspath(__file__), folder, "remove", cluster.name],
        stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield cluster
    finally:
        remover.stdin.close()
        remover.wait()


@contextlib.contextmanager
def started(template=None):
    """A cluster, up and whole, for as long as the "with" lasts. `template`: a folder in which
    prepared data is kept between runs, so that the next is up sooner."""
    with removed_in_the_end() as cluster:
        cluster.create(template or os.path.join(cluster.folder, "template"))
        yield cluster


class Cluster:
    """The nodes and their networks, by number: see free_number."""

    def __init__(self, folder, number):
        self.folder = folder
        self.number = number
        self.name = f"sgp{number}"
        self.hub = f"{self.name}hub"
        self.client_net = f"{CLIENT_NET}.{number}"
        self.here = f"{self.client_net}.254"  # this machine, for what runs beside the nodes
        self.nodes = [Node(self, number) for number in range(1, NODES + 1)]

    def create(self, template):
        self.make_networks()
        for node in self.nodes:
            os.makedirs(node.folder)
            shutil.chown(node.folder, "mysql", "mysql")
            node.write_config(self.members(), "128M")
        self.prepare(template)
        for node in self.nodes:
            copy_data(template, node.data)
        set_safe_to_bootstrap(self.nodes[0].data)
        self.nodes[0].start(is_first=True)
        self.nodes[0].await_ready()
        for node in self.nodes[1:]:
            node.start()
        self.await_whole()
        with open(os.path.join(self.folder, "number"), "w", encoding="ascii") as file:
            file.write(str(self.number))

    def members(self):
        return ",".join(f"{node.address}:{GROUP_PORT}" for node in self.nodes)

    def servers(self, first=1):
        """As "ADDRESS:PORT", the node with the number `first` before the others."""
        order = sorted(self.nodes, key=lambda node: (node.number - first) % NODES)
        return [f"{node.client_address}:{CLIENT_PORT}" for node in order]

    def make_networks(self):
        run("ip", "netns", "add", self.hub)
        for bridge in ("cluster", "clients"):
            run("ip", "-n", self.hub, "link", "add", bridge, "type", "bridge")
            run("ip", "-n", self.hub, "link", "set", bridge, "up")
        for node in self.nodes:
            run("ip", "netns", "add", node.namespace)
            run("ip", "-n", node.namespace, "link", "set", "lo", "up")
            for bridge, address in (("cluster", node.address), ("clients", node.client_address)):
                self.join(bridge, f"{bridge}{node.number}", bridge, address, node.namespace)
        self.join("clients", "here", self.name, self.here)

    def join(self, bridge, port, device, address, namespace=None):
        """A link from a bridge to a namespace, or to this machine."""
        inside = ["-n", namespace] if namespace else []
        run("ip", "-n", self.hub, "link", "add", port, "type", "veth", "peer", "name", device,
            "netns", namespace or str(os.getpid()))
        run("ip", "-n", self.hub, "link", "set", port, "master", bridge, "up")
        run("ip", *inside, "address", "add", f"{address}/24", "dev", device)
        run("ip", *inside, "link", "set", device, "up")

    def prepare(self, template):
        """Data of a cluster that was stopped cleanly, so that no node needs a copy of one of the
        others."""
        if os.path.exists(template):
            return
        node = self.nodes[0]
        run("mariadb-install-db", "--no-defaults", "--user=mysql", f"--datadir={node.data}",
            "--auth-root-authentication-method=normal", "--skip-test-db", timeout=START_SECONDS)
        node.start(is_first=True)
        node.await_that(node.answers, START_SECONDS, "answers")
        node.sql(FIRST_SQL, seconds=START_SECONDS, user="root")
        node.stop()
        unfinished = f"{template}.{os.getpid()}"
        copy_data(node.data, unfinished)
        with contextlib.suppress(OSError):  # another run may have been quicker
            os.rename(unfinished, template)
        shutil.rmtree(unfinished, ignore_errors=True)

    def await_whole(self, seconds=START_SECONDS):
        """All nodes are in one cluster and accept writes. Gives up at once when one has ended."""
        for node in self.nodes:
            node.await_that(lambda node=node: self.runs() and node.is_ready(), seconds, "is ready")
        until(lambda: all(node.status("cluster_size") == str(NODES) for node in self.nodes),
              seconds, "all nodes are in one cluster")

    def runs(self):
        """True, or Trouble with the log of a node that has ended."""
        for node in self.nodes:
            if node.has_ended():
                raise Trouble(f"n{node.number} has ended, and its log says:\n{node.log_end()}\n")
        return True

    def kill(self):
        """All nodes at once, as in a power cut."""
        for node in self.nodes:
            node.signal(signal.SIGKILL)
        for node in self.nodes:
            node.kill()

    def start_after_loss(self, is_bootstrapped=True):
        """After all nodes were killed. Bootstrapped: the one whose data has most begins a cluster,
        and the others join. Else each starts by itself, and they find together again because all
        have stored the same last view (gvwstate.dat), as systemd does it."""
        positions = {node: node.recovered_position() for node in self.nodes}
        first = None
        if is_bootstrapped:
            first = max(self.nodes, key=lambda node: int(positions[node].rsplit(":", 1)[1]))
            set_safe_to_bootstrap(first.data)
            for node in self.nodes:
                with contextlib.suppress(FileNotFoundError):
                    os.remove(os.path.join(node.data, "gvwstate.dat"))
        for node in sorted(self.nodes, key=lambda node: node is not first):
            node.start(is_first=node is first, position=positions[node])


# ---- Pieces of it

def free_number():
    taken = run("ip", "-4", "-o", "address").stdout
    for number in range(1, 250):
        # A number belongs to one process; the lock ends with it.
        lock = open(f"/run/lock/segpay-cluster-{number}", "w", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            continue
        if f" {CLIENT_NET}.{number}." not in taken and not namespaces(f"sgp{number}"):
            free_number.locks.append(lock)
            return number
        lock.close()
    raise Trouble("too many clusters run")


free_number.locks = []


def copy_data(source, target):
    """Without the files of one run of one node."""
    shutil.rmtree(target, ignore_errors=True)
    run("cp", "-a", "--sparse=always", source, target)
    for name in ("galera.cache", "gvwstate.dat", "ib_buffer_pool"):
        with contextlib.suppress(FileNotFoundError):
            os.remove(os.path.join(target, name))


def set_safe_to_bootstrap(data):
    path = os.path.join(data, "grastate.dat")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub(r"safe_to_bootstrap: \d", "safe_to_bootstrap: 1", text))


def namespaces(name):
    listed = run("ip", "netns", "list").stdout
    return [word for word in re.findall(r"^\S+", listed, re.MULTILINE)
            if re.fullmatch(rf"{name}(hub|n\d+)", word)]


def remove(folder, name):
    """Ends what runs in the namespaces of a cluster, and removes them and its folder."""
    for namespace in namespaces(name):
        for pid in run("ip", "netns", "pids", namespace, check=False).stdout.split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
    until(lambda: not any(run("ip", "netns", "pids", namespace, check=False).stdout.split()
                          for namespace in namespaces(name)), 20, "the nodes have ended")
    for namespace in namespaces(name):
        run("ip", "netns", "del", namespace, check=False)
    shutil.rmtree(folder, ignore_errors=True)


# ---- The command line

def show(cluster):
    for node in cluster.nodes:
        try:
            print(f"n{node.number} {node.client_address}:{CLIENT_PORT} "
                  f"{node.status('cluster_status')} {node.status('local_state_comment')}, "
                  f"{node.status('cluster_size')} in the cluster")
        except Trouble as trouble:
            print(f"n{node.number} {node.client_address}:{CLIENT_PORT} {trouble}")


def main():
    parser = argparse.ArgumentParser(description="Disturbs a cluster that runs.")
    parser.add_argument("folder", help="where the cluster keeps its data")
    commands = ("cut", "heal", "pause", "resume", "kill", "restart")
    parser.add_argument("command", choices=(*commands, "status", "remove"), metavar="COMMAND",
                        help=", ".join(commands) + " a node; or status")
    parser.add_argument("node", nargs="?", help="1, 2 or 3")
    options = parser.parse_args()
    if options.command == "remove":
        sys.stdin.read()  # until the parent process has ended
        remove(options.folder, options.node)
        return 0
    try:
        with open(os.path.join(options.folder, "number"), encoding="ascii") as file:
            cluster = Cluster(options.folder, int(file.read()))
        if options.command in commands:
            if options.node not in ("1", "2", "3"):
                parser.error(f"{options.command} which node? 1, 2 or 3")
            getattr(cluster.nodes[int(options.node) - 1], options.command)()
        show(cluster)
        return 0
    except (OSError, Trouble) as trouble:
        print(f"galera.py: {trouble}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
