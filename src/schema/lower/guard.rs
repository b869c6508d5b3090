//! Conditions that ask whether the very thing is there that the statement adds or takes away: the same as
//! `IF [NOT] EXISTS`.

use crate::schema::operation::{BodyPlace, OperationKind};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Symbol;

/// Whether the condition around `place` asks for what the operation adds or takes away.
pub(super) fn asks_for(kind: &OperationKind<'_>, place: BodyPlace<'_>) -> bool {
    let Some(guard) = place.condition.and_then(|asked| asked.condition.guard.as_ref()) else { return false };
    let named = |name: &Symbol| guard.names.iter().any(|asked| asked == name);
    let (adds, target) = match kind {
        OperationKind::CreateTable { table, .. } => (true, named(&table.name)),
        OperationKind::CreateView { view, .. } => (true, named(&view.name)),
        OperationKind::CreateType { name, .. } | OperationKind::CreateSequence { name, .. } => {
            (true, named(&name.name))
        }
        OperationKind::CreateIndex { def, .. } => (true, def.name.as_ref().is_some_and(|name| named(&name.name))),
        OperationKind::Drop { name, .. } => (false, named(&name.name)),
        OperationKind::Alter { relation, action, .. } => match &action.kind {
            ActionKind::AddColumn { column, .. } => (true, named(&relation.name) && named(&column.name.name)),
            ActionKind::DropColumn { column, .. } => (false, named(&relation.name) && named(&column.name)),
            ActionKind::AddConstraint(constraint) => {
                (true, constraint.name.as_ref().is_some_and(|name| named(&name.name)))
            }
            ActionKind::DropConstraint { constraint, .. } => (false, named(&constraint.name)),
            _ => return false,
        },
        _ => return false,
    };
    target && adds == guard.absent
}
