#!/usr/bin/env bash
# Shows the plugin at work: builds it, starts a sandbox of Segpay and the reference host on
# loopback, walks customers through a sign-up and what follows, and keeps running until Ctrl-C.
#
#     bash integration/run.sh [--once]
#
# --once stops after the walk; the exit status is 0 if all went well. The ports are 8080 (host),
# 8081 (operator pages) and 8091 (sandbox).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"

case "${1-}" in
    '' | --once) ;;
    *) die "usage: bash integration/run.sh [--once]" ;;
esac

install "${build_packages[@]}"
options=()
[[ -f $root/build/CMakeCache.txt ]] || options=(-DNATS_SEGPAY_TESTS=OFF)
build release "${options[@]}" -- nats_segpay nats-segpay nats-host segpay-sandbox

say "Walking customers through sign-up, renewal, refund and the rest"
exec python3 -B "$root/integration/walk.py" --build "$root/build" "$@"
