//! What a host may answer that is no answer: no leave, too many requests, trouble, other places.

use crate::fake::Reply;
use crate::hub::{INDEX, PullRequest, all, output};

fn pull_request(test: &str) -> PullRequest {
    PullRequest::new(test, &[("db/0002_index.sql", INDEX)])
}

#[test]
fn without_leave_the_findings_are_annotations() {
    for (test, status) in [("forbidden", 403), ("hidden", 404)] {
        let pull = pull_request(test);
        pull.hub.plan("POST", "", 9, Reply::error(status, "Resource not accessible by integration"));
        let output = pull.review();
        assert_eq!(output.status.code(), Some(1), "{}", all(&output));
        let text = all(&output);
        assert!(text.contains("::error file=db/0002_index.sql,line=2"), "{text}");
        assert!(text.contains("warning: nothing is posted: 127.0.0.1:"), "{text}");
        assert!(
            text.contains("Resource not accessible by integration") && text.contains("pull-requests: write"),
            "{text}"
        );
    }
}

#[test]
fn without_a_token_nobody_is_asked() {
    let pull = pull_request("no-token");
    let mut command = pull.command(&["db"]);
    command.env_remove("GITHUB_TOKEN");
    let output = output(command);
    let text = all(&output);
    assert!(text.contains("warning: nothing is posted: there is no token") && text.contains("::error file="), "{text}");
    assert_eq!(pull.hub.requests().len(), 0);
}

#[test]
fn a_wrong_token_is_no_clean_run() {
    let pull = pull_request("wrong-token");
    pull.hub.plan("GET", "/pulls/7", 1, Reply::error(401, "Bad credentials"));
    let output = pull.review();
    assert_eq!(output.status.code(), Some(2), "{}", all(&output));
    assert!(all(&output).contains("does not know the token"), "{}", all(&output));
    assert!(all(&output).contains("index-not-concurrent"), "the report is there all the same");
}

#[test]
fn limits_are_waited_for() {
    let pull = pull_request("limits");
    pull.hub.plan("GET", "/files", 1, Reply::error(429, "slow down").with("retry-after", "1"));
    let secondary = Reply::error(403, "You have exceeded a secondary rate limit").with("retry-after", "1");
    pull.hub.plan("POST", "/reviews", 1, secondary);
    let primary = Reply::error(403, "API rate limit exceeded");
    pull.hub.plan("GET", "/comments", 1, primary.with("x-ratelimit-remaining", "0").with("x-ratelimit-reset", "1"));
    let output = pull.review();
    assert!(all(&output).contains("a review with 1 comment is posted"), "{}", all(&output));
    pull.hub.world(|hub| assert_eq!((hub.reviews.len(), hub.notes.len()), (1, 1)));
}

#[test]
fn nobody_waits_for_an_hour() {
    let pull = pull_request("hour");
    let reply = Reply::error(403, "API rate limit exceeded").with("x-ratelimit-remaining", "0");
    pull.hub.plan("GET", "/files", 1, reply.with("retry-after", "3600"));
    let output = pull.review();
    assert_eq!(output.status.code(), Some(2));
    assert!(all(&output).contains("takes no more requests for 3600 s"), "{}", all(&output));
}

#[test]
fn trouble_at_the_other_end_says_nothing_twice() {
    let pull = pull_request("trouble");
    pull.hub.plan("GET", "/files", 2, Reply::error(502, "Bad Gateway"));
    pull.hub.plan("POST", "/issues/7/comments", 1, Reply::json(503, &serde_json::Value::Null));
    let output = pull.review();
    assert!(all(&output).contains("the summary is posted"), "{}", all(&output));
    pull.hub.world(|hub| assert_eq!((hub.reviews.len(), hub.comments.len(), hub.notes.len()), (1, 1, 1)));
}

#[test]
fn a_token_stays_where_it_belongs() {
    let pull = pull_request("elsewhere");
    let elsewhere = pull_request("elsewhere-2");
    let there = elsewhere.hub.address.clone();
    pull.hub.plan("GET", "/pulls/7", 1, Reply::json(302, &serde_json::Value::Null).with("location", &there));
    let output = pull.review();
    assert_eq!(output.status.code(), Some(2));
    assert!(all(&output).contains("has moved elsewhere"), "{}", all(&output));
    let link = format!("<{there}/repos/o/r/pulls/7/files?page=2>; rel=\"next\"");
    pull.hub.plan("GET", "/files", 1, Reply::json(200, &serde_json::json!([])).with("link", &link));
    let output = pull.review();
    assert!(all(&output).contains("its next page is on another host"), "{}", all(&output));
    assert_eq!(elsewhere.hub.requests().len(), 0);
}

#[test]
fn without_tls_nobody_is_spoken_to() {
    let pull = pull_request("plain");
    let mut command = pull.command(&["db"]);
    command.env("GITHUB_API_URL", "http://github.example.org/api/v3");
    let output = output(command);
    assert_eq!(output.status.code(), Some(2));
    assert!(all(&output).contains("is not https: a token would be read on its way"), "{}", all(&output));
}

#[test]
fn answers_that_make_no_sense_are_told() {
    let pull = pull_request("nonsense");
    pull.hub.plan("GET", "/files", 1, Reply { status: 200, headers: Vec::new(), body: "<html>".to_owned() });
    let output = pull.review();
    assert_eq!(output.status.code(), Some(2));
    assert!(all(&output).contains("with what cannot be read"), "{}", all(&output));
}
