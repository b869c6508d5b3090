//! What the rules on ways back say alike.

use crate::review::step::{Release, Step};
use crate::review::way_back::{Left, WayBack};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::span::Span;

/// What takes a migration back, as people call it.
pub(crate) fn name(way: &WayBack<'_>) -> String {
    match &way.migration.down {
        Some(down) => down.path.display().to_string(),
        None => format!("the down part of {}", way.migration.path.display()),
    }
}

/// The statement that is not taken back: the one that made what is left, else the first on the same thing.
pub(crate) fn place(release: &Release<'_>, way: &WayBack<'_>, left: &Left) -> Span {
    let made = left.made.filter(|made| made.file == way.file);
    let own = |step: &&Step<'_>| step.file == way.file && left.owner.as_ref() == target(&step.operation.kind);
    made.map(|made| made.span)
        .or_else(|| release.steps.iter().find(own).map(|step| step.operation.span))
        .unwrap_or(way.first)
}

/// What an operation is done to.
fn target<'s>(kind: &'s OperationKind<'_>) -> Option<&'s QName> {
    match kind {
        OperationKind::CreateTable { table: name, .. }
        | OperationKind::Alter { relation: name, .. }
        | OperationKind::CreateIndex { table: name, .. }
        | OperationKind::CreateView { view: name, .. }
        | OperationKind::CreateFunction { name, .. }
        | OperationKind::CreateTrigger { table: name, .. }
        | OperationKind::Drop { on: Some(name), .. }
        | OperationKind::Drop { name, on: None, .. }
        | OperationKind::AlterObject { name: Some(name), .. } => Some(name),
        _ => None,
    }
}
