//! A merge request on GitLab.

use std::process::Output;

use serde_json::{Value, json};

use crate::fake::{Fake, Reply, Request, World, page};
use crate::hub::{self, INDEX, PullRequest, TOKEN, all};

const US: u64 = 42;
const ROOT: &str = "/projects/group%2Fshop/merge_requests/5";

#[derive(Default)]
struct Lab {
    head: String,
    files: Vec<Value>,
    discussions: Vec<Value>,
    next: u64,
}

impl Lab {
    fn add(&mut self, request: &Request, note: bool) -> Reply {
        self.next += 1;
        let body = &request.body;
        let mut said = json!({ "id": self.next, "body": body["body"], "author": { "id": US }, "system": false });
        if !note {
            said["position"] = body["position"].clone();
            said["resolved"] = json!(false);
        }
        let discussion = json!({ "id": format!("{:040x}", self.next), "individual_note": note, "notes": [said] });
        self.discussions.push(discussion.clone());
        Reply::json(201, &discussion)
    }

    /// The discussion that holds a note or has an id.
    fn find(&mut self, path: &str) -> &mut Value {
        let id = path.rsplit('/').next().unwrap();
        let fits = |found: &&mut Value| found["id"] == *id || found["notes"][0]["id"].as_u64() == id.parse().ok();
        self.discussions.iter_mut().find(fits).unwrap()
    }
}

impl World for Lab {
    fn answer(&mut self, request: &Request, address: &str) -> Reply {
        assert_eq!((request.header("private-token"), request.header("authorization")), (Some(TOKEN), None));
        if request.path == "/user" {
            return Reply::json(200, &json!({ "id": US, "username": "bot" }));
        }
        let Some(path) = request.path.strip_prefix(ROOT) else { return Reply::error(404, "404 Not found") };
        match (&*request.method, path) {
            ("GET", "") => {
                let refs = json!({ "base_sha": "base", "start_sha": "start", "head_sha": self.head });
                Reply::json(200, &json!({ "iid": 5, "diff_refs": refs }))
            }
            ("GET", "/diffs") => page(&self.files, request, address),
            ("GET", "/discussions") => page(&self.discussions, request, address),
            ("POST", "/discussions") => self.add(request, false),
            ("POST", "/notes") => self.add(request, true),
            ("PUT", path) if path.starts_with("/discussions/") => {
                let discussion = self.find(path);
                discussion["notes"][0]["resolved"] = request.body["resolved"].clone();
                Reply::json(200, discussion)
            }
            ("PUT", path) if path.starts_with("/notes/") => {
                let discussion = self.find(path);
                discussion["notes"][0]["body"] = request.body["body"].clone();
                Reply::json(200, discussion)
            }
            _ => Reply::error(404, "404 Not found"),
        }
    }
}

/// The repository of a pull request, shown on GitLab instead.
struct MergeRequest {
    pull: PullRequest,
    lab: Fake<Lab>,
}

impl MergeRequest {
    fn new(name: &str, sql: &str) -> Self {
        let pull = PullRequest::new(&format!("gitlab-{name}"), &[("db/0002_index.sql", sql)]);
        let request = Self { pull, lab: Fake::start("gitlab", Lab::default()) };
        request.show();
        request
    }

    fn push(&self, text: &str) {
        self.pull.push(&[("db/0002_index.sql", text)]);
        self.show();
    }

    fn show(&self) {
        let (head, files) = self.pull.hub.world(|hub| (hub.head.clone(), hub.files.clone()));
        let file = |file: &Value| json!({ "old_path": file["filename"], "new_path": file["filename"], "diff": file["patch"], "new_file": true });
        let files = files.iter().map(file).collect();
        self.lab.world(|lab| {
            lab.head = head;
            lab.files = files;
        });
    }

    fn review(&self) -> Output {
        let mut command = self.pull.repository.subcommand("review", &["db", "--repository", "group/shop"]);
        let head = self.lab.world(|lab| lab.head.clone());
        command.envs([("GITLAB_CI", "true"), ("CI_MERGE_REQUEST_IID", "5"), ("GITLAB_TOKEN", TOKEN)]);
        command.envs([("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"), ("CI_COMMIT_SHA", &head)]);
        command.env("CI_API_V4_URL", &self.lab.address);
        hub::output(command)
    }
}

#[test]
fn a_thread_is_opened_once_and_resolved_when_its_finding_is_gone() {
    let request = MergeRequest::new("life", INDEX);
    let first = request.review();
    assert_eq!(first.status.code(), Some(1), "{}", all(&first));
    assert_eq!(request.lab.changes(), [format!("POST {ROOT}/discussions"), format!("POST {ROOT}/notes")]);
    request.lab.world(|lab| {
        let position = &lab.discussions[0]["notes"][0]["position"];
        assert_eq!(
            (&position["new_line"], &position["old_line"], &position["base_sha"]),
            (&json!(2), &Value::Null, &json!("base"))
        );
    });
    request.review();
    assert_eq!(request.lab.changes(), [""; 0], "nothing is said twice");

    request.push("SELECT 1;\n");
    let clean = request.review();
    assert_eq!(clean.status.code(), Some(0), "{}", all(&clean));
    let thread = format!("PUT {ROOT}/discussions/{:040x}", 1);
    assert_eq!(request.lab.changes(), [thread, format!("PUT {ROOT}/notes/2")]);
    request.lab.world(|lab| {
        assert_eq!(lab.discussions[0]["notes"][0]["resolved"], true);
        assert!(lab.discussions[1]["notes"][0]["body"].as_str().unwrap().contains("✅"));
    });
    request.review();
    assert_eq!(request.lab.changes(), [""; 0]);
}

#[test]
fn threads_of_people_are_left_alone() {
    let request = MergeRequest::new("people", INDEX);
    request.review();
    request.lab.world(|lab| {
        let notes = lab.discussions[0]["notes"].as_array_mut().unwrap();
        notes.push(json!({ "id": 70, "body": "why?", "author": { "id": 7 }, "system": false }));
        // The same words from somebody else are not ours.
        let mut stolen = lab.discussions[1].clone();
        stolen["notes"][0]["author"]["id"] = json!(7);
        stolen["notes"][0]["id"] = json!(71);
        lab.discussions.insert(0, stolen);
    });
    request.lab.requests();
    request.push("SELECT 1;\n");
    request.review();
    assert_eq!(request.lab.changes(), [format!("PUT {ROOT}/notes/2")]);
}

#[test]
fn a_line_that_gitlab_does_not_show_keeps_nothing_else_back() {
    let request = MergeRequest::new("refused", INDEX);
    request.lab.plan("POST", "/discussions", 1, Reply::json(400, &json!({ "message": "400 Bad request - line_code" })));
    let output = request.review();
    assert_eq!(output.status.code(), Some(1), "{}", all(&output));
    request.lab.world(|lab| assert_eq!(lab.discussions.len(), 1, "the summary"));
}

#[test]
fn without_leave_the_findings_are_printed() {
    let request = MergeRequest::new("leave", INDEX);
    request.lab.plan("GET", "/user", 1, Reply::json(403, &json!({ "error": "insufficient_scope" })));
    let output = request.review();
    assert_eq!(output.status.code(), Some(1));
    let text = all(&output);
    assert!(text.contains("nothing is posted") && text.contains("insufficient_scope"), "{text}");
    assert!(text.contains("db/0002_index.sql:2:1: error[index-not-concurrent]"), "{text}");
}
