"""Loads the plugin the way a host in Python would, with the standard library alone: negotiates,
is refused with a version that does not exist, and reads the reason after the call.

    python3 ctypes_load.py PLUGIN CONFIG
"""

import ctypes
import sys
from ctypes import POINTER, byref, c_char, c_size_t, c_uint8, c_uint32, c_void_p

STATUS_OK = 0
STATUS_VERSION = 1
STATUS_CONFIG = 3


class Bytes(ctypes.Structure):
    _fields_ = [("data", POINTER(c_uint8)), ("size", c_size_t)]

    @classmethod
    def of(cls, text):
        raw = text.encode()
        return cls((c_uint8 * max(1, len(raw))).from_buffer_copy(raw or b"\0"), len(raw))

    def text(self):
        return ctypes.string_at(self.data, self.size).decode() if self.data else None


class Reason(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("status", c_uint32),
        ("outcome", c_uint32),
        ("code", c_char * 36),
        ("text", c_char * 976),
    ]

    def __init__(self):
        super().__init__(struct_size=ctypes.sizeof(Reason))


class HostInfo(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("minor_min", c_uint32),
        ("minor_max", c_uint32),
        ("reserved", c_uint32),
        ("name", Bytes),
    ]

    def __init__(self, minor_min, minor_max):
        super().__init__(ctypes.sizeof(HostInfo), minor_min, minor_max, 0, Bytes.of("ctypes"))


class Config(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("path", Bytes),
        ("text", Bytes),
        ("ledger", Bytes),
    ]


class Problem(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("line", c_uint32),
        ("column", c_uint32),
        ("severity", c_uint32),
        ("file", Bytes),
        ("message", Bytes),
    ]


ProblemCallback = ctypes.CFUNCTYPE(c_uint32, c_void_p, POINTER(Problem))


class ProblemSink(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("reserved", c_uint32),
        ("context", c_void_p),
        ("problem", ProblemCallback),
    ]


Check = ctypes.CFUNCTYPE(c_uint32, POINTER(Config), POINTER(ProblemSink), POINTER(Reason))


class Plugin(ctypes.Structure):
    """The beginning of biller_plugin; struct_size allows a reader to know only a part."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("minor", c_uint32),
        ("name", Bytes),
        ("version", Bytes),
        ("check", Check),
    ]


def expect(is_true, what):
    if not is_true:
        sys.exit(f"ctypes_load.py: {what}")


def check(plugin, config):
    """(status, messages) of biller_plugin.check."""
    messages = []

    def keep(_context, problem):
        messages.append(f"{problem[0].line}: {problem[0].message.text()}")
        return 1

    callback = ProblemCallback(keep)
    sink = ProblemSink(ctypes.sizeof(ProblemSink), 0, None, callback)
    reason = Reason()
    return plugin.check(byref(config), byref(sink), byref(reason)), messages


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    entry = ctypes.CDLL(sys.argv[1]).biller_entry_v1
    entry.argtypes = [POINTER(HostInfo), POINTER(POINTER(Plugin)), POINTER(Reason)]
    entry.restype = c_uint32

    table, reason = POINTER(Plugin)(), Reason()
    status = entry(byref(HostInfo(71, 79)), byref(table), byref(reason))
    text = reason.text.decode()
    expect(status == STATUS_VERSION == reason.status, f"1.71 to 1.79 gave status {status}")
    expect(not table, "a refusal must leave the table NULL")
    for version in ("1.71", "1.79", "1.0"):
        expect(version in text, f'"{text}" does not name {version}')

    status = entry(byref(HostInfo(0, 0)), byref(table), byref(reason))
    expect(status == STATUS_OK and table, f"1.0 gave status {status}: {reason.text.decode()}")
    plugin = table[0]
    expect(plugin.name.text() == "segpay", f"the name is {plugin.name.text()}")

    size = ctypes.sizeof(Config)
    good = Config(size, 0, Bytes.of(sys.argv[2]), Bytes(), Bytes())
    status, messages = check(plugin, good)
    expect(status == STATUS_OK and not messages, f"{sys.argv[2]}: status {status}, {messages}")
    bad = Config(size, 0, Bytes.of("bad.yaml"), Bytes.of("sites: 7\n"), Bytes())
    status, messages = check(plugin, bad)
    expect(status == STATUS_CONFIG and messages, f"bad.yaml: status {status}, {messages}")
    print(f"{plugin.name.text()} {plugin.version.text()}; refused as it should: {text}")


main()
