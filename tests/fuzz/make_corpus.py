#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets into corpus/<target>/, from the stories of tests/data and
the configurations of config/. Files named "seed-..." are its own; findings stay. With --check it
writes nothing and fails when the corpus is not what it would write."""
import pathlib
import re
import shlex
import sys
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WORDS = ("trantype", "action", "stage", "approved")
SECRETS = "&password=canary-1&ccnumber=canary-2"
ACCOUNTS = ("example", "lax", "secret", "sealed")


def raw(piece):
    """A piece for the query as it stands, "\\xA4" being one byte."""
    text = piece.encode()
    return re.sub(rb"\\x([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), text)


def request(words, always, pieces):
    fields = {name: word for name, word in zip(WORDS, words) if word != "-"}
    fields.update(always)
    unchanged = b""
    for piece in pieces:
        if piece.startswith("&"):
            unchanged += raw(piece)
        elif piece.startswith("-"):
            fields.pop(piece[1:], None)
        else:
            name, value = piece.split("=", 1)
            fields[name] = value
    return urllib.parse.urlencode(fields).encode() + unchanged


def stories():
    """Pairs of a name and a list of requests."""
    for file in sorted((ROOT / "tests/data").glob("*.seq")):
        number, always, requests = 0, {}, []
        for line in file.read_text(encoding="utf-8").splitlines() + ["=== End"]:
            if line.startswith("=== "):
                if requests:
                    yield f"{file.stem}-{number:02}", requests
                number, always, requests = number + 1, {}, []
            elif line and not line.startswith("#"):
                words = shlex.split(line.replace("'", "\\'"), posix=True) if "\\x" not in line \
                    else line.split()
                if words[0] == "with":
                    always.update(word.split("=", 1) for word in words[1:])
                elif words[0] not in ("account", "release", "dismiss"):
                    requests.append(request(words[:4], always,
                                            words[words.index("|") + 1:words.index("->")]))


def postbacks(all_stories):
    for number, (name, requests) in enumerate(all_stories):
        yield name, b"\n".join([b"example"] + requests)
        if number % 8 == 0:  # the same in other accounts, ways and moods
            odd = [b"!" + each if at % 3 else b"?body:" + each for at, each in enumerate(requests)]
            account = ACCOUNTS[number // 8 % len(ACCOUNTS)]
            yield f"{name}-{account}", b"\n".join([account.encode()] + odd)
    join = ("trantype=sale&action=Auth&stage=Initial&approved=Yes&purchaseid=1&tranid=2"
            "&price=2.95&currencycode=USD&eticketid=162209:3097")
    yield "secrets", b"\n".join(text.encode() for text in (
        "example", join + SECRETS, "?" + join.replace("tranid=2", "tranid=3") + SECRETS,
        "trantype=gift" + SECRETS, join + "&relatedtranid=no+id" + SECRETS,
        join + "&price=1" + SECRETS))
    yield "secret-parameter", b"\n".join(text.encode() for text in (
        "secret", join + "&natskey=canary-key", join + "&natskey=canary-no", join))
    yield "cut-in-two", ("example\n" + join.replace("&stage", "\tstage")).encode()


def forms(all_stories):
    for number, (name, requests) in enumerate(all_stories):
        if number % 3 == 0:
            yield name, bytes([number % 256]) + b"=" + requests[0]
    yield "limits", b"\x01&" + b"&".join(b"n%d=%%41+%%4" % n for n in range(6))
    yield "separators", b"\x00\x00a\x00&=%+\x00\x00\xff"


def configs():
    for file in sorted((ROOT / "config").rglob("*.yaml")):
        text = file.read_bytes()
        yield file.stem, text
        # Without comments, and with every optional key.
        lines = [line for line in text.split(b"\n") if not re.match(rb"\s*#", line)]
        yield f"{file.stem}-bare", b"\n".join(lines)
        keys = [re.sub(rb"^(\s*)# ?(?=\s*(- )?[a-z_]+:)", rb"\1", line)
                for line in text.split(b"\n")]
        yield f"{file.stem}-full", b"\n".join(keys)
    yield "secret-in-a-wrong-place", b"account: { mode: ${env:SEGPAY_FUZZ} }\n"
    yield "anchors", b"a: &a [1]\nb: *a\n<<: *a\n"
    yield "depth", b"[" * 40
    yield "bytes", b"account: \"\xff\xfe\x00\"\n"


def entries(all_stories):
    """Programs for fuzz_entry: operations by their place in kOperations, then what each takes."""
    def handle(query):
        text = b"\xff" + len(query).to_bytes(2, "big") + query
        # method GET, no body, peer 127.0.0.1, no headers, all structs whole
        return b"\x00" + text + b"\x00\xfe\x02\x00\x00\x00\x00\x00"

    recover, everything = b"\x03\x00\x64\x00", b"\x04\xff\xff" + bytes(8)
    decide = [b"\x05" + bytes([decision]) + b"\xfc\x23\x00\x00\x00\x00"
              for decision in (1, 2, 3)]
    for number, (name, requests) in enumerate(all_stories):
        if number % 2 == 0:  # the host's mood first
            yield name, (bytes([number // 2 % 8]) + b"".join(map(handle, requests[:6])) +
                         b"\x08\x01" + recover + decide[number // 2 % 3] + everything)
    for operation in range(12):  # with whatever follows
        for size in (0, 1, 9, 100):
            yield (f"operation-{operation:02}-{size:03}",
                   bytes([0, operation]) + bytes([size and 1, size, 252]) * 24)


def seed_files():
    """By path, everything that it writes."""
    told = list(stories())
    made = {"fuzz_form": forms(told), "fuzz_postback": postbacks(told), "fuzz_config": configs(),
            "fuzz_entry": entries(told)}
    return {HERE / "corpus" / target / f"seed-{name}": content
            for target, seeds in made.items() for name, content in seeds}


def check(files):
    there = {path: path.read_bytes() for path in (HERE / "corpus").glob("*/seed-*")}
    wrong = sorted(path for path in files.keys() | there.keys()
                   if files.get(path) != there.get(path))
    for path in wrong:
        print(f"{path.relative_to(ROOT)} is not what the stories and configurations make of it")
    if wrong:
        sys.exit("run tests/fuzz/make_corpus.py")


def write(files):
    for old in (HERE / "corpus").glob("*/seed-*"):
        old.unlink()
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def main():
    if sys.argv[1:] == ["--check"]:
        check(seed_files())
    else:
        write(seed_files())


if __name__ == "__main__":
    main()
