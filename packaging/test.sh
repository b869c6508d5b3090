#!/usr/bin/env bash
# Makes every package, installs each as its users do, and runs it. `test.sh NAME…` runs only those of tests/NAME.sh.
# Needs Rust, Python with venv, Node with npm, git, unzip and Debian's `shellcheck`; what requirements.txt lists is installed
# below target/.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work="$root/target/packaging"
mkdir -p "$work"

# The tools, again when their list changes.
if ! cmp -s packaging/requirements.txt "$work/tools/requirements.txt"; then
    python3 -m venv --clear "$work/tools"
    "$work/tools/bin/pip" install --quiet --requirement packaging/requirements.txt
    # What pip needs to build the placeholder of the hook, where it may not ask the registry.
    rm -rf "$work/build-tools"
    "$work/tools/bin/pip" download --quiet --no-deps --dest "$work/build-tools" "$(grep '^setuptools==' packaging/requirements.txt)"
    cp packaging/requirements.txt "$work/tools/"
fi
PATH="$work/tools/bin:$PATH"

cargo build --quiet --locked
binary="${CARGO_TARGET_DIR:-$root/target}/debug/switchback"
# The wheel comes before the hook that installs it.
[ $# -gt 0 ] || set -- files action npm wheel pre-commit
for name; do
    bash "packaging/tests/$name.sh" "$work" "$binary"
done
