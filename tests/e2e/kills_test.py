"""Kills the reference host with SIGKILL at random moments, under load from sixteen threads; the
oracle compares the answers that the sandbox accepted with the effects at the host: nothing lost,
nothing doubled, each purchase in order. SEGPAY_SOAK=1: ten thousand kills, not two hundred; and
with the ledger in MariaDB two thousand, not forty."""

import unittest

import disturbed
import on_mariadb

KILLS_OF_A_WORLD = 20 if on_mariadb.IS_ON_MARIADB else 100
WORLDS = 100 if disturbed.IS_SOAK else 2
LIFE_SECONDS = 0.2  # at most
START_SECONDS = 0.05
SEED = 20656


def world_of_kills(marks, seed, kills):
    with disturbed.World(marks, seed) as world:
        world.start_load()
        for _ in range(kills):
            if world.random.random() < 0.1:
                world.kill_while_starting(world.random.uniform(0, START_SECONDS))
            else:
                world.live(world.random.uniform(0, LIFE_SECONDS))
        problems = world.problems()
        return world.deaths, len(world.postbacks()), problems


class KillsTest(unittest.TestCase):
    maxDiff = None

    def test_nothing_is_lost_or_doubled(self):
        marks = list(disturbed.MARKS)
        tasks = [(marks[number % len(marks)], SEED + number, KILLS_OF_A_WORLD)
                 for number in range(WORLDS)]
        deaths = sent = 0
        for task, result in zip(tasks, disturbed.in_parallel(world_of_kills, tasks)):
            deaths += result[0]
            sent += result[1]
            with self.subTest(marks=task[0], seed=task[1]):
                self.assertEqual(result[2], [])
        self.assertEqual(deaths, WORLDS * KILLS_OF_A_WORLD)
        print(f"{deaths} kills, {sent} postbacks, none lost or doubled")


if __name__ == "__main__":
    unittest.main()
