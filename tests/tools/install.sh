#!/usr/bin/env bash
# Installs the migration tools that `tests/tools` runs, in the versions of fixtures/tools/package-lock.json and
# requirements.txt, below target/. Needs Node (20.11 or later) with npm, Python with venv, and for those that are libraries
# of Rust libpq-dev.
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

# The libraries of Rust have no program of their own, or one that takes minutes to build: this one runs them.
cargo build --quiet --locked --manifest-path fixtures/tools/rust/Cargo.toml --target-dir "$tools/rust/target"
mkdir -p "$tools/rust/src"
cp fixtures/tools/rust/src/main.rs "$tools/rust/src/"
cp fixtures/tools/rust/Cargo.lock "$tools/rust/"
