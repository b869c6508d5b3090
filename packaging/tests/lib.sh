# shellcheck shell=bash
# What the tests of packages share: a repository to work in, and expectations that say what they met instead.

# Git that reads no configuration but its own, and always knows who commits.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com

checks=0

# Runs a command: `expect CODE TEXT COMMAND…`. Its exit code has to be CODE, and its output has to hold TEXT.
expect() {
    local code=$1 text=$2 output status=0
    shift 2
    output=$("$@" 2>&1) || status=$?
    if [ "$status" -ne "$code" ] || [[ $output != *"$text"* ]]; then
        printf '%s\nfailed: %s\nexpected exit code %s and "%s", got exit code %s\n' "$output" "$*" "$code" "$text" "$status" >&2
        exit 1
    fi
    checks=$((checks + 1))
}

# A folder with a released migration on `main`, in which a branch `topic` is checked out.
new_project() {
    rm -rf "$1"
    mkdir -p "$1/db"
    cd "$1" || exit
    git init --quiet --initial-branch=main
    echo 'CREATE TABLE users (id bigint PRIMARY KEY, email text);' >db/0001_create.sql
    git add .
    git commit --quiet --message released --no-verify
    git switch --quiet --create topic
}

# Migrations that are found fault with, and not.
bad() { printf 'SET lock_timeout = '"'5s'"';\nCREATE INDEX users_email ON users (email);\n'; }
good() { printf 'SET lock_timeout = '"'5s'"';\nALTER TABLE users ADD COLUMN %s text;\n' "$1"; }

done_with() { echo "$1: $checks checks"; }
