#!/bin/sh
# The plugin exports the entry and nothing else, and stays mapped after dlclose.
#   exports.sh PLUGIN
set -eu
plugin=$1

exported=$(nm -D --defined-only "$plugin" | awk '{ print $3 }')
if [ "$exported" != biller_entry_v1 ]; then
    echo "$plugin exports, where biller_entry_v1 alone is right:"
    echo "$exported"
    exit 1
fi
if ! readelf -dW "$plugin" | grep -q 'NODELETE'; then
    echo "$plugin lacks the NODELETE flag; link it with -Wl,-z,nodelete"
    exit 1
fi
echo "one exported symbol, NODELETE is set"
