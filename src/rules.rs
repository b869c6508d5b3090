//! The list of rules, and nothing else. A rule is `rules/<id>.md` and `src/rules/<id with _>.rs`.

mod support;

use crate::rule::{Check, Rule, RuleId};

macro_rules! rules {
    ($($module:ident => $id:literal, $check:ident;)*) => {
        $(mod $module;)*

        /// Every rule, in the order of its name.
        pub static RULES: &[Rule] = &[$(Rule {
            id: RuleId($id),
            spec: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/", $id, ".md")),
            check: Check::$check($module::check),
        }),*];
    };
}

rules! {
    allow_without_reason => "allow-without-reason", Directive;
    attach_partition_scan => "attach-partition-scan", Step;
    backfill_in_ddl_transaction => "backfill-in-ddl-transaction", Release;
    blocking_rewrite => "blocking-rewrite", Step;
    blocking_scan => "blocking-scan", Step;
    column_type_change => "column-type-change", Step;
    concurrently_in_transaction => "concurrently-in-transaction", Step;
    constraint_validated_on_add => "constraint-validated-on-add", Step;
    contract_before_expand => "contract-before-expand", Release;
    domain_constraint_scan => "domain-constraint-scan", Step;
    drop_locks_referenced_table => "drop-locks-referenced-table", Release;
    enum_value_used_in_same_transaction => "enum-value-used-in-same-transaction", Release;
    expand_with_contract => "expand-with-contract", Release;
    history_mismatch => "history-mismatch", Step;
    if_not_exists_hides_invalid_index => "if-not-exists-hides-invalid-index", Release;
    index_drop_not_concurrent => "index-drop-not-concurrent", Release;
    index_dropped_before_replacement => "index-dropped-before-replacement", Release;
    index_not_concurrent => "index-not-concurrent", Step;
    lock_timeout_too_long => "lock-timeout-too-long", Release;
    missing_lock_timeout => "missing-lock-timeout", Release;
    nested_transaction => "nested-transaction", Release;
    partition_locks_parent => "partition-locks-parent", Release;
    primary_key_builds_index => "primary-key-builds-index", Step;
    refresh_not_concurrent => "refresh-not-concurrent", Step;
    refused_statement => "refused-statement", Release;
    reindex_not_concurrent => "reindex-not-concurrent", Step;
    rename_column => "rename-column", Release;
    rename_enum_value => "rename-enum-value", Release;
    rename_schema => "rename-schema", Release;
    rename_table => "rename-table", Release;
    required_column_without_default => "required-column-without-default", Step;
    set_local_outside_transaction => "set-local-outside-transaction", Step;
    set_not_null_scan => "set-not-null-scan", Step;
    several_tables_locked => "several-tables-locked", Release;
    slow_work_under_lock => "slow-work-under-lock", Release;
    timeout_breaks_concurrent_build => "timeout-breaks-concurrent-build", Step;
    unbatched_delete => "unbatched-delete", Step;
    unbatched_update => "unbatched-update", Step;
    unclosed_transaction => "unclosed-transaction", Release;
    unique_constraint_builds_index => "unique-constraint-builds-index", Step;
    unknown_rule => "unknown-rule", Directive;
    unrecognized_statement => "unrecognized-statement", Release;
    unused_allow => "unused-allow", Directive;
    validate_in_same_transaction => "validate-in-same-transaction", Release;
    volatile_default => "volatile-default", Step;
}
