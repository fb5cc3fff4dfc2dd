"""Compares the layout of every struct of abi/biller.h, as the compiler sees it, and the value of
every constant with abi/layout.golden, which is frozen at a release. With --update it writes the
golden file instead. The C program that measures is made from the header itself, so no struct or
field can be left out; it fails on padding, which is where a field that was missed would show.

    python3 tests/abi/layout.py CC abi/biller.h abi/layout.golden [--update]
"""

import difflib
import os
import subprocess
import sys
import tempfile

import header

PROGRAM = """\
#include "biller.h"
#include <stdio.h>
static size_t end_of_last;
static int has_padding;
static void begin(const char *name, size_t size) {{
    printf("%s %zu\\n", name, size);
    end_of_last = 0;
}}
static void field(const char *owner, const char *name, size_t offset, size_t size) {{
    printf("    %s +%zu %zu\\n", name, offset, size);
    if (offset != end_of_last) {{
        fprintf(stderr, "%s: unnamed bytes before %s\\n", owner, name);
        has_padding = 1;
    }}
    end_of_last = offset + size;
}}
static void end(const char *name, size_t size) {{
    if (size != end_of_last) {{
        fprintf(stderr, "%s: unnamed bytes at its end\\n", name);
        has_padding = 1;
    }}
}}
int main(void) {{
{body}
    return has_padding;
}}
"""


def program(structs):
    body = []
    for name, fields in structs:
        body.append(f'    begin("{name}", sizeof({name}));')
        for field in fields:
            place = f"offsetof({name}, {field}), sizeof((({name} *)0)->{field})"
            body.append(f'    field("{name}", "{field}", {place});')
        body.append(f'    end("{name}", sizeof({name}));')
    return PROGRAM.format(body="\n".join(body))


def measure(compiler, path):
    source = header.read(path)
    structs = header.structs(header.declarations(compiler, source))
    with tempfile.TemporaryDirectory() as folder:
        code, binary = os.path.join(folder, "layout.c"), os.path.join(folder, "layout")
        with open(code, "w", encoding="utf-8") as file:
            file.write(program(structs))
        include = os.path.dirname(os.path.abspath(path))
        subprocess.run([compiler, "-std=c99", "-I", include, "-o", binary, code], check=True)
        run = subprocess.run([binary], stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode != 0:
        sys.exit("name every byte of a struct (reserved), so that it can have a meaning later")
    values = [f"{name} = {value}" for name, value in header.constants(source)]
    return run.stdout + "\n".join(values) + "\n"


def main():
    if len(sys.argv) not in (4, 5) or sys.argv[4:] not in ([], ["--update"]):
        sys.exit(__doc__)
    compiler, source, golden = sys.argv[1:4]
    measured = measure(compiler, source)
    if sys.argv[4:]:
        with open(golden, "w", encoding="utf-8") as file:
            file.write(measured)
        return
    kept = header.read(golden)
    if kept != measured:
        diff = difflib.unified_diff(
            kept.splitlines(), measured.splitlines(), golden, source, lineterm=""
        )
        sys.exit("\n".join(diff) + "\nthe contract has changed; a release allows additions only")


main()
