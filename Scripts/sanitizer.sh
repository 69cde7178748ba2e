# SPDX-License-Identifier: Apache-2.0
#
# Tests under a sanitizer of which it was seen that it sees. Sourced behind setup.sh, never run; the caller sets
# `sanitizer`, as the compiler calls it, `name`, as it calls itself, and `scratch`, the folder to build in.

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# expect_report PROGRAM KIND: builds and runs a program with an error of this kind that is planted on purpose.
expect_report() {
    mkdir -p "$scratch"
    echo "An error that is planted on purpose, in $1:"
    swiftc -sanitize="$sanitizer" -g -swift-version 6 "$1" -o "$scratch/planted"
    if "$scratch/planted" >"$log" 2>&1 || ! grep -q "SUMMARY: $name: .*$2.*planted" "$log"; then
        cat "$log" >&2
        stop "the sanitizer did not report it"
    fi
    echo "reported, as it should be."
}

# test_matching PATTERN [ARGUMENT...]: runs the tests whose names match, with more arguments for `swift test`.
test_matching() {
    swift test --disable-xctest --scratch-path "$scratch" --sanitize="$sanitizer" --filter "$@" 2>&1 | tee "$log"
    if grep -q "SUMMARY: $name" "$log"; then stop "the sanitizer reported an error"; fi
    if ! grep -q 'Test run with [1-9]' "$log"; then stop "no test ran"; fi
}

# test_transport [ARGUMENT...]: the longest test by itself, for it leaves no time to those of time limits.
test_transport() {
    local longest='^CurlTransportTests\.StressTests'
    test_matching '^CurlTransportTests\.' --skip "$longest" "$@"
    test_matching "$longest" "$@"
}
