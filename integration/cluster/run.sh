#!/usr/bin/env bash
# Shows several front ends on one ledger: starts three MariaDB nodes with Galera in network
# namespaces, two hosts that prefer different nodes, and the sandbox, and walks a customer through.
#
#     bash integration/cluster/run.sh [--once]
#
# As root. --once stops after the walk. Whatever ends it, nodes, namespaces and data go with it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../prepare.sh"

case "${1-}" in
    '' | --once) ;;
    *) die "usage: bash integration/cluster/run.sh [--once]" ;;
esac
((EUID == 0)) || die "must be root: it makes network namespaces"

install "${build_packages[@]}" mariadb-server galera-4 rsync iproute2
options=()
[[ -f $root/build/CMakeCache.txt ]] || options=(-DNATS_SEGPAY_TESTS=OFF)
build release "${options[@]}" -- nats_segpay nats-segpay nats-host segpay-sandbox

exec python3 -B "$root/integration/cluster/walk.py" --build "$root/build" "$@"
