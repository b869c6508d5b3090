#!/usr/bin/env bash
# Installs the migration tools that `tests/tools` runs, in the versions of fixtures/tools/package-lock.json, below target/.
# Needs Node with npm.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools="${CARGO_TARGET_DIR:-target}/tools"
if cmp -s fixtures/tools/package-lock.json "$tools/package-lock.json"; then exit; fi
rm -rf "$tools"
mkdir -p "$tools/fresh"
cp fixtures/tools/package.json fixtures/tools/package-lock.json "$tools/fresh/"
# Not `npm ci`: it wants dbmate's programs for other machines in the lock file.
npm --prefix "$tools/fresh" install --ignore-scripts --no-audit --no-fund --loglevel=error
mv "$tools/fresh/node_modules" "$tools/fresh/package.json" "$tools/"
# Last: it says that everything is there.
cp fixtures/tools/package-lock.json "$tools/"
rm -rf "$tools/fresh"
