#!/usr/bin/env bash
# Packs a binary for a release: `archive.sh TARGET BINARY OUT`. The names are those that cargo-binstall tries by itself, and
# that the GitHub Action downloads. A checksum comes beside the archive.
set -euo pipefail

target=$1 binary=$2 out=$3
root=$(cd "$(dirname "$0")/.." && pwd)
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -1)
name="switchback-$target-v$version"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir -p "$work/$name" "$out"
cp "$binary" "$root/README.md" "$root/CHANGELOG.md" "$root/LICENSE-MIT" "$root/LICENSE-APACHE" "$work/$name/"
tar -czf "$out/$name.tgz" -C "$work" "$name"
cd "$out"
if command -v sha256sum >/dev/null; then
    sha256sum "$name.tgz" >"$name.tgz.sha256"
else
    shasum -a 256 "$name.tgz" >"$name.tgz.sha256"
fi
echo "$out/$name.tgz"
