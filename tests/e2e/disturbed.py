"""A world under load whose host dies again and again; it is restarted, Segpay's retries come,
and in the end the oracle judges."""

import concurrent.futures
import copy
import faulthandler
import multiprocessing
import os
import random
import shutil
import signal
import tempfile
import time

import load
import on_mariadb
import oracle
import stack

BUILD = os.environ["BUILD_DIR"]
IS_SOAK = os.environ.get("SEGPAY_SOAK") == "1"
FAILPOINTS = os.path.join(BUILD, "lib", "nats_segpay_failpoints.so")
ODD_PLUGIN = os.path.join(BUILD, "lib", "odd_plugin.so")
DURABLE_MARKS = ("--durable-marks",)
MARKS = {"later": (), "durable": DURABLE_MARKS}  # how marks are made, as options of the host
LEASE_SECONDS = 1
SETTLE_SECONDS = 30
LONGEST_SECONDS = 600
# (join option, whether it comes with a login: without one no postback says when access ends, so
# every purchase that can be reactivated has one)
LINKS = [("101", True), ("101", True), ("301", True), ("201", False), ("201", False)]

# Tested with a plugin without biller.pull/1, which calls its host back.
ALONE = {"claim.begin", "claim.before_commit", "claim.after_commit"}

if not IS_SOAK:  # else ctest would let it hang for hours
    faulthandler.dump_traceback_later(LONGEST_SECONDS, exit=True)


class World(on_mariadb.Stack):
    """Use it with `with`. Its data are kept for inspection after a failure."""

    def __init__(self, marks="later", seed=0, plugin=None, lease_seconds=LEASE_SECONDS,
                 retry_seconds=1, max_attempts=50, server=on_mariadb.FOLDER):
        self.keep = False
        super().__init__(BUILD, tempfile.mkdtemp(prefix="segpay-disturbed-"),
                         lease_seconds=lease_seconds, server=server)
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text.replace("\nledger:\n", f"\nledger:\n  retry_seconds: {retry_seconds}\n"
                                    f"  max_attempts: {max_attempts}\n"))
        self.marks, self.seed, self.plugin = marks, seed, plugin
        self.random = random.Random(str(seed))
        self.load = None
        self.deaths = 0

    def __enter__(self):
        try:
            self.start_sandbox(portal=load.portal_for_load(self.data))
        except stack.Trouble:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.load:
            self.load.stop()
        self.stop()
        if not self.keep:
            self.drop_ledger()
            shutil.rmtree(self.data, ignore_errors=True)

    def start(self, **how):
        how.setdefault("plugin", self.plugin)
        self.start_host(more=(*MARKS[self.marks], *how.pop("more", ())), **how)

    def neighbour(self):
        """Another host on the same two databases, as a second front end of one machine is."""
        other = copy.copy(self)
        other.host_port, other.admin_port = stack.free_port(), stack.free_port()
        other.host_url = f"http://127.0.0.1:{other.host_port}"
        other.admin_url = f"http://127.0.0.1:{other.admin_port}"
        other.host = other.sandbox = other.load = None
        return other

    def links(self, options=LINKS):
        return [self.link(option, f"customer{number}" if has_login else None, number)
                for number, (option, has_login) in enumerate(options, 1)]

    def link(self, option, username=None, member=1):
        more = ("--set", f"username={username}") if username else ()
        return oracle.tool(self, "link", "--kind", "join", "--option", option, "--set",
                           f"member_id={member}", "--set", "affiliate=4", *more).stdout.strip()

    # ---- Lives of the host

    def start_load(self, threads=load.THREADS):
        self.load = load.Load(self, self.links(), self.seed, threads)

    def live(self, seconds):
        """Starts the host under load and kills it after that time."""
        self.start()
        self.load.gate.set()
        time.sleep(seconds)
        self.reap()

    def die_at(self, place, number, seconds=10, under_load=True, cause=None):
        """Starts the host to die at one of its steps or at a failpoint of the plugin: under the
        load, if there is any, or during `cause`. False: it had to be killed."""
        how = self.death(place, f"{place}:{number}")
        try:
            self.start(**how)
            if self.load and under_load:
                self.load.gate.set()
            if cause:
                cause()
        except stack.Trouble:
            pass  # died while it started, or during the cause
        has_died = self.await_death(seconds)
        self.reap()
        return has_died

    def death(self, place, at):
        if "." not in place:
            return {"die_at": at}
        if place not in ALONE:
            return {"plugin": FAILPOINTS, "env": {"SEGPAY_DIE_AT": at}}
        rules = os.path.join(self.data, "odd")
        with open(rules, "w", encoding="utf-8") as file:
            file.write("alone 0 *\n")
        return {"plugin": ODD_PLUGIN, "env": {"SEGPAY_DIE_AT": at, "SEGPAY_ODD": rules,
                                              "SEGPAY_ODD_PLUGIN": FAILPOINTS}}

    def await_death(self, seconds):
        deadline = time.monotonic() + seconds
        while self.host.is_running() and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.host.process.poll() == -signal.SIGKILL

    def kill_while_starting(self, seconds):
        """Does not wait for its address."""
        await_address, stack.Program.await_address = stack.Program.await_address, _no_wait
        try:
            self.start()
        finally:
            stack.Program.await_address = await_address
        time.sleep(seconds)
        self.reap()

    def reap(self):
        self.host.kill()
        self.deaths += 1
        if self.load:
            self.load.gate.clear()

    # ---- The end

    def come_to_rest(self):
        """Without further disturbance: Segpay's retries come, and the merchant has Segpay send
        again what it gave up. Then the rest is delivered."""
        if self.load:
            self.load.stop()
        if not (self.host and self.host.is_running()):
            self.start()
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline:
            self.turn_clock(load.HOUR)
            unheard = [p for p in self.postbacks() if p["kind"] != "inquiry" and not p["accepted"]]
            for postback in unheard:
                if not postback["next_retry"]:
                    self.repeat(postback)
            if not unheard and not self.pending():
                return
            time.sleep(0.2)

    def pending(self):
        return [entry for entry in oracle.ledger_entries(self) if entry["state"] == "pending"]

    def problems(self):
        """The complaints of the oracle and of the load."""
        self.come_to_rest()
        found = [*oracle.judge(oracle.Evidence(self)), *(self.load.troubles if self.load else ())]
        if found:
            self.keep = True
            found.append(f"the world is kept in {self.data}; seed {self.seed}")
        return found


def _no_wait(*_):
    return


def in_parallel(work, tasks):
    """The results of work(*task), two processes at a time."""
    context = multiprocessing.get_context("fork")
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        return [done.result() for done in [pool.submit(work, *task) for task in tasks]]
