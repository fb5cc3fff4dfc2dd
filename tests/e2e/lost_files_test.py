"""A ledger, or the host's own database, that is removed, replaced or truncated under the running
host: no postback is answered with success, the log says why, and no file is created in its
place."""

import os
import shutil
import tempfile
import unittest

import stack

BUILD = os.environ["BUILD_DIR"]
SALE = ("/signup/process_segpay.php?action=Auth&stage=Initial&approved=Yes&transtype=Sale"
        "&price=2.95&currencycode=USD&eticketid=162209:3097&memberid=1&purchaseid={0}&transid={0}1")


def remove(path):
    os.unlink(path)


def replace(path):
    shutil.copy(path, path + ".copy")
    os.rename(path + ".copy", path)


def truncate(path):
    os.truncate(path, 0)


class LostFilesTest(unittest.TestCase):
    def world(self):
        data = tempfile.mkdtemp(prefix="segpay-lost-")
        self.addCleanup(shutil.rmtree, data, ignore_errors=True)
        world = stack.Stack(BUILD, data)
        self.addCleanup(world.stop)
        world.start_host()
        return world

    def sell(self, world, purchase):
        status, _ = stack.http("GET", f"http://127.0.0.1:{world.host_port}{SALE.format(purchase)}")
        return status

    def test_nothing_is_acknowledged_into_a_file_that_is_lost(self):
        for name in ("ledger.sqlite", "host.sqlite"):
            for lose, became in ((remove, "removed"), (replace, "replaced by another"),
                                 (truncate, "truncated")):
                with self.subTest(name, became=became):
                    world = self.world()
                    path = os.path.join(world.data, name)
                    self.assertEqual(self.sell(world, 1), 200)
                    world.host.stop()  # so that all of it is in the file, not in its log
                    world.start_host()
                    self.assertEqual(self.sell(world, 2), 200)
                    lose(path)
                    for purchase in (3, 4):
                        self.assertEqual(self.sell(world, purchase), 503)
                    self.assertRegex(world.host.log(),
                                     rf"error.*{name} was {became} while it was open")
                    if lose is remove:
                        self.assertFalse(os.path.exists(path))


if __name__ == "__main__":
    unittest.main()
