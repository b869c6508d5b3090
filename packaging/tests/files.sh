#!/usr/bin/env bash
# Holds the files that other tools read against their schemas and linters: the action, workflows, hooks, the Dockerfile,
# scripts, what `switchback init` writes, and the examples of docs/ci.md.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$1 binary=$2
# shellcheck source=packaging/tests/lib.sh
source "$root/packaging/tests/lib.sh"
cd "$root"

schema() {
    local name=$1
    shift
    expect 0 'ok' check-jsonschema --builtin-schema "vendor.$name" "$@"
}

snippets="$work/snippets"
rm -rf "$snippets"
mkdir -p "$snippets/.github/workflows"
"$binary" init --pre-commit 2>/dev/null >"$snippets/.pre-commit-config.yaml"
"$binary" init --github 2>/dev/null >"$snippets/.github/workflows/switchback.yml"
"$binary" init --gitlab 2>/dev/null >"$snippets/gitlab.yml"
python3 packaging/tests/examples.py docs/ci.md "$snippets"

expect 0 '' python3 packaging/tests/expressions.py action.yml .github/workflows/*.yml "$snippets"/.github/workflows/*.yml
schema github-actions action.yml
schema github-workflows .github/workflows/*.yml "$snippets"/.github/workflows/*.yml
schema gitlab-ci "$snippets"/gitlab*.yml
schema bitbucket-pipelines "$snippets"/bitbucket*.yml
schema circle-ci "$snippets"/circleci*.yml
schema buildkite "$snippets"/buildkite*.yml
expect 0 '' zizmor --offline --no-progress action.yml .github/workflows
# People name our action by its tag: its commit is not known before it is made.
printf 'rules:\n  unpinned-uses:\n    config:\n      policies:\n        "switchback-sql/*": ref-pin\n        "*": hash-pin\n' >"$snippets/zizmor.yml"
expect 0 '' zizmor --offline --no-progress --config "$snippets/zizmor.yml" "$snippets/.github/workflows"
expect 0 '' pre-commit validate-manifest .pre-commit-hooks.yaml
expect 0 '' pre-commit validate-config "$snippets"/.pre-commit-config*.yaml
expect 0 '' hadolint Dockerfile
expect 0 '' shellcheck .ci/run packaging/*.sh packaging/*/*.sh
expect 0 '' node --check packaging/npm/switchback-sql/bin/switchback.js
done_with "files of other tools"
