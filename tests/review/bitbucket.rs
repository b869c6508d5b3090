//! A commit on Bitbucket.

use std::process::Output;

use serde_json::Value;

use crate::fake::{Fake, Reply, Request, World};
use crate::hub::{self, INDEX, PullRequest, TOKEN, all, indexes};

#[derive(Default)]
struct Bucket {
    report: Value,
    annotations: Vec<Value>,
}

impl World for Bucket {
    fn answer(&mut self, request: &Request, _: &str) -> Reply {
        assert_eq!(request.header("authorization"), Some(&*format!("Bearer {TOKEN}")));
        match (&*request.method, request.path.ends_with("/annotations")) {
            ("DELETE", false) => {
                let status = if self.report.is_null() { 404 } else { 204 };
                *self = Self::default();
                Reply::json(status, &Value::Null)
            }
            ("PUT", false) => {
                self.report = request.body.clone();
                Reply::json(200, &self.report)
            }
            ("POST", true) => {
                self.annotations.extend(request.body.as_array().unwrap().iter().cloned());
                Reply::json(200, &request.body)
            }
            _ => Reply::error(404, "not found"),
        }
    }
}

fn review(pull: &PullRequest, bucket: &Fake<Bucket>) -> Output {
    let mut command = pull.repository.subcommand("review", &["db"]);
    command.envs([("BITBUCKET_BUILD_NUMBER", "1"), ("BITBUCKET_REPO_FULL_NAME", "w/r"), ("BITBUCKET_COMMIT", "abc")]);
    command.envs([("BITBUCKET_PR_DESTINATION_BRANCH", "main"), ("BITBUCKET_TOKEN", TOKEN)]);
    command.env("BITBUCKET_API_URL", &bucket.address);
    hub::output(command)
}

#[test]
fn a_commit_has_one_report_green_ones_too() {
    let pull = PullRequest::new("bitbucket", &[("db/0002_index.sql", INDEX)]);
    let bucket = Fake::start("bitbucket", Bucket::default());
    let output = review(&pull, &bucket);
    assert_eq!(output.status.code(), Some(1), "{}", all(&output));
    let report = "/repositories/w/r/commit/abc/reports/switchback";
    let expected = [format!("DELETE {report}"), format!("PUT {report}"), format!("POST {report}/annotations")];
    assert_eq!(bucket.changes(), expected);
    bucket.world(|bucket| {
        insta::assert_snapshot!("bitbucket_report", serde_json::to_string_pretty(&bucket.report).unwrap());
        insta::assert_snapshot!("bitbucket_annotations", serde_json::to_string_pretty(&bucket.annotations).unwrap());
    });
    pull.push(&[("db/0002_index.sql", "SELECT 1;\n")]);
    assert_eq!(review(&pull, &bucket).status.code(), Some(0));
    bucket.world(|bucket| assert_eq!((&bucket.report["result"], bucket.annotations.len()), (&"PASSED".into(), 0)));
}

#[test]
fn a_hundred_annotations_go_at_once() {
    let long = "x".repeat(600);
    let many = indexes(120, &format!("\"{long}\""));
    let pull = PullRequest::new("bitbucket-many", &[("db/0002_index.sql", &many)]);
    let bucket = Fake::start("bitbucket", Bucket::default());
    review(&pull, &bucket);
    let posts = bucket.changes().iter().filter(|change| change.starts_with("POST")).count();
    bucket.world(|bucket| {
        assert!(bucket.annotations.len() >= 120 && posts == bucket.annotations.len().div_ceil(100), "{posts}");
        let mut names: Vec<_> = bucket.annotations.iter().map(|found| found["external_id"].to_string()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), bucket.annotations.len());
    });
}
