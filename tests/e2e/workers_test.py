"""PHP workers on one SQLite ledger: killed at random, killed at each step, and stopped inside a
transaction and after it. Nothing is lost, nothing doubled. SEGPAY_SOAK=1: thousands of kills."""

import time
import unittest

import disturbed
import workers
from failpoints import CLAIM, COMMIT, DELIVER, MARK

WORLDS = 40 if disturbed.IS_SOAK else 2
KILLS_OF_A_WORLD = 100 if disturbed.IS_SOAK else 30
ROUNDS = 20 if disturbed.IS_SOAK else 1
LATEST_PASS = 12
KILL_SECONDS = 0.3   # at most, between two
DEATH_SECONDS = 20   # to reach a failpoint
LEASE_SECONDS = 5
STOPPED_LEASE_SECONDS = 12  # longer than any worker is stopped
# How long a worker is stopped. Inside its transaction it holds the writer lock, for which the
# others wait for 5 s; after it they go on.
STOPS = {"commit.before": 3, "commit.before_sync": 6}
SEED = 20656


def world_of_kills(marks, seed):
    with workers.Pool(marks, seed, LEASE_SECONDS) as pool:
        load = workers.Load(pool)
        for _ in range(KILLS_OF_A_WORLD):
            time.sleep(pool.random.uniform(0, KILL_SECONDS))
            kill(load, pool.random.randrange(workers.WORKERS))
        load.stop()
        deaths = sum(life.was_killed() for life in pool.lives)
        return deaths, len(pool.sent), pool.problems()


def kill(load, number):
    while not (life := load.lives[number]) or life.process.poll() is not None:
        time.sleep(0.005)
    life.process.kill()
    life.process.wait()


def world_of_failpoints(marks, seed):
    """The places at which no worker died, how many died, and what is wrong."""
    with workers.Pool(marks, seed, LEASE_SECONDS, disturbed.FAILPOINTS) as pool:
        load = workers.Load(pool)
        missed = []
        for place in [*CLAIM, *COMMIT, *DELIVER, *MARK[marks]] * ROUNDS:
            armed = load.arm(pool.random.randrange(workers.WORKERS), "SEGPAY_DIE_AT",
                             f"{place}:{pool.random.randint(1, LATEST_PASS)}")
            deadline = time.monotonic() + DEATH_SECONDS
            while armed.process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.005)
            if armed.process.poll() is None:
                missed.append(place)
        load.stop()
        deaths = sum(life.was_killed() for life in pool.lives)
        return missed, deaths, pool.problems()


def world_of_stops(marks, seed):
    """The stops that did not happen, and what is wrong."""
    with workers.Pool(marks, seed, STOPPED_LEASE_SECONDS, disturbed.FAILPOINTS) as pool:
        load = workers.Load(pool)
        missed = []
        for place, seconds in STOPS.items():
            stopped = load.arm(pool.random.randrange(workers.WORKERS), "SEGPAY_STOP_AT",
                               f"{place}:{pool.random.randint(1, LATEST_PASS)}")
            if not stopped.await_stop(DEATH_SECONDS):
                missed.append(place)
                continue
            answers = pool.answers
            time.sleep(seconds)
            if place == "commit.before_sync" and pool.answers == answers:
                missed.append("the others did not go on")
            stopped.go_on()
        load.stop()
        return missed, len(pool.sent), pool.problems()


class LoadTest(unittest.TestCase):
    maxDiff = None

    def run_worlds(self, world, worlds=len(disturbed.MARKS)):
        marks = list(disturbed.MARKS)
        tasks = [(marks[number % len(marks)], SEED + number) for number in range(worlds)]
        results = disturbed.in_parallel(world, tasks)
        for task, result in zip(tasks, results):
            with self.subTest(marks=task[0], seed=task[1]):
                self.assertEqual(result[-1], [])
        return results

    def test_killed_at_random(self):
        results = self.run_worlds(world_of_kills, WORLDS)
        deaths, sent = (sum(result[i] for result in results) for i in (0, 1))
        self.assertGreaterEqual(deaths, WORLDS * KILLS_OF_A_WORLD * 0.9)  # some ended by themselves
        print(f"{deaths} kills, {sent} postbacks, none lost or doubled")

    def test_killed_at_each_failpoint(self):
        results = self.run_worlds(world_of_failpoints)
        for missed, _, _ in results:
            self.assertEqual(missed, [])
        print(f"{sum(deaths for _, deaths, _ in results)} deaths, none lost or doubled")

    def test_stopped(self):
        results = self.run_worlds(world_of_stops)
        for missed, _, _ in results:
            self.assertEqual(missed, [])
        print(f"{sum(sent for _, sent, _ in results)} postbacks, none lost or doubled")


if __name__ == "__main__":
    unittest.main()
