"""The habits of the house, checked: sizes, includes, names of suites, and what never stands in a
file. Each exception is in a list here, with its reason.

    SOURCE_DIR=. python3 tests/style/style_test.py
"""

import os
import re
import subprocess
import unittest

SOURCE = os.environ["SOURCE_DIR"]

# From the ground up: a room includes what stands before it. Neither back end knows the other.
ROOMS = ["values", "wire", "config", "events", "ledger", "ledger/sqlite", "ledger/mariadb",
         "boundary", "links", "postbacks", "", "inbox", "entry"]  # "": the account
NEIGHBOURS = {("ledger/mariadb", "ledger/sqlite")}

COLUMNS = 100
FUNCTION_LINES = 70
LINES = {"plugin": 500, "integration": 500, "tests": 700}

LONG_FILES = {
    # Three nodes in namespaces of their own: one class, told in one piece.
    "integration/cluster/galera.py",
    # Tables of cases.
    "tests/postbacks/postback_tests.cpp",
    "tests/postbacks/translate_tests.cpp",
}
# Columns of one statement, as aligned as it is.
LONG_FUNCTIONS = set()
# Seen through what they are parts of: a hook, a back end, a translation, a link.
WITHOUT_SUITE = {
    "plugin/config": {"ledger_file", "problems", "reading"},
    "plugin/entry": {"config_hooks", "entry", "kept", "ledger_hooks", "link_hook",
                     "postback_hooks", "pull", "pulled", "replies"},
    "plugin/inbox": {"delivering", "lines", "reader", "reading", "reply", "settle", "take", "tell"},
    "plugin/ledger": {"claims", "entry_row", "marks", "open_ledger", "stored_ledger"},
    "plugin/ledger/mariadb": {"mysql_ledger", "mysql_reading", "mysql_rows", "mysql_servers",
                              "mysql_sets"},
    "plugin/ledger/sqlite": {"sqlite_reading", "sqlite_rows"},
    "plugin/links": {"dynamic_price", "kinds"},
    "plugin/postbacks": {"amount", "identify", "meaning", "offers", "product", "terms"},
}


def tracked(*folders):
    run = subprocess.run(["git", "-C", SOURCE, "ls-files", *folders], capture_output=True,
                         text=True, check=True)
    return [path for path in run.stdout.splitlines() if os.path.exists(os.path.join(SOURCE, path))]


def read(path):
    with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
        return file.read()


def code(*folders):
    return [path for path in tracked(*folders)
            if path.endswith((".cpp", ".hpp", ".c", ".h", ".py", ".php", ".sh"))]


class StyleTest(unittest.TestCase):
    def test_lines_are_short(self):
        for path in code("plugin", "integration", "tests", "abi"):
            if path == "abi/biller.ffi.h":  # generated: one declaration a line
                continue
            for number, line in enumerate(read(path).splitlines(), 1):
                if len(line) > COLUMNS:
                    self.fail(f"{path}:{number}: {len(line)} columns; break it at {COLUMNS}")

    def test_files_are_short(self):
        for folder, most in LINES.items():
            for path in code(folder):
                lines = read(path).count("\n")
                with self.subTest(path=path):
                    if path in LONG_FILES:
                        self.assertGreater(lines, most, "no exception any more: take it out")
                    else:
                        self.assertLessEqual(lines, most)

    def test_functions_are_short(self):
        # As clang-format leaves them: the body of a function begins behind ") {" and ends with a
        # brace in the column in which it began. Tables and test cases of tables have no branches.
        begin = re.compile(r"^(?: {4})?[\w:~].*\)(?: const| noexcept| override| final)* \{$")
        for path in code("plugin", "integration"):
            if not path.endswith((".cpp", ".hpp", ".c")):
                continue
            lines = read(path).splitlines()
            for number, line in enumerate(lines):
                if not begin.match(line) or re.match(r"^ *(if|for|while|switch|else) ", line):
                    continue
                indent = len(line) - len(line.lstrip())
                if "[&" in line or "](" in line:  # a lambda among statements
                    continue
                size = next((n for n, later in enumerate(lines[number:])
                             if later.startswith(" " * indent + "}")), 0)
                if size > FUNCTION_LINES and (path, line.strip()) not in LONG_FUNCTIONS:
                    self.fail(f"{path}:{number + 1}: {size} lines; {FUNCTION_LINES} are a screen")

    def test_includes_run_one_way(self):
        for path in tracked("plugin"):
            if not path.endswith((".cpp", ".hpp")):
                continue
            room = os.path.dirname(path)[len("plugin") :].lstrip("/")
            self.assertIn(room, ROOMS, path)
            for included in re.findall(r'^#include "([^"]+)"', read(path), re.MULTILINE):
                other = os.path.dirname(included)
                if other == room or included == "biller.h":
                    continue
                with self.subTest(path=path, included=included):
                    self.assertLess(ROOMS.index(other), ROOMS.index(room))
                    self.assertNotIn((room, other), NEIGHBOURS)

    def test_integration_knows_the_contract_alone(self):
        rooms = tuple(room.split("/")[0] + "/" for room in ROOMS)
        own = {os.path.basename(path) for path in tracked("integration", "abi")}
        for path in code("integration"):
            for included in re.findall(r'^#include "([^"]+)"', read(path), re.MULTILINE):
                with self.subTest(path=path):
                    self.assertFalse(included.startswith(rooms), included)
                    self.assertIn(os.path.basename(included), own)

    def test_each_source_has_its_suite(self):
        suites = {os.path.basename(path)[: -len("_tests.cpp")]
                  for path in tracked("tests") if path.endswith("_tests.cpp")}
        for path in tracked("plugin"):
            if not path.endswith(".cpp"):
                continue
            folder, name = os.path.split(path[: -len(".cpp")])
            with self.subTest(path=path):
                self.assertEqual(name not in suites, name in WITHOUT_SUITE.get(folder, set()))

    def test_what_never_stands_in_a_file(self):
        never = [(re.compile(r"\b(TODO|FIXME)\b"), "an issue"),
                 (re.compile(r"(?<![\w.~])/(home|root|work|Users)/\w"), "a path of one machine")]
        for path in tracked("."):
            if path.startswith("tests/fuzz/corpus/") or path.endswith("style_test.py"):
                continue
            try:
                text = read(path)
            except UnicodeDecodeError:
                continue
            for pattern, what in never:
                found = pattern.search(text)
                if found:
                    self.fail(f"{path}: \"{found[0]}\" is {what}")

    def test_the_changelog_has_the_version(self):
        version = re.search(r"project\(\w+ VERSION ([\d.]+)", read("CMakeLists.txt"))[1]
        headings = re.findall(r"^## (.*)$", read("CHANGELOG.md"), re.MULTILINE)
        self.assertTrue(headings)
        is_there = headings[0] == "Unreleased" or headings[0].startswith(version)
        self.assertTrue(is_there, f"the newest heading is {headings[0]}, the version {version}")
        self.assertIn("### ABI", read("CHANGELOG.md").split("\n## ")[1])


unittest.main()
