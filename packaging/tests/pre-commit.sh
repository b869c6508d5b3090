#!/usr/bin/env bash
# Runs the hooks by the real pre-commit, in a repository of their own, on commits as people make them.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$1 binary=$2
# shellcheck source=packaging/tests/lib.sh
source "$root/packaging/tests/lib.sh"
export PRE_COMMIT_HOME="$work/pre-commit-home" PRE_COMMIT_COLOR=never
rm -rf "$PRE_COMMIT_HOME"

# pre-commit clones what it runs: this folder as it is, committed or not.
hooks="$work/hooks"
rm -rf "$hooks"
mkdir -p "$hooks"
git -C "$root" ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do [ ! -e "$root/$file" ] || printf '%s\0' "$file"; done |
    tar -C "$root" -cf - --null -T - | tar -xf - -C "$hooks"
(cd "$hooks" && git init --quiet && git add . && git commit --quiet --message hooks)
revision=$(git -C "$hooks" rev-parse HEAD)

# A project with one of the hooks, installed. The rest of the arguments are lines of its entry.
with_hook() {
    new_project "$work/project"
    printf 'repos:\n  - repo: %s\n    rev: %s\n    hooks:\n      - id: %s\n' "$hooks" "$revision" "$1" >.pre-commit-config.yaml
    shift
    [ $# -eq 0 ] || printf '        %s\n' "$@" >>.pre-commit-config.yaml
    git add .
    git commit --quiet --message hook
    git branch --quiet --force main
    expect 0 'installed' pre-commit install
}
commit() { git commit --message "$1"; }

# The program on the PATH: every kind of commit.
mkdir -p "$work/path"
ln -sf "$binary" "$work/path/switchback"
PATH="$work/path:$PATH"
with_hook switchback-system
bad >db/0002_index.sql
git add .
expect 1 'db/0002_index.sql:2:1: error[index-not-concurrent]' commit 'a bad migration'
git mv -f db/0002_index.sql db/0002_city.sql
good city >db/0002_city.sql
git add .
# What is not staged is not committed, and so not checked.
bad >>db/0002_city.sql
expect 0 'Passed' commit 'a good migration'
git restore .
# The branch may still change what it adds. What is released may not.
good town >db/0002_city.sql
git add .
expect 0 'Passed' commit 'a change of mind'
printf 'CREATE TABLE users (id bigint PRIMARY KEY, mail text);\n' >db/0001_create.sql
git add .
expect 1 'error[history-rewritten]' commit 'another past'
git restore --staged --worktree .
# Other SQL is no migration, and other files are nobody's business.
mkdir queries
printf 'DROP TABLE users;\n' >queries/users.sql
git add .
expect 0 'Passed' commit 'a query'
printf 'text\n' >README.md
git add .
expect 0 'Skipped' commit 'no SQL at all'
# Code beside migrations of JavaScript is seen, and is none.
mkdir -p src/migrations
printf 'export const answer = 42;\n' >src/migrations/helper.ts
git add .
expect 0 'Passed' commit 'code'
# Two migrations of one commit are one release: nobody uses the table yet.
printf 'CREATE TABLE pets (id bigint PRIMARY KEY, name text);\n' >db/0003_pets.sql
printf 'SET lock_timeout = '"'5s'"';\nCREATE INDEX pets_name ON pets (name);\n' >db/0004_names.sql
git add .
expect 0 'Passed' commit 'a table and its index'
expect 0 'Passed' pre-commit run --all-files
expect 0 'Passed' pre-commit run --from-ref main --to-ref HEAD
# A configuration says where migrations are.
mkdir sql
git mv db sql/changes
printf '[migrations]\npaths = ["sql/changes"]\n' >switchback.toml
git add .
expect 1 'was released as db/0001_create.sql' commit 'moved'
git commit --quiet --message moved --no-verify
git branch --quiet --force main
mkdir -p seeds
printf 'DROP TABLE users;\n' >seeds/0001_seed.sql
git add .
expect 0 'Passed' commit 'numbered, and no migration'
bad >sql/changes/0005_index.sql
git add .
expect 1 'sql/changes/0005_index.sql:2:1: error[index-not-concurrent]' commit 'a bad one there'

# What got past the hook is found later, by the same comparison.
git commit --quiet --message 'a bad one there' --no-verify
expect 1 '0005_index.sql:2:1' pre-commit run --all-files
expect 1 '0005_index.sql:2:1' pre-commit run --from-ref main --to-ref HEAD

# Its arguments can be replaced: here everything that is named is reported on.
with_hook switchback-system 'args: []'
bad >db/0002_index.sql
git add .
git commit --quiet --message 'not checked' --no-verify
git branch --quiet --force main
expect 1 'error[index-not-concurrent]' pre-commit run --all-files

# The first commit of all is checked too.
new_project "$work/first"
git checkout --quiet --orphan first
cp "$work/project/.pre-commit-config.yaml" .
sed -i '/args/d' .pre-commit-config.yaml
git branch --quiet --delete --force main topic
pre-commit install >/dev/null
bad >db/0002_index.sql
git add .
expect 0 'Passed' commit 'everything is new, the table too'

# The wheel: pip takes ours, and never the registry.
export PIP_NO_INDEX=1 PIP_FIND_LINKS="$work/wheels $work/build-tools"
with_hook switchback
bad >db/0002_index.sql
git add .
expect 1 'db/0002_index.sql:2:1: error[index-not-concurrent]' commit 'a bad migration'
good city >db/0002_index.sql
git add .
expect 0 'Passed' commit 'a good migration'
expect 0 'switchback-sql' find "$PRE_COMMIT_HOME" -maxdepth 6 -iname 'switchback_sql-*.dist-info' -printf 'switchback-sql\n'
unset PIP_NO_INDEX PIP_FIND_LINKS

# From source: cargo compiles it. Nothing is said of how fast it runs, so that it need not be optimized.
export CARGO_TARGET_DIR="$work/cargo" CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
with_hook switchback-src
bad >db/0002_index.sql
git add .
expect 1 'db/0002_index.sql:2:1: error[index-not-concurrent]' commit 'a bad migration'
done_with "the hooks of pre-commit"
