"""The walk of integration/run.sh: the guide's own templates, as printed and repaired, each postback
sent twice, one effect of each."""

import os
import subprocess
import sys
import unittest

import stack

BUILD = os.environ["BUILD_DIR"]


class WalkTest(unittest.TestCase):
    def test_walk_ends_well(self):
        walk = subprocess.run(
            [sys.executable, "-B", os.path.join(stack.ROOT, "integration", "walk.py"),
             "--build", BUILD, "--once", "--any-port"],
            capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(walk.returncode, 0, walk.stdout + walk.stderr)
        self.assertEqual(walk.stdout.count("each sent twice"), 2, walk.stdout)

    def test_templates_are_the_guides(self):
        """One template as printed, garbled; the same template corrected."""
        with open(os.path.join(stack.ROOT, "integration", "sandbox", "portal.yaml"),
                  encoding="utf-8") as portal:
            text = portal.read()
        self.assertIn("&password=<extra password>¤cycode=<currencycode>&eticketid=<eticketid>",
                      text)
        self.assertIn("&password=<extra password>&currencycode=<currencycode>&eticketid=", text)


if __name__ == "__main__":
    unittest.main()
