#!/bin/sh
# biller.h and biller.hpp compile without a warning in every dialect that they support, with GCC
# and, where it is installed, with Clang.
#   dialects.sh ABI_FOLDER
set -eu
abi=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
warnings="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"

cat >"$folder/uses.c" <<'C'
#include "biller.h"
int main(void) {
    biller_host host = {0};
    biller_bytes name = biller_text("segpay");
    host.struct_size = sizeof host;
    return BILLER_HAS(biller_host, &host, now_ms) && name.size == 6 ? 0 : 1;
}
C
sed 's/= {0}/= {}/; s/sizeof host/static_cast<uint32_t>(sizeof host)/' "$folder/uses.c" \
    >"$folder/uses.cpp"
cat >"$folder/wrapper.cpp" <<'C'
#include "biller.hpp"
struct Host : biller::Host {
    biller::Answer event(const biller_event&) override { return biller::Answer::done(); }
};
int main() {
    Host host;
    biller::LinkRequest link(BILLER_LINK_JOIN);
    link.set(&biller_link_request::option, "101").ref(1, "a").extra("b", "c");
    biller_event event{};
    event.struct_size = sizeof event;
    const biller::OwnedEvent owned(event);
    size_t texts = 0;
    biller::for_each_text(*owned, [&](const char*, const biller_bytes&) { ++texts; });
    const bool is_named = biller::money_text(owned->amount).empty() && *biller::status_name(7);
    return host.table().struct_size == sizeof(biller_host) && texts && is_named ? 0 : 1;
}
C

try() { # COMPILER STANDARD FILE
    # shellcheck disable=SC2086
    "$1" -std="$2" $warnings -I "$abi" -fsyntax-only "$folder/$3"
    count=$((count + 1))
}

count=0
for compilers in gcc:g++ clang:clang++; do
    c=${compilers%%:*}
    cxx=${compilers##*:}
    command -v "$c" "$cxx" >/dev/null || continue
    for standard in c99 c11 c17; do try "$c" $standard uses.c; done
    for standard in c++11 c++14 c++17 c++20; do try "$cxx" $standard uses.cpp; done
    for standard in c++17 c++20; do try "$cxx" $standard wrapper.cpp; done
done
[ "$count" -gt 0 ] || { echo "neither gcc nor clang was found"; exit 1; }
echo "$count combinations of compiler, dialect and header compile without a warning"
