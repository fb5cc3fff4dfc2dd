"""Two hosts share one ledger on three real Galera nodes, under load from sixteen threads; they are
killed with SIGKILL again and again, while sessions are killed and nodes are paused, cut off and
killed. In the end the oracle finds nothing lost, nothing doubled, each purchase in order.

SEGPAY_SOAK=1: about a thousand kills, not twenty. SEGPAY_SEED=N: the disturbances of an earlier
run.
"""

import os
import random
import sys
import time
import unittest

import disturbed
import galera
import stack

SEED = int(os.environ.get("SEGPAY_SEED") or time.time())
TEMPLATE = os.path.join(os.environ["BUILD_DIR"], "cluster-template")
DATABASE = "segpay_hosts"
ROUNDS = 60 if disturbed.IS_SOAK else 1
LIFE_SECONDS = 1.0  # at most
SHORTLY_SECONDS = 0.5
LONG_SECONDS = 4    # until the others have given a node up

# The faults of a node meanwhile; "" is none.
DISTURBANCES = {"": 6, "paused_shortly": 4, "cut_shortly": 4, "cut_off": 1, "killed": 1}


class World(disturbed.World):
    """One host prefers the first node, the other the second."""

    def __init__(self, marks, seed, cluster):
        super().__init__(marks, seed, server="")
        galera.until(lambda: self.has_database(cluster, f"{DATABASE}_{marks}"),
                     galera.START_SECONDS, "a database for the ledger")
        self.ledger = None
        first, second = (self.config_on_mariadb(
            f"on-n{number}.yaml", cluster.servers(number), f"{DATABASE}_{marks}", galera.USER,
            galera.PASSWORD) for number in (1, 2))
        self.config = first
        self.other = self.neighbour()
        self.other.config = second

    def has_database(self, cluster, name):
        """Makes it. A node may leave the others once more soon after a fault."""
        try:
            cluster.nodes[0].sql(f"CREATE DATABASE IF NOT EXISTS {name}; GRANT ALL ON {name}.* "
                                 f"TO {galera.USER}@'%'", user="root")
        except galera.Trouble:
            return False
        return True

    def __exit__(self, *arguments):
        if self.other.host:
            self.other.host.kill()
        super().__exit__(*arguments)

    def kill_one_of_both(self):
        self.start_other()
        self.start()
        self.load.gate.set()
        time.sleep(self.random.uniform(0, LIFE_SECONDS))
        if self.random.random() < 0.5:
            self.other.host.kill()
            self.deaths += 1
        self.reap()

    def start_other(self):
        if not (self.other.host and self.other.host.is_running()):
            self.other.start()


def disturb(node, name):
    if name.startswith("paused"):
        node.pause()
    elif name.startswith("cut"):
        node.cut()
    elif name:
        node.kill()


def repair(node, name):
    if not name:
        return
    time.sleep(SHORTLY_SECONDS if name.endswith("shortly") else LONG_SECONDS)
    {"p": node.resume, "c": node.heal, "k": node.restart}[name[0]]()


class HostsTest(unittest.TestCase):
    maxDiff = None

    def test_nothing_is_lost_or_doubled(self):
        cluster = self.enterContext(galera.started(TEMPLATE))
        names = [name for name, count in DISTURBANCES.items() for _ in range(count)] * ROUNDS
        random.Random(SEED).shuffle(names)
        half = len(names) // 2
        for marks, faults in zip(disturbed.MARKS, (names[:half], names[half:])):
            with self.subTest(marks=marks, seed=SEED), World(marks, SEED, cluster) as world:
                world.start_other()
                world.start_load()
                for name in faults:
                    self.kill_while(cluster, world, name)
                self.assertEqual(world.problems(), [])
                print(f"{marks}: {world.deaths} hosts killed, {len(world.postbacks())} postbacks, "
                      "none lost or doubled", flush=True)

    def kill_while(self, cluster, world, name):
        """The host dies while the node is disturbed. Both are back before the next."""
        node = world.random.choice(cluster.nodes)
        disturb(node, name)
        try:
            world.kill_one_of_both()
        except stack.Trouble:  # no server answered at its start: a supervisor tries again
            world.reap()
        repair(node, name)
        cluster.await_whole()


if __name__ == "__main__":
    try:
        galera.require_namespaces()
    except galera.NotPermitted as reason:
        print(f"SKIPPED: NO TEST ON THREE NODES, {reason}", flush=True)
        sys.exit(77)
    unittest.main()
