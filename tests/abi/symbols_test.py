"""The test of the list of names: what it must notice once a version is released, and what it lets
pass.

    python3 tests/abi/symbols_test.py CC abi/biller.h abi/symbols
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

COMPILER, HEADER, SYMBOLS = sys.argv[1:4]
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "symbols.py")
MONEY = "typedef struct biller_money {"


class SymbolsTest(unittest.TestCase):
    def setUp(self):
        with open(HEADER, encoding="utf-8") as file:
            self.header = file.read()
        with open(SYMBOLS, encoding="utf-8") as file:
            self.symbols = re.sub("^released .*$", "released 1.0", file.read(), flags=re.MULTILINE)

    def run_on(self, header, *more):
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("biller.h", "symbols")]
            for path, text in zip(paths, (header, self.symbols)):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
            run = subprocess.run([sys.executable, "-B", SCRIPT, COMPILER, *paths, *more],
                                 capture_output=True, text=True, check=False)
            with open(paths[1], encoding="utf-8") as file:
                return run.returncode, run.stderr, file.read()

    def changed(self, old, new):
        self.assertIn(old, self.header)
        return self.header.replace(old, new, 1)

    def test_the_same_is_the_same(self):
        self.assertEqual(self.run_on(self.header)[0], 0)

    def test_what_is_released_stays(self):
        fields = re.search(r"typedef struct biller_money \{\n(.*\n)(.*\n)", self.header)
        for what, header in {
            "renamed": self.changed("uint32_t exponent;", "uint32_t exponents;"),
            "moved": self.header.replace(fields[1] + fields[2], fields[2] + fields[1], 1),
            "in front": self.changed(MONEY, MONEY + " int64_t major;"),
            "gone": self.changed("uint32_t exponent;", ""),
            "value": self.changed("#define BILLER_DONE 1", "#define BILLER_DONE 9"),
            "constant": self.changed("#define BILLER_DONE 1", "#define BILLER_APPLIED 1"),
            "macro": self.changed('#define BILLER_PORTAL_EXTENSION "', '#define BILLER_X "'),
        }.items():
            for more in ([], ["--update"]):
                with self.subTest(what=what, more=more):
                    code, error, symbols = self.run_on(header, *more)
                    self.assertEqual(code, 1, error)
                    self.assertIn("what was released", error)
                    self.assertEqual(symbols, self.symbols)

    def test_what_is_new_comes_with_its_version(self):
        header = self.changed("#define BILLER_ABI_MINOR 0", "#define BILLER_ABI_MINOR 1")
        header = re.sub(r"\} biller_report;", "    uint64_t later;\n} biller_report;", header)
        code, error, _ = self.run_on(header)
        self.assertEqual(code, 1)
        self.assertIn("--update", error)
        code, error, symbols = self.run_on(header, "--update")
        self.assertEqual((code, error), (0, ""))
        self.assertIn("    1.0 next_attempt_at_ms\n    1.1 later\n", symbols)
        self.assertEqual(symbols.replace("    1.1 later\n", ""), self.symbols)


unittest.main(argv=sys.argv[:1])
