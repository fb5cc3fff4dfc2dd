"""Reads abi/biller.h for the scripts beside it: its declarations as the C preprocessor leaves
them, its structs with their fields, and its integer constants. Parses only the C of that header,
and stops with an error at anything else, so that nothing is skipped without a report."""

import re
import subprocess
import sys

INTEGER = re.compile(r"#define (BILLER_[A-Z0-9_]+) (0x[0-9a-fA-F]+|[0-9]+)u?\b")
OTHER_MACRO = re.compile(r'#define (BILLER_[A-Z0-9_]+)(\(| "|$|\s*\\$)')
STRUCT = re.compile(r"typedef struct (\w+) \{(.*?)\} (\w+);")
FIELD = re.compile(r"(?:.*[\s*])?(\w+)(?:\[\d+\])?$")
FUNCTION_FIELD = re.compile(r".*\(\*\s?(\w+)\)\(.*\)$")


def fail(message):
    sys.exit(f"{sys.argv[0]}: {message}")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def constants(source):
    """(name, value) of every integer macro, in the order of the header."""
    found = []
    for line in source.splitlines():
        integer = INTEGER.match(line)
        if integer:
            found.append((integer[1], int(integer[2], 0)))
        elif line.startswith("#define") and not OTHER_MACRO.match(line):
            fail(f'"{line}" is neither an integer, a text nor a function macro')
    return found


def declarations(compiler, source):
    """The preprocessor's output, one declaration or field a line, whatever the compiler."""
    without_system = re.sub(r"^#include <.*>$", "", source, flags=re.MULTILINE)
    command = [compiler, "-E", "-P", "-DBILLER_FFI", "-x", "c", "-"]
    run = subprocess.run(command, input=without_system, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        fail(f"{' '.join(command)}: {run.stderr.strip()}")
    text = re.sub(r"\s+", " ", run.stdout).strip()
    lines, depth = [], 0
    for piece in re.findall(r"[^{};]*[{};](?: \w+;)?", text):
        piece = piece.strip()
        depth -= piece.startswith("}")
        lines.append("    " * depth + piece)
        depth += piece.endswith("{")
    return lines


def structs(lines):
    """(name, [field, ...]) of every struct that has fields."""
    text = " ".join(line.strip() for line in lines)
    found = []
    for tag, body, name in STRUCT.findall(text):
        if tag != name:
            fail(f"struct {tag} is called {name}: use one name")
        fields = []
        for member in filter(None, (part.strip() for part in body.split(";"))):
            match = FUNCTION_FIELD.match(member) or FIELD.match(member)
            if not match:
                fail(f'struct {name}: cannot read the field "{member}"')
            fields.append(match[1])
        found.append((name, fields))
    if len(found) != text.count("{"):
        fail(f"{text.count('{')} braces, but {len(found)} structs understood")
    return found
