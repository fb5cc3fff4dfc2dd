"""PHP workers on one SQLite ledger, which leave claims and marks with whoever of them is at work:
killed at random, killed and stopped at each step of that, and with a disk that fails one of them.
Nothing is lost, nothing doubled. SEGPAY_SOAK=1: thousands of kills."""

import time
import unittest

import disturbed
import stack
import workers
from failpoints import CLAIM, COMMIT, DELIVER, ERRANDS, MARK

WORLDS = 40 if disturbed.IS_SOAK else 2
KILLS_OF_A_WORLD = 100 if disturbed.IS_SOAK else 30
ROUNDS = 20 if disturbed.IS_SOAK else 1
LATEST_PASS = 12
KILL_SECONDS = 0.3   # at most, between two
DEATH_SECONDS = 20   # for a failpoint to be passed
LEASE_SECONDS = 5
STOPPED_LEASE_SECONDS = 12  # longer than anybody is stopped
# How long somebody stands still. The others wait for 2 s, and for the turn once more; then they go
# on, unless he is inside SQLite's transaction.
STOPS = {"errands.taken": 6, "errands.done": 3}
ATTEMPTS = 8
SEED = 20656


# ---- Eight, under load --------------------------------------------------------------------------

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
    """The places at which nobody died, how many did, and what is wrong."""
    with workers.Pool(marks, seed, LEASE_SECONDS, disturbed.FAILPOINTS) as pool:
        load = workers.Load(pool)
        missed = []
        for place in [*ERRANDS, *CLAIM, *COMMIT, *DELIVER, *MARK[marks]] * ROUNDS:
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
    """What did not come to pass, and what is wrong."""
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
            if place == "errands.taken" and pool.answers == answers:
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


# ---- Three, step by step ------------------------------------------------------------------------

class Errand:
    """One worker stands still with the turn. Two leave errands; the one that came first is to have
    the next turn, and to take the other's errand along."""

    def __init__(self, pool, postback=None, **env):
        self.pool = pool
        self.holder = holding(pool)
        self.taker = pool.ready({"SEGPAY_STOP_AT": "errands.taken:1", **env})
        self.asker = pool.ready()
        self.own, self.asked = pool.sale(), postback or pool.sale()

    def is_taken(self):
        """The taker stands still where it was told to. False: it was not the first, which is not
        ours to say."""
        self.taker.send(self.own.query)
        time.sleep(0.1)
        self.asker.send(self.asked.query)
        time.sleep(0.1)
        self.holder.go_on()
        is_taken = self.taker.await_stop(1)
        if not is_taken:
            self.give_up()
        return is_taken

    def taker_hears(self):
        answer = self.taker.hear()
        self.pool.note(self.own, answer)
        return answer

    def asker_hears(self):
        answer = self.asker.hear()
        self.pool.note(self.asked, answer)
        return answer

    def give_up(self):
        for life in (self.holder, self.taker, self.asker):
            life.kill()

    def end(self):
        for life in (self.holder, self.taker, self.asker):
            life.go_on()
            life.end()


def holding(pool):
    """A worker that stands still inside its transaction. Its postback comes again."""
    life = pool.ready({"SEGPAY_STOP_AT": "commit.before:1"})
    life.send(pool.sale().query)
    if not life.await_stop(DEATH_SECONDS):
        raise stack.Trouble("nobody stopped")
    return life


class ErrandTest(unittest.TestCase):
    maxDiff = None

    def pool(self, lease_seconds=2):
        pool = workers.Pool("durable", SEED, lease_seconds, disturbed.FAILPOINTS)
        self.addCleanup(pool.__exit__)
        return pool

    def taken(self, pool, **env):
        """An errand that was taken along; the taker goes on, to whatever `env` says."""
        for _ in range(ATTEMPTS):
            errand = Errand(pool, **env)
            if errand.is_taken():
                errand.taker.go_on()
                return errand
        return self.fail(f"nothing was taken along in {ATTEMPTS} attempts")

    def finish(self, pool):
        pool.insist()
        self.assertEqual(pool.problems(), [])

    # What the asker is answered by where the taker dies. What is not committed he does himself, at
    # once. What is committed has a lease, and nobody has told him that it is durable.
    DEATHS = {"errands.done": "200", "commit.before": "200",
              "commit.before_sync": "503", "commit.after": "503"}

    def test_the_taker_dies(self):
        pool = self.pool(LEASE_SECONDS)
        for place, expected in self.DEATHS.items():
            with self.subTest(place=place):
                errand = self.taken(pool, SEGPAY_DIE_AT=f"{place}:1")
                self.assertEqual(errand.taker_hears(), "")
                self.assertEqual(errand.asker_hears(), expected)
                errand.end()
        self.finish(pool)

    def test_the_taker_stands_still(self):
        """He has given the turn back. The asker gives up waiting, and leaves the next errand in
        another place; what he is told in the old one is not for it."""
        pool = self.pool(STOPPED_LEASE_SECONDS)
        for _ in range(ATTEMPTS):
            errand = Errand(pool, SEGPAY_STOP_AT="commit.before_sync:1")
            if not errand.is_taken():
                continue
            if errand.asker_hears() == "200":  # what stopped is another step of the taker
                errand.give_up()
                continue
            holder, sale = holding(pool), pool.sale()
            errand.asker.send(sale.query)
            time.sleep(0.2)
            errand.taker.go_on()
            time.sleep(0.2)
            holder.go_on()
            answer = errand.asker.hear()
            pool.note(sale, answer)
            self.assertEqual(answer, "200")
            self.assertEqual([effect.key for effect in errand.asker.effects()], [sale.key])
            self.assertEqual(errand.taker_hears(), "200")
            errand.end()
            holder.end()
            return self.finish(pool)
        return self.fail("nothing was taken along")

    def test_the_taker_cannot_write(self):
        """The errand is left to the asker at once, and place and turn are free again."""
        pool = self.pool()
        for _ in range(ATTEMPTS):
            errand = Errand(pool)
            errand.taker.let_files_grow(0)
            if errand.is_taken():
                break
        errand.taker.go_on()
        self.assertEqual(errand.taker_hears(), "503")
        self.assertEqual(errand.asker_hears(), "200")
        errand.taker.let_files_grow()
        answer = errand.taker.ask(errand.own.query)
        pool.note(errand.own, answer)
        self.assertEqual(answer, "200")
        errand.end()
        self.finish(pool)

    def test_what_is_stored_is_handed_out_by_whoever_delivers_it(self):
        """A worker dies after the effect. Its postback comes again, as an errand."""
        pool = self.pool()
        sales = []

        def stored():
            sales.append(pool.sale())
            dying = pool.ready({"SEGPAY_DIE_AT": "deliver.end:1"})
            self.assertEqual(dying.ask(sales[-1].query), "")
            dying.end()
            time.sleep(2.1)  # the lease
            return sales[-1]

        for _ in range(ATTEMPTS):
            errand = Errand(pool, stored())
            if errand.is_taken():
                break
        errand.taker.go_on()
        self.assertEqual(errand.taker_hears(), "200")
        self.assertEqual(errand.asker_hears(), "200")
        self.assertEqual([effect.is_marked for effect in errand.asker.effects()], [True])
        errand.end()
        self.finish(pool)


if __name__ == "__main__":
    unittest.main()
