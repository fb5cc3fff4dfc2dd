"""Compares abi/symbols with abi/biller.h: every type, field, constant and macro of the header, in
its order, with the version that brought it. What a release has brought is neither renamed, moved,
given another value nor taken away; what is new comes behind it and has the present version. With
--update the list is written anew as far as that is allowed.

    python3 tests/abi/symbols.py CC abi/biller.h abi/symbols [--update]
"""

import re
import sys

import header

HEAD = """\
# Every name of biller.h, and the version of the contract that brought it. A host that is to work
# with older plugins tests BILLER_HAS for what is newer than they are.
# Names up to this version are released, and stay as they are:
"""
RELEASED = re.compile(r"^released (none|\d+\.\d+)$", re.MULTILINE)


def version_of(source):
    found = dict(header.constants(source))
    return f"{found['BILLER_ABI_MAJOR']}.{found['BILLER_ABI_MINOR']}"


def names_of(compiler, source):
    """Groups of names; within a group the order counts."""
    lines = header.declarations(compiler, source)
    groups = {"types": [], "constants": []}
    for name, fields in header.structs(lines):
        groups["types"].append(name)
        groups[name] = fields
    for line in lines:
        opaque = re.fullmatch(r"\s*typedef struct (\w+) \1;", line)
        function = re.fullmatch(r"\s*typedef \w+ (\w+)\(.*\);", line)
        if opaque or function:
            groups["types"].append((opaque or function)[1])
    groups["constants"] = [
        f"{name} {value}" for name, value in header.constants(source) if name != "BILLER_ABI_MINOR"
    ]
    macros = re.findall(r'^#define (BILLER_[A-Z0-9_]+)(\(| ")', source, re.MULTILINE)
    groups["macros"] = [name for name, _ in macros]
    return groups


def parse(text):
    """(released, {group: [(name, version)]})."""
    released = RELEASED.search(text)
    if not released:
        header.fail("abi/symbols does not say what is released")
    groups, group = {}, None
    for line in text[released.end() :].splitlines():
        if not line:
            continue
        if not line.startswith(" "):
            group = groups.setdefault(line, [])
            continue
        version, name = line.split(None, 1)
        group.append((name, version))
    return released[1], groups


def number(version):
    return tuple(int(part) for part in version.split("."))


def compared(kept, found, released, present):
    """The list as it should be, and the faults of the header."""
    wrong, groups = [], {}
    is_released = lambda version: released != "none" and number(version) <= number(released)
    for group in kept:
        if group not in found and any(is_released(version) for _, version in kept[group]):
            wrong.append(f"{group} is gone")
    for group, names in found.items():
        versions = dict(kept.get(group, []))
        old = [name for name, version in kept.get(group, []) if is_released(version)]
        # Constants are beside related ones; of a struct the order is its layout.
        is_kept = set(old) <= set(names) if group in ("types", "constants", "macros") else (
            names[: len(old)] == old
        )
        if not is_kept:
            wrong.append(f"{group}: what was released is not there as it was: {', '.join(old)}")
        groups[group] = [(name, versions.get(name, present)) for name in names]
    return groups, wrong


def main():
    if len(sys.argv) not in (4, 5) or sys.argv[4:] not in ([], ["--update"]):
        sys.exit(__doc__)
    compiler, path, list_path = sys.argv[1:4]
    source, text = header.read(path), header.read(list_path)
    released, kept = parse(text)
    groups, wrong = compared(kept, names_of(compiler, source), released, version_of(source))
    if wrong:
        sys.exit("\n".join(wrong))
    lines = [
        line
        for group, names in groups.items()
        for line in ["", group] + [f"    {version} {name}" for name, version in names]
    ]
    anew = HEAD + f"released {released}\n" + "\n".join(lines) + "\n"
    if sys.argv[4:]:
        with open(list_path, "w", encoding="utf-8") as file:
            file.write(anew)
    elif anew != text:
        sys.exit(f"{list_path} does not list what {path} has; run this with --update")


main()
