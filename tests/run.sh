#!/usr/bin/env bash
# Builds the project and runs all its tests through ctest, or its fuzzers for a while.
#
#     bash tests/run.sh [--preset release|debug|asan-ubsan|tsan] [--soak] [CTEST-OPTION...]
#     bash tests/run.sh --fuzz MINUTES
#
# --soak: only the tests with the label "soak", in their long forms, which take hours: the host
# killed a hundred times at each failpoint and ten thousand times at random, tens of thousands of
# power cuts, every call of the disk and every allocation failed, 500 episodes on three Galera
# nodes. They see SEGPAY_SOAK=1.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../integration/prepare.sh"

if [[ ${1-} == --fuzz ]]; then
    source "$root/tests/fuzz/run.sh"
    fuzz "${2-}"
    exit
fi

preset=release
if [[ ${1-} == --preset ]]; then
    preset=${2-}
    shift 2 || die "usage: bash tests/run.sh [--preset NAME] [--soak] [CTEST-OPTION...]"
fi
if [[ ${1-} == --soak ]]; then
    export SEGPAY_SOAK=1
    shift
    set -- --label-regex '^soak$' "$@"
fi

install "${build_packages[@]}" libboost-test-dev librapidcheck-dev openssl php-cli spin curl \
    mariadb-server galera-4 rsync iproute2 wrk nginx-light php8.2-fpm php8.2-mysql python3-cffi
build "$preset" -DNATS_SEGPAY_TESTS=ON

say "Testing ($preset)"
cd "$root"
exec ctest --preset "$preset" --parallel 2 "$@"
