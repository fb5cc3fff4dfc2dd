# Sourced by integration/run.sh and tests/run.sh: brings a Debian 12 machine to the point where the
# project builds. Installs only what is missing; says in one line what it is about to do.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

build_packages=(build-essential cmake ninja-build pkg-config libpoco-dev libssl-dev libyaml-cpp-dev
                libsqlite3-dev libmariadb-dev libmicrohttpd-dev libcli11-dev
                nlohmann-json3-dev python3)

say() { printf '== %s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# install PACKAGE...: those that are not there yet.
install() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' ||
            missing+=("$package")
    done
    if ((${#missing[@]} == 0)); then return; fi
    command -v apt-get >/dev/null || die "please install: ${missing[*]}"
    local as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || die "as root, please run: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    say "Installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# build PRESET [CMAKE-OPTION...] [-- TARGET...]: quiet, unless it fails.
build() {
    local preset=$1 options=() log
    shift
    while (($# > 0)) && [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    shift || true
    say "Building ($preset)"
    log=$(mktemp)
    if ! (cd "$root" && cmake --preset "$preset" "${options[@]}" &&
        cmake --build --preset "$preset" ${1:+--target "$@"}) >"$log" 2>&1; then
        tail -n 60 "$log" >&2
        rm -f "$log"
        die "the build failed"
    fi
    rm -f "$log"
}
