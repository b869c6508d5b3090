#!/usr/bin/env bash
# Installs the migration tools that `tests/tools` runs, in the versions of fixtures/tools/package-lock.json and
# requirements.txt, below target/. Needs Node (20.11 or later) with npm, and Python with venv.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools="${CARGO_TARGET_DIR:-target}/tools"

if ! cmp -s fixtures/tools/package-lock.json "$tools/package-lock.json"; then
    rm -rf "$tools/fresh" "$tools/node_modules"
    mkdir -p "$tools/fresh"
    cp fixtures/tools/package.json fixtures/tools/package-lock.json "$tools/fresh/"
    # Not `npm ci`: it wants dbmate's programs for other machines in the lock file.
    npm --prefix "$tools/fresh" install --ignore-scripts --no-audit --no-fund --loglevel=error
    mv "$tools/fresh/node_modules" "$tools/"
    rm -rf "$tools/fresh"
    # Last: it says that everything is there.
    cp fixtures/tools/package-lock.json "$tools/"
fi
if ! cmp -s fixtures/tools/requirements.txt "$tools/requirements.txt"; then
    python3 -m venv --clear "$tools/venv"
    "$tools/venv/bin/pip" install --quiet --requirement fixtures/tools/requirements.txt
    cp fixtures/tools/requirements.txt "$tools/"
fi
