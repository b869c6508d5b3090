//! What a finding says about the control flow around its statement.

use crate::review::step::Step;
use crate::schema::operation::Asked;
use crate::syntax::object::ConditionKind;

/// A condition longer than this is not repeated.
const LONGEST: usize = 60;

/// "inside IF x > 1: it may not run". Nothing where the condition asks for the very thing that is changed.
pub(super) fn note(step: &Step<'_>) -> Option<String> {
    let asked = step.operation.body?.condition?;
    if asked.condition.guard.is_some() {
        return (!step.operation.guarded)
            .then(|| "guarded by a look into the server's catalog: it may not run".to_owned());
    }
    let text = text(step, asked);
    let place = match (asked.condition.kind, text) {
        (ConditionKind::If, Some(text)) => format!("IF {text}"),
        (ConditionKind::If, None) => "an IF".to_owned(),
        (ConditionKind::Else, Some(text)) => format!("the ELSE of IF {text}"),
        (ConditionKind::Else, None) => "an ELSE".to_owned(),
        (ConditionKind::Case, _) => "a CASE".to_owned(),
        (ConditionKind::Handler, Some(text)) => format!("the exception handler for {text}"),
        (ConditionKind::Handler, None) => "an exception handler".to_owned(),
    };
    Some(format!("inside {place}: it may not run"))
}

/// The text of the condition, where it is short and its file is at hand.
fn text<'s>(step: &'s Step<'_>, asked: Asked<'_>) -> Option<&'s str> {
    let called = step.operation.body.and_then(|body| body.called).map(|site| site.file);
    let source = match asked.file {
        None => step.migration,
        file if file == called => step.source,
        Some(_) => return None,
    };
    let text = asked.condition.span.of(&source.text);
    (!text.is_empty() && text.len() <= LONGEST && !text.contains(['\n', '\r'])).then_some(text)
}
