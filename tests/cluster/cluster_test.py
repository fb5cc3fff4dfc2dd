"""Several front ends share one ledger on three real Galera nodes. The same events come to all of
them at once; sessions are killed, nodes are cut off, paused and killed, one at a time and all
together, commits lose their answers. No acknowledged event may be lost, none may be settled twice
or be delivered by two front ends at once.

SEGPAY_SOAK=1: 20,000 events and 500 episodes. SEGPAY_SEED=N: the episodes of an earlier run.
"""

import collections
import contextlib
import itertools
import os
import random
import re
import subprocess
import sys
import time
import unittest

import galera
from front_ends import FrontEnd, ManualFrontEnd, Oracle, entries, now_ms
from wire import CLOSE_STATEMENT, COMMIT, QUIT, Cut, Wire

IS_SOAK = os.environ.get("SEGPAY_SOAK") == "1"
SEED = int(os.environ.get("SEGPAY_SEED") or time.time())
TEMPLATE = os.path.join(os.environ["BUILD_DIR"], "cluster-template")
NO_LEASE_ENDS_MS = 3_600_000
PATIENCE_SECONDS = 120
PENDING, SETTLED, DEAD_LETTER = 1, 2, 3  # as the tables have it

SAME_EVENTS = 20_000 if IS_SOAK else 2_000
SUM_SECONDS = 60 if IS_SOAK else 6
EVERY_MS = 20          # an event, for all front ends
SERVICE_SECONDS = 15   # by then another node serves, whatever the fault
ANSWER_SECONDS = 12    # the longest for a failure answer: the group before, and its own

# The faults of an episode, and how often each occurs in a short run. The short ones end before the
# others give a node up.
EPISODES = {"sessions_killed": 9, "paused_shortly": 6, "cut_shortly": 6, "cut_off": 3, "paused": 2,
            "killed": 2, "all_killed": 1, "all_killed_with_views": 1}
SOAK_ROUNDS = 17
ALL_KILLED = ("all_killed", "all_killed_with_views")
AT_ONCE_MS = 200       # events in flight at the time of the fault

# begin: the fault; undone: its repair; end: all nodes are one cluster again.
Episode = collections.namedtuple("Episode", "name node begin undone end")

KILL_SESSIONS = """DELIMITER //
BEGIN NOT ATOMIC
  DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; -- it has ended already
  FOR session IN (SELECT id FROM information_schema.processlist
                  WHERE user = 'segpay' AND command <> 'Sleep')
  DO
    EXECUTE IMMEDIATE CONCAT('KILL ', session.id);
  END FOR;
END//"""


def shortened(failure):
    """The distinguishing words of a cause."""
    _, cause = failure
    number = re.search(r"error \d+", cause)
    return number.group() if number else cause.rsplit(": ", 1)[-1]


def say(text):
    print(text, flush=True)


class ClusterTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        begin = time.monotonic()
        cls.cluster = cls.enterClassContext(galera.started(TEMPLATE))
        cls.nodes = cls.cluster.nodes
        entries(cls.cluster.servers()[0])  # makes the tables
        say(f"three nodes after {time.monotonic() - begin:.1f} s")

    def front_end(self, name, servers, *arguments, **more):
        front_end = FrontEnd(name, servers, *arguments, **more)
        self.addCleanup(front_end.kill)
        return front_end

    def held(self):
        return [entries(server) for server in self.cluster.servers()]

    # ---- The same event

    def test_same_events_at_three_nodes_at_once(self):
        first = 1
        front_ends = [self.front_end(f"at n{number}", self.cluster.servers(number), "--keys",
                                     str(first), str(first + SAME_EVENTS - 1))
                      for number in (1, 2, 3)]
        for front_end in front_ends:
            front_end.end(PATIENCE_SECONDS * (10 if IS_SOAK else 1))
        oracle = Oracle(front_ends)
        self.assertEqual(list(oracle.failures()), [])
        self.assertEqual(oracle.objections(self.held()), [])
        self.assertEqual(sum(oracle.settled.values()), SAME_EVENTS)
        self.assertEqual(oracle.redelivered(), 0)
        met = sum(line.what == "in_flight" for line in oracle.lines)
        won = collections.Counter(line.who for line in oracle.lines if line.what == "settled")
        say(f"{SAME_EVENTS} events at three nodes: one effect each; delivered {dict(won)}; "
            f"{met} times another front end had it in flight")
        self.assertGreater(met, 0)
        self.assertEqual(len(won), 3)

    # ---- Transactions that are rolled back before their end

    def test_a_reported_commit_is_committed(self):
        self.nodes[0].sql("CREATE TABLE segpay_sums(id INT PRIMARY KEY, n BIGINT NOT NULL);"
                          "INSERT INTO segpay_sums VALUES (1, 0), (2, 0), (3, 0), (4, 0)")
        self.addCleanup(self.nodes[0].sql, "DROP TABLE segpay_sums")
        read_sum = "SET wsrep_sync_wait = 1; SELECT SUM(n) FROM segpay_sums"
        for node in self.nodes:
            node.sql(read_sum)  # the table is there
        writers = [subprocess.Popen(
            [os.path.join(os.environ["BUILD_DIR"], "bin", "writer_sum"),
             *server.rsplit(":", 1), str(SUM_SECONDS)], stdout=subprocess.PIPE, text=True)
            for server in self.cluster.servers()]
        for writer in writers:
            self.addCleanup(writer.kill)
        counts = [writer.communicate(timeout=PATIENCE_SECONDS)[0].split() for writer in writers]
        committed, failed, tries = (sum(map(int, column)) for column in zip(*counts))
        found = int(self.nodes[0].sql(read_sum)[0][0])
        say(f"{committed} conflicting transactions were reported as committed "
            f"({failed} failed, {tries} tries), {found} were")
        # A failed transaction may be committed if its connection was lost.
        self.assertTrue(committed <= found <= committed + failed)
        self.assertGreater(committed, failed)
        self.assertGreater(tries, committed)  # there were conflicts

    # ---- Commands that lose their answers

    def disturbed(self, key, cut, at, others):
        """One event over a wire that is cut; the front end's lines. The lease outlives the test,
        so a claim that the front end does not recognise as its own would never end."""
        wire = Wire((self.nodes[0].client_address, galera.CLIENT_PORT), cut, at)
        try:
            front_end = FrontEnd("wire", [wire.address, *others], "--keys", str(key), str(key),
                                 "--threads", "1", lease_ms=NO_LEASE_ENDS_MS)
            try:
                front_end.end(PATIENCE_SECONDS / 4)
                return wire.commands, Oracle([front_end], NO_LEASE_ENDS_MS)
            finally:
                front_end.kill()
        finally:
            wire.close()

    def test_every_command_may_lose_its_answer(self):
        keys = itertools.count(1_000_000)
        commits = 0
        for others in ([self.cluster.servers(2)[0]], []):
            commands, _ = self.disturbed(next(keys), None, 0, others)
            for at, command in enumerate(commands, 1):
                if command[0] in (CLOSE_STATEMENT, QUIT):
                    continue
                for cut in Cut:
                    with self.subTest(cut=cut.value, at=at, command=command[1:], others=others):
                        key = next(keys)
                        _, oracle = self.disturbed(key, cut, at, others)
                        self.assertEqual([line.what for line in oracle.lines
                                          if line.key == str(key)], ["deliver", "settled"],
                                         oracle.lines)
                        commits += command[1:] == b"COMMIT" and cut is not Cut.BEFORE
        held = self.held()
        self.assertEqual(held[0], held[1])
        self.assertEqual(held[0], held[2])
        say("each command cut off, before, after and meanwhile: one effect each; "
            f"{commits} commits without an answer were recognised")
        self.assertGreaterEqual(commits, 8)

    # ---- Conflicts of two nodes at the same moment

    def by_hand(self, server):
        front_end = ManualFrontEnd(server)
        self.addCleanup(front_end.kill)
        return front_end

    def await_state(self, key, state):
        """Waits until all nodes have the state."""
        for node in self.nodes:
            galera.until(lambda node=node: [[str(state)]] == node.sql(
                f"SELECT state FROM segpay_entries WHERE event_key = '{key}'"),
                PATIENCE_SECONDS / 4, f"n{node.number} knows {key}")

    def test_an_event_added_while_the_last_is_settled_is_promoted(self):
        """One node is adding an event to a queue while another settles the last one of it:
        neither sees the other's change, and without the write of the purchase's row both would
        commit."""
        wires = [Wire((node.client_address, galera.CLIENT_PORT)) for node in self.nodes[:2]]
        for wire in wires:
            self.addCleanup(wire.close)
        adds, settles = (self.by_hand(wire.address) for wire in wires)

        def requeue(dead, _):
            return ("requeue", dead), dead

        def claim(_, purchase):
            return ("claim", purchase, f"{purchase}3"), f"segpay/{purchase}3/rebill/1"

        for number, (adding, is_addition_held) in enumerate(
                itertools.product((requeue, claim), (True, False))):
            purchase = f"overlap{number}"
            with self.subTest(adding=adding.__name__, is_addition_held=is_addition_held):
                dead = adds.do("claim", purchase, f"{purchase}1").split()[0]
                self.assertEqual(adds.do("refused", dead), "settled")
                self.await_state(dead, DEAD_LETTER)
                last, outcome = settles.do("claim", purchase, f"{purchase}2").split()
                self.assertEqual(outcome, "leased")
                self.await_state(last, PENDING)

                order, added = adding(dead, purchase)
                addition = (adds, wires[0], order, added, PENDING)
                settlement = (settles, wires[1], ("applied", last), last, SETTLED)
                held, free = ((addition, settlement) if is_addition_held else
                              (settlement, addition))
                answers = self.overlap(held, free)
                # A claim that was repeated when the queue was empty is leased.
                if f"{added} leased" not in answers:
                    self.assertEqual(settles.do("next", purchase), added)

    def overlap(self, held, free):
        """The first is about to commit when the second is committed on all nodes. Their answers."""
        (slow, wire, order, _, _), (quick, _, quick_order, key, state) = held, free
        wire.hold(COMMIT)
        slow.send(*order)
        self.assertTrue(wire.is_held.wait(PATIENCE_SECONDS))
        quick_answer = quick.do(*quick_order)
        self.await_state(key, state)
        wire.may_go.set()
        return quick_answer, slow.answer()

    # ---- Episodes

    def test_episodes(self):
        chance = random.Random(SEED)
        episodes = [name for name, count in EPISODES.items()
                    for _ in range(count * (SOAK_ROUNDS if IS_SOAK else 1))]
        chance.shuffle(episodes)
        say(f"{len(episodes)} episodes, SEGPAY_SEED={SEED}")
        roaming = [self.front_end(f"roaming {number}", self.cluster.servers(number), "--every",
                                  str(EVERY_MS), "--threads", "2") for number in (1, 2, 3)]
        # These have one node only: a third of them is cut off with it.
        bound = [self.front_end(f"bound to n{node.number}", [server], "--every", str(EVERY_MS),
                                "--threads", "1")
                 for node, server in zip(self.nodes, self.cluster.servers())]
        past = []
        for name in episodes:
            node = chance.choice(self.nodes)
            begin = now_ms()
            undone = getattr(self, name)(node)
            self.cluster.await_whole()
            past.append(Episode(name, node.number, begin, undone or now_ms(), now_ms()))
            if IS_SOAK:
                say(f"  {len(past):3} {name} n{node.number}, whole after {now_ms() - begin} ms")
        for front_end in roaming + bound:
            front_end.end(PATIENCE_SECONDS)

        oracle = Oracle(roaming + bound)
        say(f"{len(oracle.acknowledged)} events acknowledged, {oracle.redelivered()} redelivered")
        objections = oracle.objections(self.held())
        if objections:
            say(oracle.story(objections))
            for episode in past:
                say(f"  {episode}")
        self.assertEqual(objections, [])
        self.judge_service(oracle, past)
        self.judge_failures(oracle, past)

    def judge_service(self, oracle, past):
        """Another node serves soon after one node has failed, all of them soon after a restart."""
        gaps = collections.defaultdict(list)
        for episode in past:
            begin = episode.undone if episode.name in ALL_KILLED else episode.begin
            gaps[episode.name].append(oracle.service_gap_ms(begin, max(episode.end, begin)))
        for name, found in sorted(gaps.items()):
            say(f"  {name:22} {len(found):3} times, longest time without service "
                f"{max(found) / 1000:.1f} s")
            self.assertLess(max(found), SERVICE_SECONDS * 1000, name)

    def judge_failures(self, oracle, past):
        """A front end that cannot make an event durable answers with failure, and soon."""
        failures = list(oracle.failures())
        say(f"{len(failures)} failure answers, the longest after "
            f"{max(took for took, _ in failures)} ms: "
            f"{dict(collections.Counter(map(shortened, failures)).most_common(8))}")
        self.assertLess(max(took for took, _ in failures), ANSWER_SECONDS * 1000)
        for episode in past:
            if episode.name not in ("cut_off", "paused", "killed"):
                continue
            bound = [line for line in oracle.lines if line.who == f"bound to n{episode.node}"]
            # A front end that waits for a paused node fails late.
            failed_by = episode.end + ANSWER_SECONDS * 1000
            with self.subTest(episode=episode):
                self.assertTrue(any(line.what == "failed" for line in bound
                                    if episode.begin < line.ms < failed_by))
                self.assertEqual([line for line in bound if line.what == "settled"
                                  and episode.begin + AT_ONCE_MS < line.ms < episode.undone], [])

    # The faults of a node. Each returns the time of its repair, unless it ends by itself.

    def sessions_killed(self, node):
        for _ in range(8):
            with contextlib.suppress(galera.Trouble):  # not back yet from the last episode
                node.sql(KILL_SESSIONS, user="root")
            time.sleep(0.03)

    def paused_shortly(self, node):
        node.pause()
        time.sleep(0.5)
        node.resume()

    def cut_shortly(self, node):
        node.cut()
        time.sleep(0.5)
        node.heal()

    def cut_off(self, node):
        node.cut()
        time.sleep(4)
        undone = now_ms()
        node.heal()
        return undone

    def paused(self, node):
        node.pause()
        time.sleep(4)
        undone = now_ms()
        node.resume()
        return undone

    def killed(self, node):
        node.kill()
        time.sleep(2)
        undone = now_ms()
        node.restart()
        return undone

    def all_killed(self, _):
        self.cluster.kill()
        undone = now_ms()
        self.cluster.start_after_loss(is_bootstrapped=True)
        return undone

    def all_killed_with_views(self, _):
        self.cluster.kill()
        undone = now_ms()
        self.cluster.start_after_loss(is_bootstrapped=False)
        return undone


class CleanUpTest(unittest.TestCase):
    def test_nothing_is_left_of_a_killed_process(self):
        code = ("import galera, os, subprocess\n"
                "with galera.removed_in_the_end() as cluster:\n"
                "    cluster.make_networks()\n"
                "    subprocess.Popen(['ip', 'netns', 'exec', cluster.hub, 'sleep', '600'])\n"
                "    print(cluster.name, cluster.folder, flush=True)\n"
                "    os.kill(os.getpid(), 9)\n")
        killed = subprocess.run([sys.executable, "-B", "-c", code], check=False, text=True,
                                stdout=subprocess.PIPE)
        name, folder = killed.stdout.split()
        galera.until(lambda: not galera.namespaces(name) and not os.path.exists(folder), 30,
                     "everything is removed")


if __name__ == "__main__":
    try:
        galera.require_namespaces()
    except galera.NotPermitted as reason:
        say(f"SKIPPED: NO TEST ON THREE NODES, {reason}")
        sys.exit(77)
    unittest.main()
