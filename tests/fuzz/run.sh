# Sourced by tests/run.sh, after integration/prepare.sh: the fuzzers, for so many minutes in all.

fuzz_targets=(fuzz_form fuzz_postback fuzz_config fuzz_entry)
fuzz_packages=(clang libclang-rt-14-dev libboost-test-dev php-cli)

# The arguments of a target beside its corpus.
fuzz_options() {
    case $1 in
        fuzz_form | fuzz_postback) echo "-dict=$root/tests/fuzz/postback.dict" ;;
    esac
}

# fuzz_one TARGET SECONDS: inputs with new coverage go to build-fuzz/corpus, findings to
# build-fuzz/findings; the checkout stays as it is.
fuzz_one() {
    local target=$1 seconds=$2 options
    read -r -a options <<<"$(fuzz_options "$target") "
    mkdir -p "$fuzz_build/corpus/$target"
    "$fuzz_build/bin/$target" "${options[@]}" -max_len=4096 -timeout=20 -detect_leaks=1 \
        -max_total_time="$seconds" -print_final_stats=1 \
        -artifact_prefix="$fuzz_build/findings/$target-" \
        "$fuzz_build/corpus/$target" "$root/tests/fuzz/corpus/$target" \
        >"$fuzz_build/$target.log" 2>&1
}

# fuzz_report TARGET: one line, and the broken property if there is one. False on a finding.
fuzz_report() {
    local target=$1 log=$fuzz_build/$1.log executions finding
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    finding=$(sed -n 's/^.*Test unit written to //p' "$log")
    if [[ -n $executions && -z $finding ]]; then
        printf '%-14s %9s executions, no finding\n' "$target" "$executions"
        return
    fi
    printf '%-14s %9s executions, FINDING: %s\n' "$target" "${executions:-?}" \
        "${finding:-no input was kept}"
    grep -aE -A1 '^does not hold|ERROR: |runtime error: ' "$log" | head -n 6
    printf '%-14s see %s\n' '' "$log"
    return 1
}

# fuzz MINUTES: false when there is a finding.
fuzz() {
    local minutes=$1 at_once seconds target found=0
    [[ $minutes =~ ^[1-9][0-9]*$ ]] || die "usage: bash tests/run.sh --fuzz MINUTES"
    fuzz_build=$root/build-fuzz
    install "${build_packages[@]}" "${fuzz_packages[@]}"
    build fuzz -DNATS_SEGPAY_TESTS=ON -- "${fuzz_targets[@]}"

    at_once=$(nproc)
    if ((at_once > ${#fuzz_targets[@]})); then at_once=${#fuzz_targets[@]}; fi
    seconds=$((minutes * 60 * at_once / ${#fuzz_targets[@]})) # for each
    say "Fuzzing ${#fuzz_targets[@]} targets, $seconds s each, $at_once at a time"
    rm -rf "$fuzz_build/findings"
    mkdir -p "$fuzz_build/findings"
    for target in "${fuzz_targets[@]}"; do
        while (($(jobs -rp | wc -l) >= at_once)); do wait -n || true; done
        fuzz_one "$target" "$seconds" &
    done
    wait || true
    for target in "${fuzz_targets[@]}"; do fuzz_report "$target" || found=1; done
    return "$found"
}
