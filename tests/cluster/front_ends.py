"""The front ends of the cluster's tests (ledger_load), and the oracle that compares their lines
with the nodes' final content. It uses nothing of the inside of a ledger."""

import collections
import os
import subprocess
import tempfile
import time

PROGRAM = os.path.join(os.environ["BUILD_DIR"], "bin", "ledger_load")
LEASE_MS = 2_000

ACKNOWLEDGED = ("settled", "later", "duplicate")

Line = collections.namedtuple("Line", "ms who what key more")


def now_ms():
    """The clock of the lines."""
    return time.monotonic_ns() // 1_000_000


class FrontEnd:
    """One process. `servers`: the allowed ones, the preferred one first."""

    def __init__(self, name, servers, *arguments, lease_ms=LEASE_MS):
        self.name = name
        self.output = tempfile.TemporaryFile(prefix="segpay-front-end-")
        self.process = subprocess.Popen(
            [PROGRAM, "--servers", ",".join(servers), "--lease-ms", str(lease_ms), *arguments],
            stdin=subprocess.PIPE, stdout=self.output)

    def end(self, seconds):
        """No further facts; waits until those in progress are acknowledged."""
        if not self.process.stdin.closed:
            self.process.stdin.close()
        self.process.wait(seconds)
        if self.process.returncode != 0:
            raise AssertionError(f"{self.name} ended with {self.process.returncode}")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.output.close()

    def lines(self):
        """The lines so far, in order."""
        text = os.pread(self.output.fileno(), os.fstat(self.output.fileno()).st_size, 0)
        found = []
        for line in text.decode(errors="replace").splitlines():
            ms, what, key, *more = line.split(" ", 3) + [""]
            found.append(Line(int(ms), self.name, what, key, more[0] if more else ""))
        return found


class ManualFrontEnd:
    """A front end that runs one order at a time (ledger_orders)."""

    def __init__(self, server):
        self.process = subprocess.Popen(
            [os.path.join(os.environ["BUILD_DIR"], "bin", "ledger_orders"), *server.rsplit(":", 1)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def send(self, *order):
        print(*order, file=self.process.stdin, flush=True)

    def answer(self):
        return self.process.stdout.readline().rstrip("\n")

    def do(self, *order):
        self.send(*order)
        return self.answer()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def entries(server):
    """A node's entries: state by key."""
    listing = FrontEnd("list", [server], "--list")
    try:
        listing.end(60)
        return {line.key: line.more.split()[0] for line in listing.lines()
                if line.what == "entry"}
    finally:
        listing.kill()


class Oracle:
    """Judges the lines of several front ends."""

    def __init__(self, front_ends, lease_ms=LEASE_MS):
        self.lease_ms = lease_ms
        self.lines = sorted(line for front_end in front_ends for line in front_end.lines())
        self.acknowledged = {line.key for line in self.lines if line.what in ACKNOWLEDGED}
        self.begun = {line.key for line in self.lines if line.what == "deliver"}
        self.settled = collections.Counter(line.key for line in self.lines
                                           if line.what == "settled")

    def failures(self):
        """(duration in milliseconds, cause) of each."""
        for line in self.lines:
            if line.what == "failed":
                took, _, cause = line.more.partition(" ")
                yield int(took), cause

    def deliveries(self):
        """(attempt, end of the lease, line) by key, in the order of the attempts."""
        found = collections.defaultdict(list)
        for line in self.lines:
            if line.what == "deliver":
                attempt, until = line.more.split()
                found[line.key].append((int(attempt), int(until), line))
        return {key: sorted(made) for key, made in found.items()}

    def redelivered(self):
        return sum(len(made) - 1 for made in self.deliveries().values())

    def objections(self, held):
        """Every broken guarantee, as a text. `held`: the final entries of each node."""
        first, *others = held
        found = [f"node {number} differs from node 1"
                 for number, other in enumerate(others, 2) if other != first]
        found += [f"{key}: acknowledged, and {first.get(key, 'lost')} in the end"
                  for key in sorted(self.acknowledged) if first.get(key) != "settled"]
        found += [f"{key}: delivered, but not in the ledger" for key in self.begun - first.keys()]
        found += [f"{key}: settled {count} times" for key, count in self.settled.items()
                  if count > 1]
        for key, made in self.deliveries().items():
            for (attempt, until, one), (next_attempt, next_until, two) in zip(made, made[1:]):
                # A lease begins with its claim, so the next one cannot begin before this one ends.
                if next_attempt == attempt or next_until - self.lease_ms < until:
                    found.append(f"{key}: {one.who} and {two.who} delivered it at once "
                                 f"(attempts {attempt} and {next_attempt})")
        return found

    def story(self, objections):
        """Every line about the events in the objections."""
        keys = {objection.partition(":")[0] for objection in objections}
        return "\n".join(f"{line.ms} {line.who}: {line.what} {line.key} {line.more}"
                         for line in self.lines if line.key in keys)

    def service_gap_ms(self, begin_ms, end_ms, who=None):
        """The longest time without a newly settled event."""
        times = [line.ms for line in self.lines
                 if line.what == "settled" and begin_ms <= line.ms <= end_ms
                 and (who is None or line.who in who)]
        marks = [begin_ms, *times, end_ms]
        return max(after - before for before, after in zip(marks, marks[1:]))
