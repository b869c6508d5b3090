//! The list of rules, and nothing else. A rule is `rules/<id>.md` and `src/rules/<id with _>.rs`.

pub(crate) mod support;

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
    autovacuum_disabled => "autovacuum-disabled", Release;
    backfill_before_sync => "backfill-before-sync", Release;
    backfill_in_ddl_transaction => "backfill-in-ddl-transaction", Release;
    backfill_incomplete => "backfill-incomplete", Release;
    blocking_rewrite => "blocking-rewrite", Step;
    blocking_scan => "blocking-scan", Step;
    column_type_change => "column-type-change", Step;
    concurrently_in_transaction => "concurrently-in-transaction", Step;
    constraint_never_validated => "constraint-never-validated", End;
    constraint_validated_on_add => "constraint-validated-on-add", Step;
    contract_before_backfill => "contract-before-backfill", Release;
    contract_before_expand => "contract-before-expand", Release;
    contract_before_soak => "contract-before-soak", Release;
    contract_before_sync_removed => "contract-before-sync-removed", Release;
    declaration_of_unknown => "declaration-of-unknown", End;
    dependent_object_breaks => "dependent-object-breaks", Release;
    discouraged_type => "discouraged-type", Step;
    domain_constraint_scan => "domain-constraint-scan", Step;
    down_does_not_restore => "down-does-not-restore", Release;
    down_loses_data => "down-loses-data", Release;
    down_missing => "down-missing", Release;
    drop_cascade => "drop-cascade", Release;
    drop_database => "drop-database", Step;
    drop_locks_referenced_table => "drop-locks-referenced-table", Release;
    drop_loses_index => "drop-loses-index", Release;
    enum_type => "enum-type", Step;
    enum_value_removed => "enum-value-removed", Release;
    enum_value_used_in_same_transaction => "enum-value-used-in-same-transaction", Release;
    expand_with_contract => "expand-with-contract", Release;
    forbidden_statement => "forbidden-statement", Release;
    forbidden_type => "forbidden-type", Release;
    foreign_key_type_mismatch => "foreign-key-type-mismatch", Release;
    foreign_key_without_index => "foreign-key-without-index", Release;
    history_mismatch => "history-mismatch", Step;
    history_rewritten => "history-rewritten", History;
    identifier_too_long => "identifier-too-long", Step;
    if_not_exists_hides_invalid_index => "if-not-exists-hides-invalid-index", Release;
    index_drop_not_concurrent => "index-drop-not-concurrent", Release;
    index_dropped_before_replacement => "index-dropped-before-replacement", Release;
    index_not_concurrent => "index-not-concurrent", Step;
    integer_primary_key => "integer-primary-key", Step;
    leftover_shadow => "leftover-shadow", End;
    leftover_sync => "leftover-sync", Release;
    lock_timeout_too_long => "lock-timeout-too-long", Release;
    mergeable_alters => "mergeable-alters", Release;
    missing_lock_timeout => "missing-lock-timeout", Release;
    missing_statement_timeout => "missing-statement-timeout", Release;
    mixed_case_name => "mixed-case-name", Step;
    naming_convention => "naming-convention", Release;
    nested_transaction => "nested-transaction", Release;
    not_rerunnable => "not-rerunnable", Release;
    out_of_order => "out-of-order", History;
    partition_locks_parent => "partition-locks-parent", Release;
    point_of_no_return => "point-of-no-return", Release;
    primary_key_builds_index => "primary-key-builds-index", Step;
    primary_key_dropped => "primary-key-dropped", Release;
    published_without_replica_identity => "published-without-replica-identity", Release;
    redundant_index => "redundant-index", Release;
    refresh_not_concurrent => "refresh-not-concurrent", Step;
    refused_statement => "refused-statement", Release;
    reindex_not_concurrent => "reindex-not-concurrent", Step;
    rename_column => "rename-column", Release;
    rename_enum_value => "rename-enum-value", Release;
    rename_schema => "rename-schema", Release;
    rename_table => "rename-table", Release;
    required_column => "required-column", Release;
    required_column_without_default => "required-column-without-default", Step;
    security_definer_without_search_path => "security-definer-without-search-path", Release;
    set_local_outside_transaction => "set-local-outside-transaction", Step;
    set_not_null_scan => "set-not-null-scan", Step;
    several_tables_locked => "several-tables-locked", Release;
    slow_work_under_lock => "slow-work-under-lock", Release;
    sync_one_way => "sync-one-way", Release;
    table_without_primary_key => "table-without-primary-key", Release;
    tighten_before_backfill => "tighten-before-backfill", Release;
    tighten_before_writers => "tighten-before-writers", Release;
    timeout_breaks_concurrent_build => "timeout-breaks-concurrent-build", Step;
    transition_overdue => "transition-overdue", End;
    trigger_disabled => "trigger-disabled", Release;
    truncate_table => "truncate-table", Release;
    unbatched_delete => "unbatched-delete", Step;
    unbatched_update => "unbatched-update", Step;
    unclosed_transaction => "unclosed-transaction", Release;
    unique_constraint_builds_index => "unique-constraint-builds-index", Step;
    unknown_rule => "unknown-rule", Directive;
    unnamed_constraint => "unnamed-constraint", Step;
    unqualified_name => "unqualified-name", Release;
    unrecognized_statement => "unrecognized-statement", Release;
    unused_allow => "unused-allow", Directive;
    validate_in_same_transaction => "validate-in-same-transaction", Release;
    volatile_check => "volatile-check", Step;
    volatile_default => "volatile-default", Step;
    wide_index => "wide-index", Step;
}
