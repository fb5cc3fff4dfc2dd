#!/usr/bin/env python3
"""Two hosts share one ledger on three Galera nodes. Walks a customer through a sign-up and what
follows: Segpay's postbacks come to the first host, and each once more to the second, and there is
one effect of each. Then keeps everything running until Ctrl-C, and prints how to disturb it.

    python3 integration/cluster/walk.py --build build [--once] [--any-port]
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import galera
import stack
from walk import Walk, interrupt, say

MARK_SECONDS = 20
PORTS = (8080, 8081, 8091, 8082, 8083)


class Two(stack.Stack):
    """Two hosts and the sandbox. The hosts share the ledger, which is the cluster's, and the
    database of members, which is a file here."""

    def __init__(self, build, data, cluster, ports):
        super().__init__(build, data, ports=ports[:3])
        self.second_port, self.second_admin_port = ports[3:]
        self.second_url = f"http://127.0.0.1:{self.second_port}"
        self.second_admin_url = f"http://127.0.0.1:{self.second_admin_port}"
        self.second = None
        self.ledger = None
        self.configs = [self.config_on_mariadb(f"on-n{first}.yaml", cluster.servers(first),
                                               galera.DATABASE, galera.USER, galera.PASSWORD)
                        for first in (1, 2)]

    def start_hosts(self):
        self.config = self.configs[0]
        self.start_host()
        self.second = stack.Program(
            [os.path.join(self.build, "bin", "nats-host"), "--config", self.configs[1],
             "--data", self.data, "--configured-ledger", "--listen",
             f"127.0.0.1:{self.second_port}", "--admin", f"127.0.0.1:{self.second_admin_port}"],
            os.path.join(self.data, "second.log"))
        self.second.await_address(self.second_admin_url)

    def stop(self):
        super().stop()
        if self.second:
            self.second.stop()

    def repeat(self, postback):
        """The same postback, now to the second host. It answers "later" until the first one has
        written the mark of the event, with its next commit or within seconds."""
        sent = urllib.parse.urlsplit(postback["url"])

        def accepted():
            status, body = stack.http("GET", f"{self.second_url}{sent.path}?{sent.query}")
            return status == 200 and {"status": status, "body": body, "accepted": True}
        return {"attempts": [galera.until(accepted, MARK_SECONDS, "the second host accepts it")]}


def wait_for_ctrl_c(world, cluster):
    say("Running until Ctrl-C:")
    say(f"  sign up          {world.host_url}/signup/signup.php and {world.second_url}/...")
    say(f"  operator pages   {world.admin_url}/ and {world.second_admin_url}/")
    say(f"  Segpay sandbox   {world.sandbox_url}/")
    for node in cluster.nodes:
        say(f"  n{node.number}               mariadb -h{node.client_address} -u{galera.USER} "
            f"-p{galera.PASSWORD} {galera.DATABASE}")
    say(f"  disturb a node   python3 {os.path.join(HERE, 'galera.py')} {cluster.folder} "
        "cut|heal|pause|resume|kill|restart|status [NODE]")
    while True:
        for program in (world.host, world.second, world.sandbox):
            if not program.is_running():
                raise stack.Trouble(f"{program.name} has ended")
        time.sleep(1)


def main():
    parser = argparse.ArgumentParser(description="Walks a customer through hosts on a cluster.")
    parser.add_argument("--build", required=True, help="the build folder")
    parser.add_argument("--once", action="store_true", help="stop after the walk")
    parser.add_argument("--any-port", action="store_true", help="free ports instead of the usual")
    options = parser.parse_args()

    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, interrupt)
    ports = tuple(stack.free_port() for _ in PORTS) if options.any_port else PORTS
    data = tempfile.mkdtemp(prefix="nats-segpay-")
    walked = kept = False
    world = None
    try:
        say("Starting three nodes (the first time takes longer)")
        with galera.started(os.path.join(options.build, "cluster-template")) as cluster:
            world = Two(options.build, data, cluster, ports)
            world.start_sandbox("nats-repaired", seed=int(time.time()))
            world.start_hosts()
            say("Ann, whose postbacks come to the first host and then to the second:")
            ann = Walk(world, "ann")
            ann.sign_up()
            ann.later()
            ann.check()
            walked = True
            say("All went well.")
            if not options.once:
                wait_for_ctrl_c(world, cluster)
        return 0
    except KeyboardInterrupt:
        say("Stopped.")
        return 0 if walked else 1
    except galera.NotPermitted as reason:
        say(f"SKIPPED: NO WALK ON THREE NODES, {reason}")
        return 77
    except (stack.Trouble, galera.Trouble) as trouble:
        say(f"It did not go well: {trouble}")
        say(f"Logs are in {data}")
        kept = True
        return 1
    finally:
        if world:
            world.stop()
        if not kept:
            shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
