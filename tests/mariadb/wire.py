"""A wire to a MariaDB server that can be cut at one command of a client: before the server has it,
or after the server has done it and before the client has its answer. So a COMMIT gets an unknown
outcome. It parses the framing of the protocol, nothing more."""

import enum
import socket
import threading


ANSWER_SECONDS = 10


class Cut(enum.Enum):
    BEFORE = "before"  # the server never gets it
    AFTER = "after"    # the server has done it, the client gets no answer
    MEANWHILE = "meanwhile"  # the server has it, the client is cut off at once


CLOSE_STATEMENT, QUIT = 0x19, 0x01  # commands at the end of a client's work
COMMIT = b"\x03COMMIT"


class Wire:
    """Carries to `target` (host, port). Cuts once, at the command with the number `at`, counted
    from 1 over all connections; every connection that there is then goes with it, later ones live.
    With `only`, other commands than this are not counted."""

    def __init__(self, target, cut=None, at=0, only=None):
        self.target = target
        self.cut = cut
        self.at = at
        self.only = only
        self.commands = []  # their first bytes, in order
        self.to_hold = None  # a command
        self.is_held, self.may_go = threading.Event(), threading.Event()
        self.lock = threading.Lock()
        self.sockets = set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def hold(self, command):
        """The next one like this waits until may_go is set; is_held says that it does."""
        self.to_hold = command
        self.is_held.clear()
        self.may_go.clear()

    def wait_if_held(self, command):
        if command == self.to_hold:
            self.to_hold = None
            self.is_held.set()
            self.may_go.wait(ANSWER_SECONDS)

    def close(self):
        self.listener.close()
        self.drop_all()

    def drop_all(self):
        with self.lock:
            _end(*self.sockets)
            self.sockets.clear()

    def _listen(self):
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(self.target)
            except OSError:
                return
            with self.lock:
                self.sockets |= {client, server}
            link = _Link(self, client, server)
            for carry in (link.carry_commands, link.carry_answers):
                threading.Thread(target=carry, daemon=True).start()

    def is_to_be_cut(self, command):
        if self.only not in (None, command):
            return False
        with self.lock:
            self.commands.append(command[:80])
            return len(self.commands) == self.at


class _Link:
    """One connection."""

    def __init__(self, wire, client, server):
        self.wire = wire
        self.client = client
        self.server = server
        self.is_cut = False
        self.is_answered = threading.Event()

    def carry_commands(self):
        try:
            while True:
                head = _read(self.client, 4)
                body = _read(self.client, int.from_bytes(head[:3], "little"))
                if head[3] == 0 and self.wire.is_to_be_cut(body):
                    self._cut(head + body)
                    return
                self.wire.wait_if_held(body)
                self.server.sendall(head + body)
        except (OSError, EOFError):
            _end(self.client, self.server)
        finally:
            self.client.close()

    def _cut(self, command):
        self.is_answered.clear()
        self.is_cut = True
        if self.wire.cut is not Cut.BEFORE:
            self.server.sendall(command)
        if self.wire.cut is Cut.AFTER and command[4] not in (CLOSE_STATEMENT, QUIT):
            self.is_answered.wait(ANSWER_SECONDS)
        self.wire.drop_all()

    def carry_answers(self):
        try:
            while True:
                data = self.server.recv(65536)
                if not data:
                    raise EOFError
                self.is_answered.set()
                if not self.is_cut:
                    self.client.sendall(data)
        except (OSError, EOFError):
            _end(self.client, self.server)
        finally:
            self.server.close()


def _read(source, size):
    data = b""
    while len(data) < size:
        part = source.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def _end(*sockets):
    for one in sockets:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
