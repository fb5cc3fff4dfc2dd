"""Checks a model of this folder in full with spin, then once without each of its protections, and
expects that the error is found each time.

    python3 check.py ledger|commit|repeats [--soak]

Wants spin and gcc. Prints what was searched: how many states, how deep. The trail of an error is
printed step by step.
"""

import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
SEARCH_DEPTH = 1_000_000
MEMORY_MB = 6_000
PROGRAMS_AT_ONCE = 2

SAFETY = "safety"
LIVENESS = "liveness"
LIVELOCK = "acceptance cycle"


@dataclass(frozen=True)
class Check:
    what: str
    kind: str = SAFETY
    flags: tuple = ()
    error: str = ""  # of a mutation: part of pan's error
    faults: int = 2
    soak_faults: int = 2
    is_long: bool = False  # only with --soak


# ---- The checks. A mutation's error is the property that it must break.

DURABLE = ("DURABLE_MARKS",)
KEYLESS = ("DURABLE_MARKS", "KEYLESS_HOST")

LEDGER = [
    Check("at most one effect, marks ride on the next commit", faults=3, soak_faults=4),
    Check("at most one effect, durable marks", flags=DURABLE, faults=3, soak_faults=4),
    Check("at least one effect, host without keys", flags=KEYLESS, faults=3, soak_faults=4),
    Check("in the end one effect, settled and answered", LIVENESS, faults=2, soak_faults=3),
    Check("the same with durable marks", LIVENESS, DURABLE, faults=1, soak_faults=3),
    Check("the same with a host without keys", LIVENESS, KEYLESS, faults=1, soak_faults=3),
]

LEDGER_MUTATIONS = [
    Check("settling asks for no lease", flags=("SETTLE_WITHOUT_LEASE", *DURABLE),
          error="was_settled"),
    Check("Segpay is answered before the claim", flags=("ANSWER_BEFORE_CLAIM",),
          error="is_done"),
    Check("the host is called before the claim", flags=("DELIVER_BEFORE_CLAIM",),
          error="delivering==0"),
    Check("the host forgets keys", flags=("HOST_FORGETS_KEYS",), error="effects<=1"),
    Check("recovery ignores leases", flags=("RECOVERY_IGNORES_LEASES",),
          error="holder==0"),
    Check("a claim ignores leases", flags=("CLAIM_IGNORES_LEASES",), error="holder==0"),
    Check("marks ride on the next commit for a host without keys",
          flags=("KEYLESS_HOST",), error="is_answered"),
    Check("lost marks are not written again", LIVENESS, ("FORGOTTEN_MARKS",),
          error=LIVELOCK, faults=1),
    Check("waiting marks are never flushed", LIVENESS, ("NO_FLUSH",), error=LIVELOCK, faults=1),
    Check("there is no recovery", LIVENESS, ("NO_RECOVERY",), error=LIVELOCK, faults=1),
]

COMMIT = [
    Check("one front end has the claim, and knows, whatever the outcome of commits", faults=2,
          soak_faults=3),
    Check("without certification both have it", flags=("NO_CERTIFICATION",), error="owners==1"),
    Check("a lost answer is taken for success", flags=("LOSS_IS_SUCCESS",), error="owner"),
    Check("a lost answer is taken for failure", flags=("LOSS_IS_FAILURE",), error="belief"),
    Check("the writer's number is not compared", flags=("NUMBER_IS_NOT_COMPARED",),
          error="belief"),
    Check("a transaction that was not found can still commit", flags=("NO_FENCE",), error="belief"),
    Check("a row written meanwhile is overwritten unread", flags=("ROW_IS_OVERWRITTEN",),
          error="belief"),
    Check("the beginning of a transaction is not checked",
          flags=("BEGINNING_IS_NOT_CHECKED",), error="belief"),
]

REPEATS = [
    Check("a repeat has no effect, each is applied once, and access is off in the end", faults=3,
          soak_faults=5),
    Check("nothing is remembered", flags=("NOTHING_IS_REMEMBERED",), error="epoch<2", faults=1),
    Check("an applied event is forgotten before it is answered", flags=("SETTLING_FORGETS",),
          error="epoch<2", faults=2),
]

MODELS = {"ledger": LEDGER + LEDGER_MUTATIONS, "commit": COMMIT,
          "repeats": REPEATS}


# ---- One search

@dataclass
class Search:
    error: str      # pan's error; "": none
    unreached: list  # statements that no state reached
    states: str
    depth: str
    trail: str = ""

    def summary(self):
        return f"{self.states} states, depth {self.depth}"


def run(arguments, folder):
    done = subprocess.run(arguments, cwd=folder, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout


def tool(arguments, folder):
    status, output = run(arguments, folder)
    if status != 0 or "rror:" in output:
        raise RuntimeError(f"{' '.join(arguments)}:\n{output}")


def unreached_in(output):
    """Without the ends of endless processes, and without spin's own never claim."""
    found = []
    for part in output.split("unreached in ")[1:]:
        if part.startswith(("claim", "init")):
            continue
        found += [line.strip() for line in part.splitlines()[1:]
                  if ", state " in line and '"-end-"' not in line]
    return found


def search(model, check, faults):
    """Exhaustive: no bit-state, no hash compaction, and it must not have hit a limit."""
    source = os.path.join(HERE, model + ".pml")
    is_live = check.kind == LIVENESS
    flags = [f"-D{flag}" for flag in (*check.flags, f"FAULTS={faults}",
                                      *(["LIVENESS"] if is_live else []))]
    # A quick search is not worth an optimised build.
    compiler = ["gcc", "-w", "-O0" if check.error or faults < 2 else "-O1", f"-DMEMLIM={MEMORY_MB}",
                *(["-DNFAIR=4"] if is_live else ["-DSAFETY", "-DNOCLAIM"]), "-o", "pan", "pan.c"]
    folder = tempfile.mkdtemp(prefix="segpay-model-")
    try:
        tool(["spin", "-a", *flags, source], folder)
        tool(compiler, folder)
        _, output = run(["./pan", f"-m{SEARCH_DEPTH}", *(["-a", "-f"] if is_live else [])], folder)
        counts = re.search(r"depth reached (\d+), errors: (\d+)\n\s*(\d+) states, stored", output)
        if not counts or "max search depth too small" in output:
            raise RuntimeError(f"the search was not complete:\n{output}")
        depth, errors, states = counts.groups()
        found = Search("", unreached_in(output), states, depth)
        if errors != "0":
            found.error = re.search(r"pan:\d+: (.*)", output).group(1)
            _, found.trail = run(["spin", *flags, "-k", model + ".pml.trail", "-t", "-p", source],
                                 folder)
        elif "Search not completed" in output:
            raise RuntimeError(f"the search was not complete:\n{output}")
        return found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def judge(check, found):
    """The error, or none."""
    if check.error:
        if check.error in found.error:
            return None
        return f"this was to be found out ({check.error}), but: {found.error or 'no error'}"
    if found.error:
        return f"{found.error}\n{found.trail}"
    if found.unreached:
        return "never reached:\n" + "\n".join(found.unreached)
    return None


def main():
    parser = argparse.ArgumentParser(description="Checks a model and its mutations with spin.")
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("--soak", action="store_true", default=os.environ.get("SEGPAY_SOAK") == "1",
                        help="more faults: minutes instead of seconds")
    options = parser.parse_args()

    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(PROGRAMS_AT_ONCE) as pool:
        searches = []
        for check in MODELS[options.model]:
            if check.is_long and not options.soak:
                continue
            faults = check.soak_faults if options.soak else check.faults
            searches.append((check, faults, pool.submit(search, options.model, check, faults)))
        for check, faults, future in searches:
            found = future.result()
            complaint = judge(check, found)
            wrong += complaint is not None
            result = f"found: {found.error}" if check.error else f"{found.summary()}, no error"
            print(f"{'WRONG' if complaint else 'ok   '} {check.what} ({check.kind}, "
                  f"{faults} faults): {complaint or result}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
