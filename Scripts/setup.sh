# SPDX-License-Identifier: Apache-2.0
#
# What every script begins with: the root of the package, a Swift toolchain, libcurl's headers, Python.
# Sourced, never run. Works in the bash 3.2 of macOS.

set -euo pipefail
trap 'exit 130' INT
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Warnings are errors here and not in the manifest, where they would break a user's build.
strict=(-Xswiftc -warnings-as-errors -Xcc -Werror)

stop() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

# Runs a command and shows what it prints only if it fails.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then cat "$log" >&2; fi
    rm -f "$log"
    return "$status"
}

need_swift() {
    local folder version
    for folder in "$HOME/.local/share/swiftly/bin" "$HOME/.swiftly/bin" /opt/swift/usr/bin /usr/share/swift/usr/bin; do
        if ! command -v swift >/dev/null && [ -x "$folder/swift" ]; then PATH="$folder:$PATH"; fi
    done
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p') || true
    case "$version" in
        "") stop "no Swift toolchain found; install Swift 6.2 or newer from https://www.swift.org/install" ;;
        [1-5].* | 6.[01]) stop "Swift $version is too old; install 6.2 or newer from https://www.swift.org/install" ;;
    esac
}

# The C compiler of the toolchain, or another one that looks in the same places.
c_compiler() {
    local beside
    beside=$(dirname "$(command -v swift)")/clang
    if [ -x "$beside" ]; then echo "$beside"; else command -v clang || command -v cc; fi
}

# Whether libcurl's headers are there, and new enough (7.85.0).
have_curl_headers() {
    printf '%s\n' '#include <curl/curl.h>' '#if LIBCURL_VERSION_NUM < 0x075500' '#error too old' '#endif' |
        "$(c_compiler)" -fsyntax-only -x c - 2>/dev/null
}

need_curl_headers() {
    if have_curl_headers; then return; fi
    install_debian_package libcurl4-openssl-dev ||
        stop "libcurl's headers (7.85 or newer) are missing; install them: $(curl_headers_hint)"
    have_curl_headers || stop "libcurl's headers are still missing or older than 7.85; Debian 12 and Ubuntu 24.04 have newer ones"
}

curl_headers_hint() {
    if [ "$(uname)" = Darwin ]; then
        echo "xcode-select --install"
    elif command -v dnf >/dev/null; then
        echo "dnf install libcurl-devel"
    else
        echo "apt-get install libcurl4-openssl-dev"
    fi
}

need_python() {
    python=$(command -v python3 || true)
    # A Debian without python3-venv has the module venv, and not what it installs.
    if [ -z "$python" ] || ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        install_debian_package python3-venv || stop "Python is missing; install Python 3.11 or newer with its module venv"
        python=$(command -v python3)
    fi
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || stop "Python is too old; install 3.11 or newer"
}

# Installs a package with apt if that can be done without a question, or with one on a terminal.
install_debian_package() {
    local sudo=()
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || return 1
        if sudo -n true 2>/dev/null; then sudo=(sudo -n); elif [ -t 0 ]; then sudo=(sudo); else return 1; fi
    fi
    echo "Installing $1…" >&2
    # The form with a plus is for bash before 4.4, where an empty array counts as unset.
    quietly ${sudo[@]+"${sudo[@]}"} apt-get update &&
        quietly ${sudo[@]+"${sudo[@]}"} env DEBIAN_FRONTEND=noninteractive \
            apt-get -o DPkg::Lock::Timeout=120 install --yes --no-install-recommends "$1"
}
