//! What strangers may write: names and comments in migrations, and whole reports.

use std::process::Output;

use serde_json::{Value, json};

use crate::fake::Reply;
use crate::hub::{INDEX, PullRequest, all, output};

/// One text with everything that a comment could be turned into.
const EVIL: &str = "x @octocat #1 <img src=x onerror=y> </details> [a](https://evil.example) ![b](https://evil.example) \
    https://evil.example ``` `````` ~~~ \u{0}\u{1b}[2J\u{202e} ##[error]c\n/close\n::error::d\n\
    <!-- switchback:report:v1 key=. -->\n<!-- switchback:finding:v1 key=. id=00000000000000000000000000000000 -->\n\
    ```suggestion\nDROP TABLE users;\n```\n````\n/merge\n| a | b |\n# h";

/// A line of HTML, in which Markdown means nothing.
const FOLDED: &str = "<details><summary>";

/// What is no code, as the hosts' Markdown sees it.
fn prose(body: &str) -> String {
    let mut prose = String::new();
    let mut fence = 0;
    for line in body.split('\n') {
        let run = line.bytes().take_while(|&byte| byte == b'`').count();
        if fence == 0 && run >= 3 && !line[run..].contains('`') {
            fence = run;
        } else if fence > 0 && run >= fence && line[run..].trim().is_empty() {
            fence = 0;
        } else if fence == 0 && line.starts_with(FOLDED) {
            prose.push_str(line);
            prose.push('\n');
        } else if fence == 0 {
            prose.push_str(&without_spans(line));
            prose.push('\n');
        }
    }
    assert_eq!(fence, 0, "a block of code is left open:\n{body}");
    prose
}

/// A line without its code spans: from a run of backticks to the next of the same length.
fn without_spans(line: &str) -> String {
    let (mut kept, mut rest) = (String::new(), line);
    while let Some(at) = rest.find('`') {
        let (before, from) = rest.split_at(at);
        kept.push_str(before);
        let escaped = before.ends_with('\\');
        let length = if escaped { 1 } else { from.bytes().take_while(|&byte| byte == b'`').count() };
        let (run, after) = from.split_at(length);
        if let Some(end) = closing(after, length).filter(|_| !escaped) {
            rest = &after[end..];
        } else {
            kept.push_str(run);
            rest = after;
        }
    }
    kept + rest
}

/// Where the run of `length` backticks that closes a span ends.
fn closing(text: &str, length: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text[at..].find('`') {
        let run = text[at + found..].bytes().take_while(|&byte| byte == b'`').count();
        at += found + run;
        if run == length {
            return Some(at);
        }
    }
    None
}

/// Fails if anything in a comment of ours is more than text.
fn harmless(body: &str) {
    assert!(body.chars().count() <= 65_536);
    assert!(!body.contains(['\0', '\u{1b}', '\u{202e}', '\r']), "{body:?}");
    assert!(!body.contains("##["), "{body}");
    let (marker, rest) = body.split_once('\n').unwrap();
    assert!(marker.starts_with("<!-- switchback:") && marker.ends_with(" -->"), "{body}");
    for line in rest.split('\n') {
        let line = line.trim_start();
        for command in ["/close", "/merge", "::"] {
            assert!(!line.starts_with(command), "{body}");
        }
    }
    let prose = prose(rest);
    // What is escaped opens nothing, but hosts look for names and addresses in what is drawn.
    let (active, drawn) = (without_escapes(&prose), prose.replace('\\', ""));
    let active = active.replace("](https://github.com/switchback-sql/", "");
    for wrong in ["<img", "<!--", "https://evil", "\n# h", "\n| a"] {
        assert!(!active.contains(wrong), "{wrong}: {prose}");
    }
    let linked = active.split('\n').find(|line| !line.starts_with(FOLDED) && line.contains("]("));
    assert_eq!(linked, None);
    for wrong in ["@octocat", "#1", "https://evil"] {
        assert!(!drawn.contains(wrong), "{wrong}: {prose}");
    }
    assert_eq!(active.matches("<details>").count(), active.matches("</details>").count(), "{prose}");
}

fn without_escapes(prose: &str) -> String {
    let mut characters = prose.chars();
    let mut kept = String::new();
    while let Some(c) = characters.next() {
        if c == '\\' {
            characters.next();
        } else {
            kept.push(c);
        }
    }
    kept
}

fn all_harmless(pull: &PullRequest) {
    pull.hub.world(|hub| {
        let said = hub.comments.iter().chain(&hub.reviews).chain(&hub.notes);
        said.for_each(|said| harmless(said["body"].as_str().unwrap()));
        assert!(!hub.notes.is_empty());
    });
}

#[test]
fn names_in_migrations_stay_names() {
    let name = EVIL.replace(['\0', '"'], "");
    let sql = format!(
        "CREATE INDEX \"{name}\" ON users (email);\n-- {}\nALTER TABLE users DROP COLUMN name; -- ##[error]x\nDROP TABLE \"{name}\";\n",
        EVIL.replace('\n', " ")
    );
    let pull = PullRequest::new("names", &[("db/0002_evil.sql", &sql)]);
    let output = pull.review();
    assert_eq!(output.status.code(), Some(1), "{}", all(&output));
    pull.hub.requests();
    all_harmless(&pull);
}

/// The report of the job that has no token.
fn report(pull: &PullRequest) -> Value {
    let arguments = ["db", "--base", "main", "--output", "json=report.json", "--fail-on", "never"];
    let output = pull.repository.check(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", all(&output));
    serde_json::from_str(&std::fs::read_to_string(pull.repository.0.join("report.json")).unwrap()).unwrap()
}

/// Posts a report from a run after another, as GitHub describes one for a fork.
fn post(pull: &PullRequest, report: &str, arguments: &[&str]) -> Output {
    std::fs::write(pull.repository.0.join("report.json"), report).unwrap();
    let head = pull.hub.world(|hub| hub.head.clone());
    let run = json!({ "head_sha": head, "head_branch": "topic/a b", "pull_requests": [], "head_repository": { "owner": { "login": "stranger" } } });
    let mut command = pull.command(&[&["--findings", "report.json"], arguments].concat());
    let event = pull.repository.0.parent().unwrap().join("run.json");
    std::fs::write(&event, json!({ "workflow_run": run }).to_string()).unwrap();
    command.env("GITHUB_EVENT_PATH", event);
    output(command)
}

#[test]
fn a_report_of_another_job_is_posted() {
    let alone = ("switchback.toml", "[migrations]\ntransaction = \"none\"\n");
    let pull = PullRequest::new("claimed", &[alone, ("db/0002_index.sql", INDEX)]);
    let report = report(&pull);
    let output = post(&pull, &report.to_string(), &[]);
    assert_eq!(output.status.code(), Some(1), "{}", all(&output));
    let requests = pull.hub.requests();
    let found = requests.iter().find(|request| request.path == "/repos/o/r/pulls").unwrap();
    assert!(found.query.contains(&("head".to_owned(), "stranger%3Atopic%2Fa%20b".to_owned())), "{:?}", found.query);
    pull.hub.world(|hub| {
        let comment = hub.comments[0]["body"].as_str().unwrap();
        assert!(comment.contains("building index") && !comment.contains("suggestion"), "{comment}");
        let summary = hub.notes[0]["body"].as_str().unwrap();
        assert!(summary.contains("as the job of this pull request reports"), "{summary}");
    });
    post(&pull, &report.to_string(), &[]);
    assert_eq!(pull.hub.changes(), [""; 0]);
}

#[test]
fn a_job_with_leave_and_one_without_know_each_others_comments() {
    let pull = PullRequest::new("both", &[("db/0002_index.sql", INDEX)]);
    let report = report(&pull);
    pull.review();
    pull.hub.requests();
    post(&pull, &report.to_string(), &[]);
    let changes = pull.hub.changes();
    assert_eq!(changes, ["PATCH /repos/o/r/issues/comments/3"], "the statement, and who says it");
}

#[test]
fn paths_of_a_report_are_seen_from_where_it_was_made() {
    let pull = PullRequest::new("prefix", &[("db/0002_index.sql", INDEX)]);
    let report = report(&pull).to_string().replace("db/0002_index.sql", "0002_index.sql");
    post(&pull, &report, &["--prefix", "db"]);
    pull.hub.world(|hub| assert_eq!(hub.comments[0]["path"], "db/0002_index.sql"));
}

#[test]
fn texts_of_a_report_stay_texts() {
    let pull = PullRequest::new("texts", &[("db/0002_index.sql", INDEX)]);
    let mut report = report(&pull);
    let mut second = report["findings"][0].clone();
    for found in [&mut report["findings"][0], &mut second] {
        found["message"] = json!(EVIL);
        found["notes"] = json!([EVIL, EVIL]);
        found["help"] = json!(format!("{EVIL}\n{EVIL}"));
        found["url"] = json!("https://evil.example");
        found["locks"] = json!([{ "relation": EVIL, "mode": "ShareLock", "blocks": ["writes"] }]);
        let place = json!({ "line": 1, "column": 1, "byte": 0 });
        found["related"] = json!([{ "path": EVIL, "start": place, "end": place, "message": EVIL }]);
        let code = json!({ "path": EVIL, "line": 1, "text": EVIL, "sure": true });
        found["code"] = json!({ "revision": EVIL, "total": 2, "places": [code] });
        found["queries"] = json!({ "total": 2, "shown": [{ "text": EVIL, "calls": 1 }] });
        let edit = json!({ "start": place, "end": place, "text": "DROP TABLE users;" });
        found["fix"] = json!({ "title": EVIL, "safety": "safe", "edits": [edit],
            "moved": [{ "name": EVIL, "up": EVIL, "down": EVIL, "transaction": true }] });
        found["plan"] = json!(EVIL);
    }
    second["fingerprint"] = json!("f".repeat(32));
    second["path"] = json!(EVIL.repeat(50));
    report["findings"].as_array_mut().unwrap().push(second);
    let place = json!({ "line": 1, "column": 1, "byte": 0 });
    report["allowed"] = json!([{ "rule": "index-not-concurrent", "level": "error", "message": EVIL, "path": EVIL,
        "start": place, "end": place, "reason": EVIL, "by": "directive" }]);
    let output = post(&pull, &report.to_string(), &[]);
    assert_eq!(output.status.code(), Some(1), "{}", all(&output));
    pull.hub.requests();
    all_harmless(&pull);
    pull.hub.world(|hub| {
        assert_eq!(hub.comments.len(), 1);
        for said in hub.comments.iter().chain(&hub.notes) {
            let body = said["body"].as_str().unwrap();
            assert!(!prose(body).replace('\\', "").contains("```suggestion\n"), "{body}");
        }
    });
    let output = post(&pull, &report.to_string(), &["--check-run"]);
    assert_eq!(output.status.code(), Some(1), "{}", all(&output));
    assert!(!pull.hub.requests().is_empty());
}

#[test]
fn very_many_long_texts_fit_all_the_same() {
    let pull = PullRequest::new("many", &[("db/0002_index.sql", INDEX)]);
    let mut report = report(&pull);
    let first = report["findings"][0].clone();
    let found = (0..2_500).map(|number| {
        let mut found = first.clone();
        found["fingerprint"] = json!(format!("{number:032x}"));
        found["path"] = json!("*_".repeat(500));
        found["message"] = json!("*_".repeat(500));
        found
    });
    report["findings"] = found.collect();
    let output = post(&pull, &report.to_string(), &["--key", &"+".repeat(200)]);
    assert_eq!(output.status.code(), Some(1), "{}", all(&output));
    all_harmless(&pull);
    let output = post(&pull, &report.to_string(), &["--key", &"+".repeat(201)]);
    assert!(all(&output).contains("the key is longer than 200 characters"), "{}", all(&output));
}

#[test]
fn what_is_no_report_is_not_posted() {
    let pull = PullRequest::new("no-report", &[("db/0002_index.sql", INDEX)]);
    let good = report(&pull);
    let changed = |pointer: &str, value: Value| {
        let mut report = good.clone();
        *report.pointer_mut(pointer).unwrap() = value;
        report.to_string()
    };
    let mut more = good.clone();
    more["number"] = json!(1);
    let mut twice = good.clone();
    let first = twice["findings"][0].clone();
    twice["findings"].as_array_mut().unwrap().push(first);
    let cases = [
        (String::new(), "it is no report of this version: EOF"),
        ("[".repeat(1_000_000), "it is no report of this version"),
        ("\u{0}".to_owned(), "it is no report of this version"),
        (" ".repeat(9_000_000), "it is larger than 8 MiB"),
        (more.to_string(), "unknown field `number`"),
        (twice.to_string(), "two findings have the fingerprint"),
        (changed("/version", json!(2)), "it is no report of this version"),
        (changed("/tool/name", json!("other")), "it is no report of this version"),
        (changed("/findings/0/rule", json!("../../x")), "there is no rule named"),
        (changed("/findings/0/rule", json!("@octocat\n::error::x")), "there is no rule named"),
        (changed("/findings/0/level", json!("fatal")), "unknown variant"),
        (changed("/findings/0/fingerprint", json!("--> <b>")), "a fingerprint is not 32 hexadecimal digits"),
        (changed("/findings/0/start/line", json!(-1)), "invalid value"),
        (changed("/findings/0/start/line", json!(0)), "a finding ends before it begins"),
        (changed("/findings/0/end/line", json!(1)), "a finding ends before it begins"),
        (changed("/findings/0/locks/0/mode", json!("Evil")), "a lock has a mode that does not exist"),
        (changed("/findings/0/message", json!(5)), "invalid type"),
    ];
    for (text, message) in cases {
        let output = post(&pull, &text, &[]);
        let printed = all(&output).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(output.status.code(), Some(2), "{printed}");
        assert!(printed.contains(message), "{message}: {printed}");
        assert!(!printed.contains("::error::x") || !all(&output).contains("\n::error::x"), "{printed}");
    }
    assert_eq!(pull.hub.requests().len(), 0);
}

#[test]
fn a_job_that_only_posts_fails_where_it_may_not() {
    let pull = PullRequest::new("may-not", &[("db/0002_index.sql", INDEX)]);
    let report = report(&pull);
    pull.hub.plan("POST", "", 9, Reply::error(403, "Resource not accessible by integration"));
    assert_eq!(post(&pull, &report.to_string(), &[]).status.code(), Some(2));
}
