"""Makes abi/biller.ffi.h, the form of abi/biller.h that PHP's FFI::cdef reads: preprocessed, with
the integer macros as one enum. With --check it compares instead of writing.

    python3 tests/abi/make_ffi.py CC abi/biller.h abi/biller.ffi.h [--check]
"""

import difflib
import re
import sys

import header

HEAD = """\
/*
 * biller.ffi.h: biller.h as PHP's FFI::cdef reads it. Generated; the documentation is in biller.h.
 * Integer macros are enumerators here, so PHP writes $ffi->BILLER_DONE.
 */
"""


def entry_symbol(source):
    return re.search(r'#define BILLER_ENTRY_SYMBOL "(\w+)"', source)[1]


def ffi_header(compiler, path):
    source = header.read(path)
    enumerators = [f"    {name} = {value}," for name, value in header.constants(source)]
    lines = ["enum {", *enumerators, "};"]
    lines += header.declarations(compiler, source)
    lines.append(f"biller_entry_fn {entry_symbol(source)};")
    return HEAD + "\n".join(lines) + "\n"


def main():
    if len(sys.argv) not in (4, 5) or sys.argv[4:] not in ([], ["--check"]):
        sys.exit(__doc__)
    compiler, source, target = sys.argv[1:4]
    made = ffi_header(compiler, source)
    if not sys.argv[4:]:
        with open(target, "w", encoding="utf-8") as file:
            file.write(made)
        return
    kept = header.read(target)
    if kept != made:
        diff = difflib.unified_diff(
            kept.splitlines(), made.splitlines(), target, source, lineterm=""
        )
        sys.exit("\n".join(diff) + f"\n{target} is out of date: run make_ffi.py without --check")


main()
