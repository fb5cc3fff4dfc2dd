#!/usr/bin/env bash
# Builds the project and runs all its tests through ctest.
#
#     bash tests/run.sh [--preset release|debug|asan-ubsan|tsan] [CTEST-OPTION...]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../integration/prepare.sh"

preset=release
if [[ ${1-} == --preset ]]; then
    preset=${2-}
    shift 2 || die "usage: bash tests/run.sh [--preset NAME] [CTEST-OPTION...]"
fi

install "${build_packages[@]}" libboost-test-dev librapidcheck-dev php-cli
build "$preset" -DNATS_SEGPAY_TESTS=ON

say "Testing ($preset)"
cd "$root"
exec ctest --preset "$preset" "$@"
