#!/usr/bin/env bash
# Packs the npm packages for this machine, installs them into an empty folder, and runs the program through npx.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$1 binary=$2
# shellcheck source=packaging/tests/lib.sh
source "$root/packaging/tests/lib.sh"
export npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false npm_config_offline=true

target=$(rustc -vV | sed -n 's/^host: //p')
rm -rf "$work/tarballs"
node "$root/packaging/npm/build.mjs" "$work/tarballs" "$target=$binary"
expect 1 'no platform in platforms.json' node "$root/packaging/npm/build.mjs" "$work/nothing" "z80-none=$binary"

new_project "$work/npm"
printf '{ "private": true }\n' >package.json
bad >db/0002_index.sql
# The packages of other platforms are nowhere: as on a registry that lacks them, npm goes on without.
npm install --silent --no-save "$work"/tarballs/*.tgz
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -1)
expect 0 "switchback $version" npx switchback --version
expect 1 'error[index-not-concurrent]' npx switchback check --base main db
expect 2 'does not exist' npx switchback check nowhere
expect 0 '"provenance": true' cat node_modules/switchback-sql/package.json
expect 0 '' test -f node_modules/switchback-sql/LICENSE-MIT

# Another program can be named, and what ends it ends the launcher.
launcher=node_modules/switchback-sql/bin/switchback.js
printf '#!/bin/sh\nkill -TERM $$\n' >dies.sh
printf '#!/bin/sh\ntrap "exit 7" TERM\necho ready\nwhile :; do sleep 0.1; done\n' >waits.sh
chmod +x dies.sh waits.sh
expect 143 '' env SWITCHBACK_BINARY="$PWD/dies.sh" node "$launcher"
expect 2 'cannot be run' env SWITCHBACK_BINARY="$PWD/nowhere" node "$launcher"
signalled() {
    SWITCHBACK_BINARY="$PWD/waits.sh" node "$launcher" >ready &
    local launched=$!
    for _ in $(seq 100); do
        [ -s ready ] && break
        sleep 0.1
    done
    kill -TERM "$launched"
    wait "$launched"
}
expect 7 '' signalled

# Without the package of the platform it says what to do.
rm -rf node_modules/@switchback-sql
expect 2 'is not installed' node "$launcher" --version
expect 2 'omit=optional' node "$launcher" --version
done_with "the npm packages"
