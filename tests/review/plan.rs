//! The planner by itself: findings, a diff and what was said before go in, actions come out.

use serde_json::json;
use switchback::forge::comment::Dialect;
use switchback::forge::diff::Diff;
use switchback::forge::plan::{Comment, Existing, Manner, Summary, conversation};
use switchback::report::Report;
use switchback::report::remark::{Remarks, Reported};

use crate::common::fixture::{clean, fixture};

fn manner(dialect: Dialect) -> Manner<'static> {
    Manner { key: "services/shop", commit: Some("0123456789abcdef"), claimed: false, dialect, inline: 30 }
}

fn diff(report: &Report<'_>) -> Diff {
    let mut diff = Diff::default();
    for migration in report.migrations {
        let path = migration.path.to_string_lossy().into_owned();
        let lines: Vec<String> = migration.text.split('\n').map(|line| format!("+{line}")).collect();
        diff.add(path.clone(), path, &format!("@@ -0,0 +1,{} @@\n{}", lines.len(), lines.join("\n")));
    }
    diff
}

fn shown(plan: &[switchback::forge::Action]) -> String {
    serde_json::to_string_pretty(plan).unwrap()
}

#[test]
fn everything_is_new() {
    let fixture = fixture();
    let report = fixture.report();
    let remarks = Reported::new(&report);
    let plan = conversation(&remarks, &diff(&report), &Existing::default(), manner(Dialect::Github));
    insta::assert_snapshot!("github", shown(&plan));
    let plan = conversation(&remarks, &diff(&report), &Existing::default(), manner(Dialect::Gitlab));
    insta::assert_snapshot!("gitlab", shown(&plan));
}

#[test]
fn nothing_of_it_is_in_the_change() {
    let fixture = fixture();
    let report = fixture.report();
    let plan = conversation(&Reported::new(&report), &Diff::default(), &Existing::default(), manner(Dialect::Github));
    insta::assert_snapshot!("outside", shown(&plan));
}

#[test]
fn what_is_gone_is_taken_back() {
    let fixture = clean();
    let report = fixture.report();
    let comment = |id: &str, settled, outdated| Comment {
        id: id.to_owned(),
        fingerprint: format!("{id:0>32}"),
        settled,
        outdated,
    };
    let existing = Existing {
        comments: vec![comment("1", false, false), comment("2", true, false), comment("3", false, true)],
        summaries: vec![Summary { id: "9".to_owned(), body: "old".to_owned() }],
        ..Existing::default()
    };
    let plan = conversation(&Reported::new(&report), &Diff::default(), &existing, manner(Dialect::Github));
    insta::assert_snapshot!("clean", shown(&plan));
}

#[test]
fn a_plan_that_is_carried_out_leaves_nothing_to_do() {
    let fixture = fixture();
    let report = fixture.report();
    let remarks = Reported::new(&report);
    let plan = conversation(&remarks, &diff(&report), &Existing::default(), manner(Dialect::Github));
    let mut existing = Existing::default();
    for (number, remark) in remarks.list().iter().enumerate() {
        let fingerprint = remark.fingerprint.clone();
        existing.comments.push(Comment { id: number.to_string(), fingerprint, settled: false, outdated: false });
    }
    let value = json!(plan);
    let body =
        value.as_array().unwrap().iter().find(|action| action["action"] == "post-summary").unwrap()["body"].clone();
    existing.summaries.push(Summary { id: "9".to_owned(), body: body.as_str().unwrap().to_owned() });
    assert_eq!(conversation(&remarks, &diff(&report), &existing, manner(Dialect::Github)), []);
}
