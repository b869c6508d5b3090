//! The lock each `ALTER TABLE` action asks for. One statement takes the strongest lock any of its actions needs, on the
//! table and on everything the actions reach (manual: ALTER TABLE; facts `multi-alter-strongest-wins`,
//! `add-and-validate-check-one-statement`).

use crate::engine::lock::LockMode::{self, AccessExclusive, ShareRowExclusive, ShareUpdateExclusive};
use crate::syntax::alter::{ActionKind, AlterTable};
use crate::syntax::table::ConstraintKind;

/// Storage parameters that need the strongest lock; all others make do with `ShareUpdateExclusive` (facts
/// `set-user-catalog-table`, `alter-index-gin-fastupdate`, `view-set-security-barrier`, `set-toast-tuple-target`).
const STRONG_PARAMETERS: &[&str] = &[
    "autosummarize",
    "buffering",
    "check_option",
    "fastupdate",
    "gin_pending_list_limit",
    "pages_per_range",
    "security_barrier",
    "security_invoker",
    "user_catalog_table",
];

/// The lock of the whole statement.
pub(super) fn of_statement(alter: &AlterTable) -> LockMode {
    alter.actions.iter().map(|action| of_action(&action.kind)).max().unwrap_or(AccessExclusive)
}

/// The lock of one action by itself.
fn of_action(action: &ActionKind) -> LockMode {
    match action {
        ActionKind::SetStatistics { .. }
        | ActionKind::SetColumnOptions { .. }
        | ActionKind::SetCluster { .. }
        | ActionKind::ValidateConstraint { .. }
        | ActionKind::AttachPartition { .. }
        | ActionKind::DetachPartition { concurrently: true, .. }
        | ActionKind::DetachPartition { finalize: true, .. } => ShareUpdateExclusive,
        ActionKind::SetOptions { .. } | ActionKind::ResetOptions { .. } => of_parameters(action),
        ActionKind::Trigger { .. } | ActionKind::SequenceOptions { .. } => ShareRowExclusive,
        ActionKind::AddConstraint(constraint) if matches!(constraint.kind, ConstraintKind::ForeignKey(_)) => {
            ShareRowExclusive
        }
        _ => AccessExclusive,
    }
}

/// The lock for setting or resetting storage parameters.
pub(super) fn of_parameters(action: &ActionKind) -> LockMode {
    let (ActionKind::SetOptions { options } | ActionKind::ResetOptions { options }) = action else {
        return ShareUpdateExclusive;
    };
    let strong = options.iter().any(|option| STRONG_PARAMETERS.contains(&&*option.name.name));
    if strong { AccessExclusive } else { ShareUpdateExclusive }
}
