# What CI runs.
ready:
    bash .ci/run

# Accept generated files: the rule index, help text, rendered diagnostics, snapshots.
update:
    UPDATE=1 INSTA_UPDATE=always cargo test

# Ask a real server whether the facts and the specifications are true. `just oracle DIR --write` writes the facts.
oracle PG_BIN *OPTIONS:
    cargo run --example oracle -- --pg-bin {{PG_BIN}} {{OPTIONS}}

# Format everything; the macro that lists the rules hides their files from cargo fmt.
fmt:
    cargo fmt
    rustfmt --edition 2024 src/rules/*.rs

# Write the stubs of a new rule.
new-rule ID:
    test ! -e rules/{{ID}}.md
    printf '# %s\n\nOne sentence.\n\n```toml\nlevel = "error"\ngroup = "locking"\nengines = ["postgres"]\nsince = "0.1.0"\n```\n\n## Why\n\n## Bad\n\n```sql\nSELECT 1; -- error\n```\n\n## Good\n\n```sql\nSELECT 1;\n```\n' "{{ID}}" > rules/{{ID}}.md
    printf '//! See `rules/%s.md`.\n\nuse crate::review::step::{Release, Step};\nuse crate::rule::Findings;\n\npub(super) fn check(_step: &Step<'"'"'_>, _release: &Release<'"'"'_>, _findings: &mut Findings) {}\n' "{{ID}}" > src/rules/$(echo {{ID}} | tr - _).rs
    @echo "now add the line to the list in src/rules.rs"

# Give every package the same version.
version NEW:
    sed -i 's/^version = ".*"$/version = "{{NEW}}"/' Cargo.toml
    sed -i 's/version="[^"]*"/version="{{NEW}}"/; s/switchback-sql==[^"]*/switchback-sql=={{NEW}}/' setup.py
    sed -i 's/^own_version=".*"$/own_version="{{NEW}}"/' packaging/action/run.sh
    sed -i 's/switchback-sql==[0-9][^ ]*/switchback-sql=={{NEW}}/; s/\(switchback@v\|rev: v\|switchback:\|`:\)[0-9]\+\.[0-9]\+\.[0-9]\+/\1{{NEW}}/' docs/ci.md
    cargo update --workspace

# Make every package, install it, and run it.
packages *NAMES:
    bash packaging/test.sh {{NAMES}}

# Install the migration tools that `cargo test --test tools` runs, below target/.
tools:
    bash tests/tools/install.sh

bench:
    cargo bench
