"""PHP workers that share one SQLite ledger, as those of a php-fpm pool do, without a sandbox:
the test sends the postbacks, each again until a worker has answered 200. The effects are lines
in files, one file for each life of a worker."""

import collections
import heapq
import itertools
import os
import random
import re
import resource
import select
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
import traceback

import stack
from disturbed import BUILD

PLUGIN = os.path.join(BUILD, "lib", "nats_segpay.so")
HEADER = os.path.join(stack.ROOT, "abi", "biller.ffi.h")
PROGRAM = os.path.join(stack.ROOT, "tests", "e2e", "worker.php")
EXAMPLE = os.path.join(stack.ROOT, "config", "examples")
WORKERS = 8
ANSWER_SECONDS = 60  # a worker that takes longer hangs
START_SECONDS = 30
REST_SECONDS = 120
RETRY_SECONDS = 0.3
RECOVER_SECONDS = 1
COPIES = 3  # of a postback sent to several workers at once
STEPS = 9   # of a purchase, alternately cancelled and reactivated
KEPT_PURCHASES = 40

SALE = ("action=Auth&stage=Initial&approved=Yes&transtype=Sale&purchaseid={0}&transid={0}"
        "&price=2.95&username=maria{0}&currencycode=USD&eticketid=162209%3a3097&memberid={0}"
        "&cardtype=Visa")
REBILL = ("action=Auth&stage=Rebill&approved=Yes&transtype=Sale&purchaseid={0}&transid={1}"
          "&price=29.95&currencycode=USD&eticketid=162209%3a3097&memberid={0}")
CANCEL = "action=Cancel&purchaseid={0}"
REACTIVATION = "action=Reactivation&purchaseid={0}"


class Postback:
    """A postback, and how many workers have not answered 200 to it yet; `then` makes the
    postbacks that follow. The key may lack the number at its end, when that depends on the order
    of arrival."""

    def __init__(self, query, key, copies=1, then=None):
        self.query, self.key = query, key
        self.unheard, self.then = copies, then


class Effect:
    def __init__(self, life, line):
        self.life = life
        self.key, is_again, when = line.split(" ")
        self.is_marked, self.time = is_again == "1", int(when)


class Life:
    """One process. A request is answered before the next is sent."""

    def __init__(self, pool, number, env=None, plugin=PLUGIN):
        self.effects_path = os.path.join(pool.data, f"effects-{number}")
        self.heard = b""
        with open(os.path.join(pool.data, "workers.log"), "ab") as log:
            # A signal that Python ignores stays ignored: a file that must not grow is a failing
            # disk.
            self.process = subprocess.Popen(
                ["php", "-d", "display_errors=stderr", PROGRAM, HEADER, plugin, pool.config,
                 pool.ledger, self.effects_path, pool.marks],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, bufsize=0,
                restore_signals=False, env={**os.environ, **(env or {})})

    def send(self, line):
        try:
            self.process.stdin.write(line.encode() + b"\n")
        except BrokenPipeError:
            pass  # dead, as the next step finds

    def hear(self, seconds=ANSWER_SECONDS):
        """A line; empty: it died; None: not yet."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self.heard:
            left = max(0, deadline - time.monotonic())
            if not select.select([self.process.stdout], [], [], left)[0]:
                return None
            part = os.read(self.process.stdout.fileno(), 4096)
            if not part:
                return ""
            self.heard += part
        line, self.heard = self.heard.split(b"\n", 1)
        return line.decode()

    def ask(self, line):
        self.send(line)
        return self.hear()

    def was_killed(self):
        return self.process.returncode == -signal.SIGKILL

    def kill(self):
        self.process.kill()
        self.end()

    def end(self):
        """Waits until it ends by itself. Its exit code."""
        self.process.stdin.close()
        code = self.process.wait(ANSWER_SECONDS)
        self.process.stdout.close()
        return code

    def is_stopped(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as status:
            return status.read().rsplit(")", 1)[1].split()[0] == "T"

    def await_stop(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.is_stopped():
                return True
            time.sleep(0.005)
        return False

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def let_files_grow(self, size=resource.RLIM_INFINITY):
        """0: it can write nothing."""
        hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, hard))

    def effects(self):
        if not os.path.exists(self.effects_path):
            return []
        with open(self.effects_path, encoding="utf-8") as lines:
            return [Effect(self, line) for line in lines]


class Pool:
    """A ledger and the workers that write it. Use it with `with`; its data are kept after a
    failure."""

    def __init__(self, marks, seed, lease_seconds, plugin=PLUGIN):
        self.marks, self.plugin = marks, plugin
        self.random = random.Random(str(seed))
        self.data = tempfile.mkdtemp(prefix="segpay-workers-")
        self.ledger = os.path.join(self.data, "ledger.sqlite")
        self.config = os.path.join(self.data, "workers.yaml")
        with open(os.path.join(EXAMPLE, "sandbox.yaml"), encoding="utf-8") as file:
            text = file.read()
        text = re.sub(r"lease_seconds: \d+", f"lease_seconds: {lease_seconds}\n"
                      "  retry_seconds: 1\n  max_attempts: 50", text)
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text.replace("${file:", "${file:" + EXAMPLE + "/"))
        self.numbers = itertools.count(1)
        self.lives = []
        self.sent = []
        self.answers = 0  # with status 200
        self.next = collections.deque()  # postbacks for the next free worker
        self.mutex = threading.Lock()    # guards all of this
        self.troubles = []
        self.keep = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for life in self.lives:
            life.kill()
        if not self.keep:
            shutil.rmtree(self.data, ignore_errors=True)

    def live(self, env=None):
        """A new life, not ready yet."""
        with self.mutex:
            life = Life(self, len(self.lives), env, self.plugin)
            self.lives.append(life)
            return life

    def ready(self, env=None):
        life = self.live(env)
        if life.hear(START_SECONDS) != "ready":
            raise stack.Trouble("a worker did not start")
        return life

    def postback(self, *how):
        postback = Postback(*how)
        self.sent.append(postback)
        return postback

    def sale(self, copies=1, then=None):
        """A postback of a purchase, with the number of its transaction."""
        number = next(self.numbers)
        return self.postback(SALE.format(number), f"segpay/t{number}/sale-auth-initial-yes",
                             copies, then and (lambda: then(number)))

    def note(self, postback, answer):
        """Whether the answer was 200. An empty answer: the worker died."""
        if answer == "200":
            with self.mutex:
                postback.unheard -= 1
                self.answers += 1
                if postback.then and not postback.unheard:
                    self.next.extend(postback.then())
            return True
        if answer is None:
            raise stack.Trouble(f"no worker answers: {postback.query}")
        if answer not in ("503", ""):
            self.troubles.append(f"answered {answer}: {postback.query}")
        return False

    def is_at_rest(self):
        """All postbacks are answered, and the events of dead workers were delivered once more."""
        return (not any(each.unheard for each in self.sent)
                and not self.rows("SELECT 1 FROM queue"))

    def rows(self, query):
        database = sqlite3.connect(self.ledger)
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()

    def insist(self):
        """Sends what is left to an undisturbed worker."""
        life = self.ready()
        deadline = time.monotonic() + REST_SECONDS
        while not self.is_at_rest() and time.monotonic() < deadline:
            for postback in self.sent:
                if postback.unheard:
                    self.note(postback, life.ask(postback.query))
            life.ask("recover")
            time.sleep(0.1)
        life.end()

    # ---- The end

    def problems(self):
        """After all lives: every broken rule. No worker was stopped for longer than a lease
        lasts."""
        found = [*self.troubles, *self._judged()]
        if found:
            self.keep = True
            found.append(f"the ledger is kept in {self.data}")
        return found

    def _judged(self):
        effects = collections.defaultdict(list)
        for life in self.lives:
            for effect in life.effects():
                effects[effect.key].append(effect)
        applied = {*effects, *map(_without_number, effects)}
        for postback in self.sent:
            if postback.unheard:
                yield f"never answered 200: {postback.query}"
            elif postback.key not in applied:
                yield f"lost: {postback.query}"
        sent = {postback.key for postback in self.sent}
        for key, of_key in effects.items():
            of_key.sort(key=lambda effect: effect.time)
            if key not in sent and _without_number(key) not in sent:
                yield f"of no postback: {key}"
            if not all(effect.is_marked for effect in of_key[1:]):
                yield f"doubled: {key}: {[effect.is_marked for effect in of_key]}"
            if (self.marks == "durable"
                    and not all(effect.life.was_killed() for effect in of_key[:-1])):
                yield f"once more, though no worker died: {key}"
        yield from self._judged_ledger(set(effects))

    def _judged_ledger(self, effects):
        for row in self.rows("SELECT key FROM keys JOIN queue USING (sequence)"):
            yield f"left over: {row[0]}"
        keys = {row[0] for row in self.rows("SELECT key FROM keys")}
        for key in sorted(keys ^ effects):
            yield f"in the ledger or applied, not both: {key}"
        if self.rows("SELECT COUNT(*) FROM entries") != [(len(keys),)]:
            yield "entries without keys, or keys without entries"
        if self.rows("PRAGMA integrity_check") != [("ok",)]:
            yield "the file is damaged"


def _without_number(key):
    return key.rstrip("0123456789")


class Load:
    """Workers that get postbacks as fast as they answer, a thread for each; a dead worker is
    restarted. Ends when every postback is answered 200."""

    def __init__(self, pool, workers=WORKERS):
        self.pool = pool
        self.lives = [None] * workers
        self.next_env = [None] * workers
        self.mutex = threading.Lock()  # guards these two
        self.retries = []  # (when, number, postback)
        self.retry_numbers = itertools.count()
        self.purchases = collections.deque(maxlen=KEPT_PURCHASES)
        self.is_waning = False  # nothing new is sent
        self.is_over = False
        self.threads = [threading.Thread(target=self._guarded, args=(number,), daemon=True)
                        for number in range(workers)]
        for thread in self.threads:
            thread.start()

    # ---- A worker

    def _guarded(self, number):
        try:
            while not self.is_over:
                self._live(number)
        except Exception:  # pylint: disable=broad-except
            self.pool.troubles.append(traceback.format_exc())

    def _live(self, number):
        with self.mutex:
            env, self.next_env[number] = self.next_env[number], None
            life = self.lives[number] = self.pool.live(env)
        is_alive = life.hear(START_SECONDS) == "ready"
        recovered = 0
        while is_alive and not self.is_over and self.next_env[number] is None:
            if time.monotonic() > recovered + RECOVER_SECONDS:
                recovered = time.monotonic()
                is_alive = life.ask("recover") != ""
            elif postback := self._next():
                answer = life.ask(postback.query)
                is_alive = answer != ""
                if not self.pool.note(postback, answer):
                    self._again(postback)
            else:
                time.sleep(0.01)
        if life.end() not in (0, -signal.SIGKILL):
            self.pool.troubles.append("a worker failed; see workers.log")

    def arm(self, number, variable, place):
        """The worker ends, and has the failpoint in its next life, which is returned."""
        self.next_env[number] = {variable: place}
        deadline = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < deadline:
            with self.mutex:
                if self.next_env[number] is None:
                    return self.lives[number]
            time.sleep(0.005)
        raise stack.Trouble(f"worker {number} is not started again")

    # ---- What is sent

    def _next(self):
        with self.pool.mutex:
            if self.retries and self.retries[0][0] <= time.monotonic():
                return heapq.heappop(self.retries)[2]
            if not self.pool.next and not self.is_waning:
                self.pool.next.extend(self._something())
            return self.pool.next.popleft() if self.pool.next else None

    def _again(self, postback):
        with self.pool.mutex:
            when = time.monotonic() + RETRY_SECONDS
            heapq.heappush(self.retries, (when, next(self.retry_numbers), postback))

    def _something(self):
        chance = self.pool.random.random()
        if chance < 0.4 or not self.purchases:
            return [self.pool.sale(then=self._bought)]
        if chance < 0.5:
            return [self.pool.sale(COPIES)] * COPIES
        if chance < 0.75:
            return [self._rebill() for _ in range(self.pool.random.randint(1, COPIES))]
        if chance < 0.9:
            return self._state(next(self.pool.numbers), 1)
        return self._opposites(next(self.pool.numbers))

    def _bought(self, purchase):
        self.purchases.append(purchase)
        return []

    def _rebill(self):
        purchase, number = self.pool.random.choice(self.purchases), next(self.pool.numbers)
        return self.pool.postback(REBILL.format(purchase, number),
                                  f"segpay/t{number}/sale-auth-rebill-yes")

    def _state(self, purchase, step):
        """Cancelled and reactivated alternately; each state is sent by several workers after all
        of the step before are answered."""
        if step > STEPS or self.is_waning:
            return []
        query, key = (CANCEL, "cancel/r") if step % 2 else (REACTIVATION, "reactivation/a0r")
        copies = self.pool.random.randint(1, COPIES)
        return [self.pool.postback(query.format(purchase), f"segpay/p{purchase}/{key}{step}",
                                   copies, lambda: self._state(purchase, step + 1))] * copies

    def _opposites(self, purchase):
        """At once: either may come first, and a repeat may be a new fact."""
        return [self.pool.postback(CANCEL.format(purchase), f"segpay/p{purchase}/cancel/r"),
                self.pool.postback(REACTIVATION.format(purchase),
                                   f"segpay/p{purchase}/reactivation/a0r")]

    # ---- The end

    def stop(self):
        self.is_waning = True
        deadline = time.monotonic() + REST_SECONDS
        while time.monotonic() < deadline and not self.pool.is_at_rest():
            time.sleep(0.1)
        self.is_over = True
        for thread in self.threads:
            thread.join()
