//! What a timeline cannot know of a statement, in words: assumptions, and SQL that could not be read.

use std::collections::BTreeSet;

use super::FAILS;
use crate::review::step::Step;
use crate::schema::operation::OperationKind;
use crate::syntax::statement::StatementKind;

/// What is said of the steps of one statement, each once.
pub(super) fn notes(steps: &[Step<'_>]) -> Vec<String> {
    let mut notes = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        notes.extend(refusal(step));
        notes.extend(unread(step, steps.get(index + 1)));
        if let Some(assumed) = &step.effects.assumed {
            notes.push(format!("assumed, because {assumed}"));
        }
        if !step.impacts.is_empty() && step.operation.body.is_some_and(|body| body.condition.is_some()) {
            notes.push("part of it runs under a condition, and is taken to run".to_owned());
        }
    }
    let mut said = BTreeSet::new();
    notes.retain(|note| said.insert(note.clone()));
    notes
}

/// A statement that will fail because of a transaction.
fn refusal(step: &Step<'_>) -> Option<String> {
    let inside = step.session.transaction.is_some() || step.operation.body.is_some();
    (step.effects.no_transaction && inside).then(|| FAILS.to_owned())
}

fn unread(step: &Step<'_>, next: Option<&Step<'_>>) -> Option<String> {
    let what = match &step.operation.kind {
        OperationKind::Unrecognized(unrecognized) if unrecognized.elsewhere => {
            "this line stands for SQL from elsewhere".to_owned()
        }
        OperationKind::Unrecognized(unrecognized) => format!("could not be read ({})", unrecognized.reason),
        OperationKind::DynamicSql => "runs SQL that is put together at run time".to_owned(),
        OperationKind::AlterAllInTablespace => "alters any number of tables, none of them named".to_owned(),
        // The block of a known procedure follows its call.
        OperationKind::Call { procedure } if !next.is_some_and(opens_body) => {
            format!("the body of {} is not known", procedure.short())
        }
        OperationKind::Inert => match &step.statement.kind {
            StatementKind::Inert { verb } if &**verb == "execute" => "runs a prepared statement".to_owned(),
            StatementKind::Inert { verb } if &**verb == "drop owned" => "drops whatever a role owns".to_owned(),
            _ => return None,
        },
        _ => return None,
    };
    Some(format!("{what}: which locks it takes is not known"))
}

fn opens_body(step: &Step<'_>) -> bool {
    matches!(step.operation.kind, OperationKind::Do { .. })
        && step.operation.body.is_some_and(|body| body.called.is_some())
}
