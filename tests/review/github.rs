//! A pull request on GitHub, from its first finding to the last.

use serde_json::{Value, json};

use crate::fake::Reply;
use crate::hub::{Hub, INDEX, PullRequest, all, indexes, output};

fn body(value: &Value) -> &str {
    value["body"].as_str().unwrap()
}

#[test]
fn a_finding_is_said_once_and_taken_back_when_it_is_gone() {
    let pull = PullRequest::new("life", &[("db/0002_index.sql", INDEX)]);
    let first = pull.review();
    assert_eq!(first.status.code(), Some(1), "{}", all(&first));
    assert!(all(&first).contains("o/r#7: a review with 1 comment is posted, the summary is posted"), "{}", all(&first));
    assert_eq!(pull.hub.changes(), ["POST /repos/o/r/pulls/7/reviews", "POST /repos/o/r/issues/7/comments"]);
    pull.hub.world(|hub| {
        assert_eq!(
            (hub.comments[0]["path"].as_str(), hub.comments[0]["line"].as_u64()),
            (Some("db/0002_index.sql"), Some(2))
        );
        insta::assert_snapshot!("comment", body(&hub.comments[0]));
        insta::assert_snapshot!("review", body(&hub.reviews[0]).replace(&hub.head[..12], "[commit]"));
        insta::assert_snapshot!("summary", body(&hub.notes[0]).replace(&hub.head[..12], "[commit]"));
    });

    let again = pull.review();
    assert!(all(&again).contains("o/r#7: nothing to say that is not said"), "{}", all(&again));
    assert_eq!(pull.hub.changes(), [""; 0], "nothing is said twice");

    pull.push(&[("db/0002_index.sql", "CREATE INDEX CONCURRENTLY users_email ON users (email);\n")]);
    let clean = pull.review();
    assert_eq!(clean.status.code(), Some(0), "{}", all(&clean));
    assert_eq!(pull.hub.changes(), ["DELETE /repos/o/r/pulls/comments/1", "PATCH /repos/o/r/issues/comments/3"]);
    pull.hub.world(|hub| {
        assert_eq!((hub.comments.len(), hub.notes.len()), (0, 1));
        assert!(body(&hub.notes[0]).contains("### ✅ Switchback: no findings"), "{}", body(&hub.notes[0]));
    });
}

#[test]
fn safe_edits_can_be_applied_from_the_review() {
    let text = "CREATE INDEX users_email\n    ON users (email);\n";
    let alone = ("switchback.toml", "[migrations]\ntransaction = \"none\"\n");
    let pull = PullRequest::new("edit", &[alone, ("db/0002_index.sql", text)]);
    output(pull.command(&["db", "--select", "index-not-concurrent"]));
    pull.hub.world(|hub| {
        let comment = &hub.comments[0];
        assert_eq!((comment.get("start_line"), comment["line"].as_u64()), (None, Some(1)), "what the edit replaces");
        let edit = "```suggestion\nCREATE INDEX CONCURRENTLY users_email\n```\n";
        assert!(body(comment).contains(edit), "{}", body(comment));
    });
}

#[test]
fn where_nothing_was_ever_found_nothing_is_said() {
    let pull = PullRequest::new("clean", &[("db/0002_index.sql", "SELECT 1;\n")]);
    assert_eq!(pull.review().status.code(), Some(0));
    assert_eq!(pull.hub.changes(), [""; 0]);
}

#[test]
fn an_answered_comment_stays() {
    let pull = PullRequest::new("answered", &[("db/0002_index.sql", INDEX)]);
    pull.review();
    pull.hub.world(|hub| {
        let reply = json!({ "id": 50, "in_reply_to_id": 1, "line": 2, "body": "why?", "user": { "login": "ann", "type": "User" } });
        hub.comments.push(reply);
    });
    pull.hub.requests();
    pull.push(&[("db/0002_index.sql", "SELECT 1;\n")]);
    pull.review();
    assert_eq!(pull.hub.changes(), ["PATCH /repos/o/r/issues/comments/3"]);
}

#[test]
fn an_outdated_comment_gives_way_to_a_new_one() {
    let pull = PullRequest::new("outdated", &[("db/0002_index.sql", INDEX)]);
    pull.review();
    pull.hub.world(|hub| hub.comments[0]["line"] = Value::Null);
    pull.hub.requests();
    pull.review();
    assert_eq!(pull.hub.changes(), ["DELETE /repos/o/r/pulls/comments/1", "POST /repos/o/r/pulls/7/reviews"]);
}

#[test]
fn only_our_own_comments_are_touched() {
    let pull = PullRequest::new("strangers", &[("db/0002_index.sql", INDEX)]);
    pull.review();
    pull.hub.world(|hub| {
        // Somebody repeats what we said, to be edited or deleted in our stead, or to keep us silent.
        for said in hub.comments.iter_mut().chain(&mut hub.notes).chain(&mut hub.reviews) {
            said["user"] = json!({ "login": "mallory", "type": "User" });
        }
    });
    pull.hub.requests();
    pull.review();
    assert_eq!(pull.hub.changes(), ["POST /repos/o/r/pulls/7/reviews", "POST /repos/o/r/issues/7/comments"]);
    pull.hub.world(|hub| assert_eq!((hub.comments.len(), hub.notes.len()), (2, 2)));
}

#[test]
fn the_owner_of_a_token_knows_its_comments() {
    let pull = PullRequest::new("owner", &[("db/0002_index.sql", INDEX)]);
    pull.hub.world(|hub| hub.login = Some("ann".to_owned()));
    pull.review();
    pull.hub.requests();
    pull.review();
    assert_eq!(pull.hub.changes(), [""; 0]);
}

#[test]
fn the_summary_is_found_behind_a_hundred_comments() {
    let pull = PullRequest::new("pages", &[("db/0002_index.sql", INDEX)]);
    let chatter = |hub: &mut Hub| {
        for _ in 0..230 {
            let id = hub.id();
            hub.notes.push(json!({ "id": id, "body": "hm", "user": { "login": "ann", "type": "User" } }));
            hub.comments.push(json!({ "id": id, "line": 1, "body": "hm", "user": { "login": "ann", "type": "User" } }));
        }
    };
    pull.hub.world(chatter);
    pull.review();
    pull.hub.world(chatter);
    pull.hub.requests();
    pull.review();
    let requests = pull.hub.requests();
    assert!(requests.iter().all(|request| request.method == "GET"), "{requests:#?}");
    let pages = requests.iter().filter(|request| request.path.ends_with("/issues/7/comments")).count();
    assert_eq!(pages, 5);
}

#[test]
fn a_second_summary_is_deleted() {
    let pull = PullRequest::new("second", &[("db/0002_index.sql", INDEX)]);
    pull.review();
    pull.hub.world(|hub| {
        let mut second = hub.notes[0].clone();
        second["id"] = json!(hub.id());
        hub.notes.push(second);
    });
    pull.hub.requests();
    pull.review();
    assert_eq!(pull.hub.changes(), ["DELETE /repos/o/r/issues/comments/4"]);
}

#[test]
fn keys_keep_runs_apart() {
    let pull = PullRequest::new("keys", &[("db/0002_index.sql", INDEX)]);
    output(pull.command(&["db", "--key", "shop"]));
    output(pull.command(&["db", "--key", "bank"]));
    pull.hub.requests();
    output(pull.command(&["db", "--key", "shop"]));
    assert_eq!(pull.hub.changes(), [""; 0]);
    pull.hub.world(|hub| assert_eq!(hub.notes.len(), 2));
}

#[test]
fn a_finding_outside_the_change_stands_in_the_review() {
    let text = format!("CREATE TABLE a (id bigint PRIMARY KEY);\n{}", "-- a remark\n".repeat(20));
    let pull = PullRequest::new("outside", &[("db/0002_index.sql", &format!("{text}{INDEX}"))]);
    pull.hub.world(|hub| {
        // GitHub shows no patch of a large file.
        hub.files[0].as_object_mut().unwrap().remove("patch");
    });
    pull.review();
    pull.hub.world(|hub| {
        assert!(hub.comments.is_empty());
        assert!(
            body(&hub.reviews[0]).contains("1 finding without a comment of its own:\n\n❌ **error**"),
            "{}",
            body(&hub.reviews[0])
        );
    });
    pull.hub.requests();
    pull.review();
    assert_eq!(pull.hub.changes(), [""; 0], "a review tells a finding once");
}

#[test]
fn what_github_refuses_goes_to_the_body() {
    let pull = PullRequest::new("refused", &[("db/0002_index.sql", INDEX)]);
    pull.hub.plan("POST", "/reviews", 1, Reply::error(422, "Unprocessable Entity"));
    let output = pull.review();
    assert_eq!(output.status.code(), Some(1), "{}", all(&output));
    pull.hub.world(|hub| {
        assert!(hub.comments.is_empty() && body(&hub.reviews[0]).contains("building index users"));
        assert_eq!(hub.notes.len(), 1);
    });
    assert_eq!(pull.hub.changes().len(), 3, "tried once more, without comments");
}

#[test]
fn at_most_thirty_comments_stand_on_lines() {
    let many = indexes(45, "email");
    let pull = PullRequest::new("thirty", &[("db/0002_index.sql", &format!("SET lock_timeout = '5s';\n{many}"))]);
    pull.review();
    pull.hub.world(|hub| {
        assert_eq!(hub.comments.len(), 30);
        assert!(body(&hub.reviews[0]).contains("without a comment of its own"));
    });
    pull.hub.requests();
    pull.review();
    assert_eq!(pull.hub.changes(), [""; 0], "nor thirty more each time");
}

#[test]
fn a_newer_commit_is_left_to_its_own_run() {
    let pull = PullRequest::new("moved", &[("db/0002_index.sql", INDEX)]);
    let command = pull.command(&["db"]);
    pull.hub.world(|hub| hub.head = "0123456789".to_owned());
    let output = output(command);
    assert!(all(&output).contains("o/r#7 has moved on to 0123456789"), "{}", all(&output));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(pull.hub.changes(), [""; 0]);
}

#[test]
fn check_runs_take_fifty_annotations_each() {
    let many = indexes(120, "email");
    let pull = PullRequest::new("check", &[("db/0002_index.sql", &format!("SET lock_timeout = '5s';\n{many}"))]);
    output(pull.command(&["db", "--check-run", "--select", "index-not-concurrent"]));
    assert_eq!(
        pull.hub.changes(),
        [
            "POST /repos/o/r/issues/7/comments",
            "POST /repos/o/r/check-runs",
            "PATCH /repos/o/r/check-runs/99",
            "PATCH /repos/o/r/check-runs/99"
        ]
    );
    pull.hub.world(|hub| {
        let lengths: Vec<_> =
            hub.check_runs.iter().map(|run| run["output"]["annotations"].as_array().unwrap().len()).collect();
        assert_eq!(lengths, [50, 50, 20]);
        assert_eq!(hub.check_runs[0]["conclusion"], "failure");
    });
}

#[test]
fn a_dry_run_changes_nothing() {
    let pull = PullRequest::new("dry", &[("db/0002_index.sql", INDEX)]);
    let output = output(pull.command(&["db", "--dry-run"]));
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    let actions: Vec<_> = plan.as_array().unwrap().iter().map(|action| action["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["review", "post-summary"]);
    assert_eq!(pull.hub.changes(), [""; 0]);
}
