#!/usr/bin/env bash
# Builds the wheel with the profile `dev`, which CI has compiled already, and installs it into an empty environment.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$1
# shellcheck source=packaging/tests/lib.sh
source "$root/packaging/tests/lib.sh"

rm -rf "$work/wheels"
cp "$root"/LICENSE-* "$root/packaging/python/"
(cd "$root/packaging/python" && maturin build --quiet --locked --profile dev --compatibility linux --out "$work/wheels")
python3 -m venv --clear "$work/installed"
"$work/installed/bin/pip" install --quiet --no-index --find-links "$work/wheels" switchback-sql
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -1)
expect 0 "switchback $version" "$work/installed/bin/switchback" --version
expect 0 "License-Expression: MIT OR Apache-2.0" unzip -p "$work"/wheels/*.whl '*/METADATA'
expect 0 "LICENSE-MIT" unzip -l "$work"/wheels/*.whl
new_project "$work/wheel"
bad >db/0002_index.sql
expect 1 'error[index-not-concurrent]' "$work/installed/bin/switchback" check --base main db
done_with "the wheel"
