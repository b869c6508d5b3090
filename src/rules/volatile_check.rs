//! See `rules/volatile-check.md`.

use super::support::edit;
use super::support::end::written;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::OperationKind;
use crate::syntax;
use crate::syntax::expr::Expr;
use crate::syntax::object::ObjectChange;
use crate::syntax::span::Span;
use crate::syntax::table::{Constraint, ConstraintKind};

/// What tells the time. It only ever grows.
const CLOCKS: &[&str] = &[
    "clock_timestamp",
    "current_date",
    "current_timestamp",
    "localtimestamp",
    "now",
    "statement_timestamp",
    "transaction_timestamp",
];

/// What else gives another value tomorrow, to somebody else, or on another server.
const FICKLE: &[&str] = &[
    "current_role",
    "current_setting",
    "current_time",
    "current_user",
    "gen_random_uuid",
    "inet_client_addr",
    "localtime",
    "nextval",
    "random",
    "session_user",
    "timeofday",
    "txid_current",
    "user",
    "uuid_generate_v4",
];

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    for constraint in checks(step) {
        let ConstraintKind::Check(expr) = &constraint.kind else { continue };
        if let Some(call) = fickle(step, expr) {
            report(step, constraint, &call, findings);
        }
    }
}

/// The constraints the step writes, those of domains included.
fn checks<'s>(step: &'s Step<'_>) -> Vec<&'s Constraint> {
    match &step.operation.kind {
        OperationKind::CreateDomain { def, .. } => def.constraints.iter().collect(),
        OperationKind::AlterObject { def, .. } => match &def.change {
            ObjectChange::AddDomainConstraint(constraint) => vec![constraint],
            _ => Vec::new(),
        },
        _ => written(step).into_iter().map(|(constraint, _)| constraint).collect(),
    }
}

/// The call that makes the check say something else tomorrow.
fn fickle(step: &Step<'_>, expr: &Expr) -> Option<String> {
    let built_in = expr.calls.iter().filter(|call| call.schema.as_ref().is_none_or(|it| &*it.name == "pg_catalog"));
    let mut names = built_in.map(|call| &**call.last());
    if let Some(found) = names.clone().find(|name| FICKLE.contains(name)) {
        return Some(found.to_owned());
    }
    let clock = names.find(|name| CLOCKS.contains(name))?;
    let stays = edit::is_elsewhere(step) || stays_true(&step.migration.text, expr.span);
    (!stays).then(|| clock.to_owned())
}

/// Whether a row that is right stays right as time goes by: the clock is only ever what something else is at most, as
/// in `born <= now()`.
fn stays_true(text: &str, span: Span) -> bool {
    let words: Vec<String> =
        syntax::tokens(text, span).iter().map(|token| token.of(text).to_ascii_lowercase()).collect();
    if words.iter().any(|word| word == "not" || word == "case") {
        return false;
    }
    // `x BETWEEN low AND high` is cut in two: the clock may only be the upper bound.
    let mut between = false;
    words.split(|word| word == "and" || word == "or").all(|part| {
        let upper = std::mem::take(&mut between);
        between = part.iter().any(|word| word == "between");
        part.iter()
            .enumerate()
            .filter(|(_, word)| CLOCKS.contains(&word.as_str()))
            .all(|(at, _)| grows(part, at, upper))
    })
}

/// Whether the comparison around the clock at `at` becomes true, if anything, as the clock goes on.
fn grows(part: &[String], at: usize, upper: bool) -> bool {
    let before = part.get(..at).unwrap_or_default();
    let after = part.get(at + 1..).unwrap_or_default();
    let has = |words: &[String], signs: &[&str]| words.iter().any(|word| signs.contains(&word.as_str()));
    let compared = ["<", "<=", ">", ">=", "=", "<>", "!="];
    let subtracted = before.last().is_some_and(|word| word == "-");
    let right_of = has(before, &["<", "<="]) && !has(before, &[">", ">=", "=", "<>", "!="]) && !has(after, &compared);
    let left_of = has(after, &[">", ">="]) && !has(after, &["<", "<=", "=", "<>", "!="]) && !has(before, &compared);
    let bound = upper && !has(before, &compared) && !has(after, &compared);
    !subtracted && (right_of || left_of || bound)
}

fn report(step: &Step<'_>, constraint: &Constraint, call: &str, findings: &mut Findings) {
    let help = if CLOCKS.contains(&call) {
        "compare with what is written down in the row, such as a column created_at timestamptz NOT NULL DEFAULT now():\nCHECK \
         (expires_at > created_at)"
    } else {
        "demand it when the row is written, in a trigger or a policy:\nCREATE TRIGGER … BEFORE INSERT OR UPDATE ON …"
    };
    findings
        .on(step, format!("the check calls {}: a row that passes it today may break it tomorrow", shown(call)))
        .at(edit::place(step, constraint.span))
        .label("not the same answer every time")
        .note(
            "the server checks a row only when it is written: later an unrelated update of it fails, and so does the restore \
             of a dump that holds it",
        )
        .help(help)
        .emit();
}

/// Functions that are called without brackets are keywords.
fn shown(call: &str) -> String {
    let keyword = call.starts_with("current_") && call != "current_setting"
        || matches!(call, "localtime" | "localtimestamp" | "session_user" | "user");
    if keyword { call.to_uppercase() } else { format!("{call}()") }
}
