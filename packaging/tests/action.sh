#!/usr/bin/env bash
# Runs the script of the GitHub Action as a runner does: inputs in the environment, some of them hostile.
# shellcheck disable=SC2016 # what is not to be expanded is the point
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$1 binary=$2
# shellcheck source=packaging/tests/lib.sh
source "$root/packaging/tests/lib.sh"

new_project "$work/action"
export RUNNER_TEMP="$work/action/temp" GITHUB_OUTPUT="$work/action/temp/output" GITHUB_STEP_SUMMARY="$work/action/temp/summary"
export GITHUB_ACTIONS=true GITHUB_BASE_REF=main
mkdir -p "$RUNNER_TEMP"
action() { env "$@" "$root/packaging/action/run.sh"; }
program=SWITCHBACK_ACTION_BINARY=$binary
base=SWITCHBACK_ACTION_BASE=auto

# What is new is annotated, counted and written down; what is released is not.
bad >db/0002_index.sql
expect 1 '::error file=db/0002_index.sql,line=2' action "$program" "$base" SWITCHBACK_ACTION_PATHS=db
expect 0 'exit-code=1' cat "$GITHUB_OUTPUT"
expect 0 'findings=1' cat "$GITHUB_OUTPUT"
expect 0 'index-not-concurrent' cat "$(sed -n 's/^sarif-file=//p' "$GITHUB_OUTPUT")"
expect 0 'index-not-concurrent' cat "$GITHUB_STEP_SUMMARY"
expect 1 'db/0002_index.sql:2:1: error' action "$program" "$base" SWITCHBACK_ACTION_ANNOTATIONS=false
expect 0 '' action "$program" "$base" SWITCHBACK_ACTION_FAIL_ON=never
expect 0 '' action "$program" "$base" SWITCHBACK_ACTION_ARGS=$'--ignore\nindex-not-concurrent\n'
expect 2 'no migrations found' action "$program" SWITCHBACK_ACTION_PATHS=temp

# Blanks, globs, commands and quotes are names, and nothing else.
odd='a b $(touch pwned) `touch pwned` *;&|"'"'"
mkdir -p "db/$odd"
bad >"db/$odd/0001_index.sql"
expect 1 '0001_index.sql,line=2' action "$program" SWITCHBACK_ACTION_PATHS="db/$odd"
expect 2 'does not exist' action "$program" SWITCHBACK_ACTION_PATHS='db/*.sql'
expect 2 'does not exist' action "$program" SWITCHBACK_ACTION_PATHS='--help'
expect 1 '0002_index.sql' action "$program" "$base" SWITCHBACK_ACTION_PATHS=$'db/0001_create.sql\r\n\n  \ndb/0002_index.sql\r\n'
expect 2 'there is no revision' action "$program" SWITCHBACK_ACTION_BASE='$(touch pwned)'
expect 2 'is not a version' action "$program" SWITCHBACK_ACTION_ARGS='--engine=postgres@16; touch pwned
--ignore'
expect 2 'more than one line' action "$program" SWITCHBACK_ACTION_SARIF_FILE=$'a\nfindings=0'
expect 0 '' test ! -e pwned

# Paths are seen from the working directory, and what is written is found from everywhere.
mkdir -p services/shop
mv db services/shop/
expect 1 '' action "$program" SWITCHBACK_ACTION_WORKING_DIRECTORY=services/shop SWITCHBACK_ACTION_PATHS=db SWITCHBACK_ACTION_SARIF_FILE='out 1.sarif'
expect 0 "sarif-file=$PWD/services/shop/out 1.sarif" cat "$GITHUB_OUTPUT"
expect 0 '"version"' cat 'services/shop/out 1.sarif'
ln -s "$binary" program
expect 1 '' action SWITCHBACK_ACTION_BINARY=./program SWITCHBACK_ACTION_WORKING_DIRECTORY=services/shop SWITCHBACK_ACTION_PATHS=db

# A release is downloaded and compared with its checksum. The binary of this machine stands for the one that would run here.
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -1)
target="$(uname -m)-unknown-linux-musl"
releases="$work/action/releases"
"$root/packaging/archive.sh" "$target" "$binary" "$releases/v$version" >/dev/null
archive="$releases/v$version/switchback-$target-v$version.tgz"
release=SWITCHBACK_RELEASES=file://$releases
db=SWITCHBACK_ACTION_PATHS=services/shop/db
sum=$(sha256sum "$archive" | cut -d ' ' -f 1)
expect 1 '::error file=services/shop/db/0002_index.sql' action "$release" "$db"
expect 1 '::error file=services/shop/db/0002_index.sql' action "$release" "$db" SWITCHBACK_ACTION_CHECKSUM="$sum"
expect 2 'it is not what was released' action "$release" "$db" SWITCHBACK_ACTION_CHECKSUM="${sum//[0-9]/a}"
expect 2 'not the 64 digits' action "$release" "$db" SWITCHBACK_ACTION_CHECKSUM='x; touch pwned'
expect 2 'cannot be downloaded' action "$release" "$db" SWITCHBACK_ACTION_VERSION=99.0.0
expect 2 "'version' is not like" action "$release" "$db" SWITCHBACK_ACTION_VERSION='0.1.0/../../x'
echo more >>"$archive"
expect 2 'it is not what was released' action "$release" "$db"
expect 0 '' test ! -e pwned
done_with "the GitHub Action"
