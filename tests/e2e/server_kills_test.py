"""Kills the MariaDB server that holds the ledger with SIGKILL at random moments, under load from
sixteen threads, and sometimes the host with it; starts it again; the oracle finds nothing lost,
nothing doubled, each purchase in order. SEGPAY_SOAK=1: four hundred kills, not eight."""

import pathlib
import sys
import tempfile
import time
import unittest

import disturbed
import server

KILLS_OF_A_WORLD = 4
WORLDS = 100 if disturbed.IS_SOAK else 2
UP_SECONDS = 0.5  # at most
DOWN_SECONDS = 0.3
SEED = 3306


def own_server():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="segpay-server-"))
    server.start(folder)
    return folder


def world_of_kills(marks, seed):
    folder = own_server()
    try:
        with disturbed.World(marks, seed, server=str(folder)) as world:
            world.start_load()
            world.start()
            world.load.gate.set()
            for _ in range(KILLS_OF_A_WORLD):
                kill_once(world, folder)
            failed = sum(not attempt["accepted"] for postback in world.postbacks()
                         for attempt in postback["attempts"])
            return len(world.postbacks()), failed, world.problems()
    finally:
        server.stop(folder)


def kill_once(world, folder):
    time.sleep(world.random.uniform(0, UP_SECONDS))
    server.kill(folder)
    is_host_killed = world.random.random() < 0.3
    if is_host_killed:
        world.reap()
    time.sleep(world.random.uniform(0, DOWN_SECONDS))
    world.load.gate.clear()  # operations that fail at once would outnumber the others
    server.run(folder)
    if is_host_killed:
        world.start()
    world.load.gate.set()


class ServerKillsTest(unittest.TestCase):
    maxDiff = None

    def test_nothing_is_lost_or_doubled(self):
        marks = list(disturbed.MARKS)
        tasks = [(marks[number % len(marks)], SEED + number) for number in range(WORLDS)]
        sent = failed = 0
        for task, result in zip(tasks, disturbed.in_parallel(world_of_kills, tasks)):
            sent += result[0]
            failed += result[1]
            with self.subTest(marks=task[0], seed=task[1]):
                self.assertEqual(result[2], [])
        self.assertGreater(failed, 0)
        print(f"{WORLDS * KILLS_OF_A_WORLD} kills of the server, {sent} postbacks, "
              f"{failed} failure answers, none lost or doubled")


if __name__ == "__main__":
    if not server.is_installed():
        print("SKIPPED: mariadbd is not installed; nothing is tested against MariaDB")
        sys.exit(77)
    unittest.main()
