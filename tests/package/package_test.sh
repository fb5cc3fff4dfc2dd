#!/usr/bin/env bash
# Installs the build into an empty folder and uses it as a host author and an operator would.
#     package_test.sh BUILD-FOLDER CMAKE
set -euo pipefail
build=$1 cmake=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/usr

"$cmake" --install "$build" --prefix "$prefix" >/dev/null

# An operator: the tool finds plugin and example beside itself.
"$prefix/bin/nats-segpay" check "$prefix/share/nats_segpay/segpay.yaml"
"$prefix/bin/nats-segpay" check "$prefix/share/nats_segpay/examples/sandbox.yaml"
"$prefix/bin/nats-segpay" link --kind join --option 101 --set member_id=1 |
    grep -q '/poset.cgi?x-eticketid=162209:3097'

# A host author with CMake.
"$cmake" -S "$here/consumer" -B "$work/consumer" -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
"$cmake" --build "$work/consumer" >/dev/null
"$work/consumer/consumer" | grep -q '^segpay '

# A host author with pkg-config.
export PKG_CONFIG_PATH
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name nats_segpay.pc)")
read -ra flags < <(pkg-config --define-variable=prefix="$prefix" --cflags --libs nats_segpay)
plugin=$(pkg-config --define-variable=prefix="$prefix" --variable=plugin nats_segpay)
c++ -std=c++17 -DNATS_SEGPAY_PLUGIN="\"$plugin\"" "$here/consumer/main.cpp" \
    -o "$work/by-pkg-config" "${flags[@]}"
"$work/by-pkg-config" | grep -q '^segpay '
