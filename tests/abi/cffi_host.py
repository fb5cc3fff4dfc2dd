"""The smallest host in Python: handles postbacks and settles their events by biller.pull/1, outside
every call of the plugin. With cffi, which reads abi/biller.ffi.h as it is.

    python3 cffi_host.py HEADER PLUGIN CONFIG QUERY
"""

import sys

import cffi


class Biller:
    def __init__(self, header, library, config, ledger):
        self.ffi = cffi.FFI()
        with open(header, encoding="utf-8") as file:
            self.ffi.cdef(file.read())
        self.library = self.ffi.dlopen(library)
        self.borrowed = []  # read by the plugin
        self.reason = self.make("biller_reason")
        info = self.make("biller_host_info", minor_max=self.library.BILLER_ABI_MINOR,
                         name=self.say("cffi_host.py"))
        found = self.ffi.new("biller_plugin **")
        self.check(self.library.biller_entry_v1(info, found, self.reason))
        self.plugin = found[0]
        name = self.ffi.new("biller_bytes *", self.say("biller.pull/1"))
        self.pull = self.ffi.cast("biller_pull *", self.plugin.extension(name))
        settings = self.make("biller_config", path=self.say(config), ledger=self.say(ledger))
        opened = self.ffi.new("biller_instance **")
        self.check(self.pull.kept(settings, 0, opened, self.reason))
        self.instance = opened[0]

    def handle(self, queries, apply):
        """Replies (status, disposition) in the order of the queries; `apply` gets the events of a
        round and answers each."""
        replies = [None] * len(queries)
        first = 0
        while first < len(queries):
            requests = [self.request(query) for query in queries[first:]]
            pulled = self.make("biller_pulled")
            self.check(self.pull.take(self.instance, requests, len(requests), pulled,
                                      self.reason))
            taken = pulled.taken
            for number, reply in self.work(pulled, apply):
                replies[first + number] = reply
            first += taken
        self.borrowed.clear()
        return replies

    def recover(self, apply):
        pulled = self.make("biller_pulled")
        self.check(self.pull.due(self.instance, 100, pulled, self.reason))
        list(self.work(pulled, apply))

    def work(self, pulled, apply):
        while True:
            for i in range(pulled.reply_count):
                reply = pulled.replies[i].reply
                yield (pulled.replies[i].request,
                       (reply.status, self.text(reply.disposition_name)))
            events = [pulled.events[i] for i in range(pulled.event_count)]
            if not events:
                break
            texts = [(self.text(each.event.key), self.text(each.event.kind_name))
                     for each in events]
            answers = [self.make("biller_answer", token=each.token, answer=answer)
                       for each, answer in zip(events, apply(texts))]
            self.check(self.pull.settle(self.instance, pulled.round, answers, len(answers), pulled,
                                        self.reason))
        self.pull.end(self.instance, pulled.round)

    def lines(self):
        lines = self.make("biller_pulled_lines")
        self.check(self.pull.lines(self.instance, lines, self.reason))
        return [self.text(lines.lines[i].text) for i in range(lines.count)]

    def request(self, query):
        return self.make("biller_http_request", method=self.say("GET"), query=self.say(query),
                         peer=self.say("127.0.0.1"))

    def make(self, kind, **fields):
        made = self.ffi.new(kind + " *", fields)
        made.struct_size = self.ffi.sizeof(kind)
        self.borrowed.append(made)
        return made

    def say(self, text):
        raw = text.encode()
        self.borrowed.append(self.ffi.new("uint8_t[]", raw or b"\0"))
        return {"data": self.borrowed[-1], "size": len(raw)}

    def text(self, said):
        return self.ffi.buffer(said.data, said.size)[:].decode() if said.data else None

    def check(self, status):
        if status != self.library.BILLER_STATUS_OK:
            raise RuntimeError(self.ffi.string(self.reason.text).decode())


def expect(seen, expected):
    if seen != expected:
        sys.exit(f"cffi_host.py: expected {expected}, got {seen}")


def main(header, plugin, config, query):
    biller = Biller(header, plugin, config, ":memory:")
    books = {}  # by key: a database's content, with the effects

    def apply(events):
        books.update(events)
        return [biller.library.BILLER_DONE for _ in events]

    def put_off(events):
        return [biller.library.BILLER_RETRY for _ in events]

    enable = "action=Enable&purchaseid=26346680"
    expect(biller.handle([query, query, enable, "action=Frobnicate"], apply),
           [(200, "delivered"), (200, "duplicate"), (200, "delivered"), (200, "unknown")])
    expect(list(books.values()), ["join", "member_enable"])
    expect(biller.handle([enable.replace("Enable", "Disable")], put_off), [(503, "deferred")])
    biller.recover(apply)  # not due yet
    expect(list(books.values()), ["join", "member_enable"])
    expect([line for line in biller.lines() if "deferred, attempt 1" in line] != [], True)
    print(f"{len(books)} events applied")


if __name__ == "__main__":
    main(*sys.argv[1:])
