#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets into corpus/<target>/, from the stories of tests/data and
the configurations of config/. Files named "seed-..." are its own; findings stay. With --check it
writes nothing and fails when the corpus is not what it would write."""
import base64
import hmac
import pathlib
import re
import shlex
import sys
import typing
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WORDS = ("trantype", "action", "stage", "approved")
SECRETS = "&password=canary-1&ccnumber=canary-2"
# In the order of fuzz_postback.cpp and fuzz_entry.cpp.
POSTBACK_ACCOUNTS = ("example", "sealed", "secret", "lax", "partners.yaml", "live.yaml",
                     "catalogue.yaml")
ENTRY_ACCOUNTS = ("example", "partners.yaml", "live.yaml", "catalogue.yaml")
START_S = 1_790_000_000  # of the clocks of the targets


def raw(piece):
    """A piece for the query as it is, "\\xA4" being one byte."""
    text = piece.encode()
    return re.sub(rb"\\x([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), text)


def seal(account, option, always):
    """The seal of a link with the story's fixed parameters, as wire/seal.hpp defines it."""
    config = (ROOT / "tests/data" / account).read_text(encoding="utf-8")
    key = re.search(r"^  keys:\n    - (.+)$", config, re.MULTILINE)[1]
    package = re.search(r"^    package: (\d+)$", config, re.MULTILINE)[1]
    said = [always.get(name, "") for name in ("memberid", "session", "merchantpartnerid")]
    facts = [package, option, *said] + [""] * 5  # neither cross sells nor upsells
    time = START_S.to_bytes(4, "big")
    message = time + "".join(f"{len(fact)}:{fact}" for fact in facts).encode()
    digest = hmac.digest(key.encode(), message, "sha256")[:16]
    return base64.b32encode(time + digest).decode().lower()


class Story(typing.NamedTuple):
    name: str
    account: str
    requests: list


def request(account, words, always, pieces):
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
    if fields.get("natsseal", "").startswith("@"):
        fields["natsseal"] = seal(account, fields["natsseal"][1:], always)
    return urllib.parse.urlencode(fields).encode() + unchanged


def stories():
    for file in sorted((ROOT / "tests/data").glob("*.seq")):
        number, account, always, requests = 0, "example", {}, []
        for line in file.read_text(encoding="utf-8").splitlines() + ["=== End"]:
            if line.startswith("=== "):
                if requests:
                    yield Story(f"{file.stem}-{number:02}", account, requests)
                number, account, always, requests = number + 1, "example", {}, []
            elif line and not line.startswith("#"):
                words = shlex.split(line.replace("'", "\\'"), posix=True) if "\\x" not in line \
                    else line.split()
                if words[0] == "with":
                    always.update(word.split("=", 1) for word in words[1:])
                elif words[0] == "account":
                    account = words[1]
                elif words[0] not in ("release", "dismiss"):
                    requests.append(request(account, words[:4], always,
                                            words[words.index("|") + 1:words.index("->")]))


def postbacks(all_stories):
    def seed(account, requests):
        return bytes([POSTBACK_ACCOUNTS.index(account)]) + b"\n".join(requests)
    for number, story in enumerate(all_stories):
        yield story.name, seed(story.account, story.requests)
        if number % 8 == 0:  # the same in other accounts, ways and host behaviours
            odd = [b"!" + each if at % 3 else b"?body:" + each
                   for at, each in enumerate(story.requests)]
            other = POSTBACK_ACCOUNTS[number // 8 % len(POSTBACK_ACCOUNTS)]
            yield f"{story.name}-{pathlib.Path(other).stem}", seed(other, odd)
    join = ("trantype=sale&action=Auth&stage=Initial&approved=Yes&purchaseid=1&tranid=2"
            "&price=2.95&currencycode=USD&eticketid=162209:3097")
    yield "secrets", seed("example", [text.encode() for text in (
        join + SECRETS, "?" + join.replace("tranid=2", "tranid=3") + SECRETS,
        "trantype=gift" + SECRETS, join + "&relatedtranid=no+id" + SECRETS,
        join + "&price=1" + SECRETS)])
    yield "secret-parameter", seed("secret", [text.encode() for text in (
        join + "&natskey=canary-key", join + "&natskey=canary-no", join)])
    yield "cut-in-two", seed("example", [join.replace("&stage", "\tstage").encode()])


def forms(all_stories):
    for number, story in enumerate(all_stories):
        if number % 3 == 0:
            yield story.name, bytes([number % 256]) + b"=" + story.requests[0]
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
    """Programs for fuzz_entry: operations by their place in kOperations, each with its
    arguments."""
    def handle(query):
        text = b"\xff" + len(query).to_bytes(2, "big") + query
        # method GET, no body, peer 127.0.0.1, no headers, all structs complete
        return b"\x00" + text + b"\x00\xfe\x02\x00\x00\x00\x00\x00"

    def take(queries):
        return b"\x0c" + bytes([len(queries)]) + b"".join(
            b"\xff" + len(query).to_bytes(2, "big") + query + b"\x00\x02\x00"
            for query in queries) + b"\x00\x00"

    settle = b"\x0d\x00" + b"\x01\x10" * 3 + b"\x00\x00"
    recover, everything = b"\x03\x00\x64\x00", b"\x04\xff\xff" + bytes(8)
    decide = [b"\x05" + bytes([decision]) + b"\xfc\x23\x00\x00\x00\x00"
              for decision in (1, 2, 3)]
    for number, story in enumerate(all_stories):
        if number % 2 == 0 or story.account != "example":
            account_and_host = bytes([ENTRY_ACCOUNTS.index(story.account), number // 2 % 8])
            yield story.name, (account_and_host + b"".join(map(handle, story.requests[:6])) +
                               b"\x08\x01" + recover + decide[number // 2 % 3] + everything)
            yield f"{story.name}-pulled", (account_and_host + b"".join(
                take(story.requests[first:first + 3]) + settle + settle
                for first in range(0, 6, 3) if story.requests[first:]) + everything)
    for operation in range(16):  # followed by any bytes
        for size in (0, 1, 9, 100):
            yield (f"operation-{operation:02}-{size:03}",
                   bytes([0, 0, operation]) + bytes([size and 1, size, 252]) * 24)


def seed_files():
    """Its whole output, by path."""
    read = list(stories())
    made = {"fuzz_form": forms(read), "fuzz_postback": postbacks(read), "fuzz_config": configs(),
            "fuzz_entry": entries(read)}
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
