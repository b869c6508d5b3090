#!/usr/bin/env bash
# What action.yml runs: gets the program, checks migrations, says what came of it. Every input comes in the environment, as
# SWITCHBACK_ACTION_*, and is only ever used between double quotes. Works with the bash 3.2 of macOS.
set -euo pipefail

# The release that belongs to this version of the action. A test holds it against Cargo.toml.
own_version="0.1.0"
releases="${SWITCHBACK_RELEASES:-https://github.com/switchback-sql/switchback/releases/download}"

fail() {
    printf '::error title=Switchback::%s\n' "$1"
    exit 2
}

# The lines of a text, without empty ones, in the array `lines`.
split_lines() {
    lines=()
    local line
    while IFS= read -r line || [ -n "$line" ]; do
        line="${line%$'\r'}"
        [ -z "${line//[[:space:]]/}" ] || lines+=("$line")
    done <<<"$1"
}

# The target of this machine. On Linux the static build, which runs everywhere.
target() {
    local system machine
    system=$(uname -s) machine=$(uname -m)
    case "$machine" in
    x86_64 | amd64) machine=x86_64 ;;
    arm64 | aarch64) machine=aarch64 ;;
    esac
    case "$system-$machine" in
    Linux-x86_64 | Linux-aarch64) echo "$machine-unknown-linux-musl" ;;
    Darwin-x86_64 | Darwin-aarch64) echo "$machine-apple-darwin" ;;
    MINGW*-x86_64 | MSYS*-x86_64 | CYGWIN*-x86_64) echo "x86_64-pc-windows-msvc" ;;
    *) return 1 ;;
    esac
}

download() {
    curl --fail --silent --show-error --location --proto '=https,file' --retry 3 --output "$2" "$1"
}

sha256_of() {
    if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# Downloads the release `version`, and sets `binary`.
install() {
    local version=$1 expected=$2 target name archive found
    [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || fail "'version' is not like $own_version"
    target=$(target) || fail "there is no prebuilt program for $(uname -s) on $(uname -m): build it, and name it in 'binary'"
    name="switchback-$target-v$version"
    archive="$name.tgz"
    # Programs of Unix take the drive letter of a path on Windows for something else.
    cd "$temporary"
    download "$releases/v$version/$archive" "$archive" || fail "the release v$version cannot be downloaded"
    if [ -z "$expected" ]; then
        download "$releases/v$version/$archive.sha256" "$archive.sha256" ||
            fail "the checksum of the release v$version cannot be downloaded"
        expected=$(cut -d ' ' -f 1 "$archive.sha256")
    fi
    [[ $expected =~ ^[0-9a-f]{64}$ ]] || fail "the checksum to compare with is not the 64 digits of a SHA-256"
    found=$(sha256_of "$archive")
    [ "$found" = "$expected" ] || fail "$archive has the checksum $found, not $expected: it is not what was released"
    tar -xzf "$archive"
    cd "$started"
    binary="$temporary/$name/switchback"
    [ -x "$binary" ] || binary="$binary.exe"
}

started=$PWD
temporary=$(mktemp -d "${RUNNER_TEMP:-/tmp}/switchback.XXXXXX")
binary="${SWITCHBACK_ACTION_BINARY:-}"
[ -n "$binary" ] || install "${SWITCHBACK_ACTION_VERSION:-$own_version}" "${SWITCHBACK_ACTION_CHECKSUM:-}"

case "$binary" in
/* | [A-Za-z]:*) ;;
*/*) binary="$started/$binary" ;;
esac
sarif="${SWITCHBACK_ACTION_SARIF_FILE:-$temporary/switchback.sarif}"
cd "${SWITCHBACK_ACTION_WORKING_DIRECTORY:-.}" || fail "'working-directory' is not there"
# The next step, which uploads it, runs somewhere else.
case "$sarif" in
/* | [A-Za-z]:*) ;;
*) sarif="$PWD/$sarif" ;;
esac
case "$sarif" in
*$'\n'* | *$'\r'*) fail "'sarif-file' has more than one line" ;;
esac

arguments=(check --output "sarif=$sarif" --output "json-lines=$temporary/findings")
[ -z "${SWITCHBACK_ACTION_BASE:-}" ] || arguments+=("--base=$SWITCHBACK_ACTION_BASE")
[ -z "${SWITCHBACK_ACTION_CONFIG:-}" ] || arguments+=("--config=$SWITCHBACK_ACTION_CONFIG")
[ -z "${SWITCHBACK_ACTION_FAIL_ON:-}" ] || arguments+=("--fail-on=$SWITCHBACK_ACTION_FAIL_ON")
[ "${SWITCHBACK_ACTION_ANNOTATIONS:-true}" != true ] || arguments+=(--output-format github)
[ "${SWITCHBACK_ACTION_SUMMARY:-true}" != true ] || arguments+=(--github-summary)
split_lines "${SWITCHBACK_ACTION_ARGS:-}"
arguments+=(${lines[@]+"${lines[@]}"} --)
split_lines "${SWITCHBACK_ACTION_PATHS:-}"
arguments+=(${lines[@]+"${lines[@]}"})

status=0
"$binary" "${arguments[@]}" || status=$?
findings=0
[ ! -f "$temporary/findings" ] || findings=$(grep -c '' "$temporary/findings" || true)
{
    echo "exit-code=$status"
    echo "findings=$findings"
    [ ! -f "$sarif" ] || echo "sarif-file=$sarif"
} >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$status"
