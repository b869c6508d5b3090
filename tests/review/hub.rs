//! A GitHub that keeps one pull request, and a repository whose change it shows.

use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::fake::{Fake, Reply, Request, World, page};
use crate::repository::Repository;

pub(crate) const TOKEN: &str = "ghs_do_not_print_me";

const CREATE: &str = "CREATE TABLE users (id bigint PRIMARY KEY, email text, name text);\n";

/// What the pull request adds: one finding with a safe fix.
pub(crate) const INDEX: &str = "SET lock_timeout = '5s';\nCREATE INDEX users_email ON users (email);\n";

/// As many indexes, each a finding.
pub(crate) fn indexes(number: usize, column: &str) -> String {
    let statements: Vec<_> = (0..number).map(|at| format!("CREATE INDEX i{at} ON users ({column});\n")).collect();
    statements.concat()
}

#[derive(Default)]
pub(crate) struct Hub {
    pub(crate) head: String,
    pub(crate) files: Vec<Value>,
    pub(crate) comments: Vec<Value>,
    pub(crate) reviews: Vec<Value>,
    pub(crate) notes: Vec<Value>,
    pub(crate) check_runs: Vec<Value>,
    /// Whom the token belongs to; a bot that is not told otherwise.
    pub(crate) login: Option<String>,
    next: u64,
}

impl Hub {
    pub(crate) fn user(&self) -> Value {
        match &self.login {
            Some(login) => json!({ "login": login, "type": "User" }),
            None => json!({ "login": "github-actions[bot]", "type": "Bot" }),
        }
    }

    pub(crate) fn id(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn review(&mut self, review: &Value) -> Reply {
        assert_eq!(review["event"], "COMMENT");
        assert_eq!(review["commit_id"], *self.head);
        assert!(!review["body"].as_str().unwrap().is_empty(), "GitHub demands a body");
        assert!(review["body"].as_str().unwrap().chars().count() <= 65_536);
        for comment in review["comments"].as_array().unwrap() {
            if !self.shows(comment) {
                return Reply::error(422, "Unprocessable Entity: line must be part of the diff");
            }
        }
        for comment in review["comments"].as_array().unwrap() {
            let mut comment = comment.clone();
            comment["id"] = json!(self.id());
            comment["user"] = self.user();
            self.comments.push(comment);
        }
        let said = json!({ "id": self.id(), "user": self.user(), "body": review["body"] });
        self.reviews.push(said.clone());
        Reply::json(200, &said)
    }

    /// GitHub takes comments on the lines of one hunk only.
    fn shows(&self, comment: &Value) -> bool {
        let last = comment["line"].as_u64().unwrap();
        let first = comment.get("start_line").map_or(last, |line| line.as_u64().unwrap());
        assert!(comment.get("start_line").is_none() || first < last, "a range of one line is refused");
        assert_eq!(comment["side"], "RIGHT");
        let file = self.files.iter().find(|file| file["filename"] == comment["path"]);
        let Some(patch) = file.and_then(|file| file["patch"].as_str()) else { return false };
        patch.split('\n').filter(|line| line.starts_with("@@")).any(|header| {
            let new = header.split(['+', ' ']).nth(3).unwrap();
            let (start, length) = new.split_once(',').unwrap_or((new, "1"));
            let (start, length): (u64, u64) = (start.parse().unwrap(), length.parse().unwrap());
            start <= first && last < start + length
        })
    }

    fn note(&mut self, request: &Request) -> Reply {
        let id: u64 = request.path.rsplit('/').next().unwrap().parse().unwrap();
        let at = self.notes.iter().position(|note| note["id"] == id).unwrap();
        if request.method == "DELETE" {
            self.notes.remove(at);
            return Reply::json(204, &Value::Null);
        }
        assert!(request.body["body"].as_str().unwrap().chars().count() <= 65_536);
        self.notes[at]["body"] = request.body["body"].clone();
        Reply::json(200, &self.notes[at])
    }
}

impl World for Hub {
    fn answer(&mut self, request: &Request, address: &str) -> Reply {
        assert_eq!(request.header("authorization"), Some(&*format!("Bearer {TOKEN}")));
        assert!(request.header("user-agent").unwrap().starts_with("switchback/"));
        assert_eq!(request.header("accept-encoding"), None);
        let path = request.path.strip_prefix("/repos/o/r").unwrap_or(&request.path).to_owned();
        let pull = json!({ "number": 7, "head": { "sha": self.head } });
        match (&*request.method, &*path) {
            ("GET", "/user") if self.login.is_some() => Reply::json(200, &self.user()),
            ("GET", "/user") => Reply::error(403, "Resource not accessible by integration"),
            ("GET", "/pulls") => page(&[pull], request, address),
            ("GET", "/pulls/7") => Reply::json(200, &pull),
            ("GET", "/pulls/7/files") => page(&self.files, request, address),
            ("GET", "/pulls/7/comments") => page(&self.comments, request, address),
            ("GET", "/pulls/7/reviews") => page(&self.reviews, request, address),
            ("GET", "/issues/7/comments") => page(&self.notes, request, address),
            ("POST", "/pulls/7/reviews") => self.review(&request.body),
            ("POST", "/issues/7/comments") => {
                let note = json!({ "id": self.id(), "user": self.user(), "body": request.body["body"] });
                self.notes.push(note.clone());
                Reply::json(201, &note)
            }
            ("PATCH" | "DELETE", path) if path.starts_with("/issues/comments/") => self.note(request),
            ("DELETE", path) if path.starts_with("/pulls/comments/") => {
                let id: u64 = path.rsplit('/').next().unwrap().parse().unwrap();
                self.comments.retain(|comment| comment["id"] != id);
                Reply::json(204, &Value::Null)
            }
            ("POST", "/check-runs") => {
                self.check_runs.push(request.body.clone());
                Reply::json(201, &json!({ "id": 99 }))
            }
            ("PATCH", "/check-runs/99") => {
                self.check_runs.push(request.body.clone());
                Reply::json(200, &json!({ "id": 99 }))
            }
            _ => Reply::error(404, "Not Found"),
        }
    }
}

/// A pull request: a repository whose branch `topic` goes into `main`, and the GitHub it is on.
pub(crate) struct PullRequest {
    pub(crate) repository: Repository,
    pub(crate) hub: Fake<Hub>,
}

impl PullRequest {
    pub(crate) fn new(test: &str, files: &[(&str, &str)]) -> Self {
        let repository = Repository::empty(&format!("review-{test}"));
        repository.write("db/0001_create.sql", CREATE);
        repository.commit("released");
        repository.git(&["switch", "--quiet", "--create", "topic"]);
        let pull_request = Self { repository, hub: Fake::start("github", Hub::default()) };
        pull_request.push(files);
        pull_request
    }

    /// Adds a commit, and shows it on GitHub.
    pub(crate) fn push(&self, files: &[(&str, &str)]) {
        for (path, text) in files {
            self.repository.write(path, text);
        }
        self.repository.commit("more");
        let head = self.repository.git(&["rev-parse", "HEAD"]);
        let names = self.repository.git(&["diff", "--name-only", "-z", "main"]);
        let shown = |path: &str| {
            let diff = self.repository.git(&["diff", "main", "--", path]);
            json!({ "filename": path, "patch": diff.find("@@").map(|at| diff[at..].to_owned()) })
        };
        let files = names.split('\0').filter(|name| !name.is_empty()).map(shown).collect();
        self.hub.world(|hub| {
            hub.head = head;
            hub.files = files;
        });
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let head = self.hub.world(|hub| hub.head.clone());
        let event = json!({ "pull_request": { "number": 7, "head": { "sha": head } } });
        let event_path = self.repository.0.parent().unwrap().join("event.json");
        std::fs::write(&event_path, event.to_string()).unwrap();
        let mut command = self.repository.subcommand("review", arguments);
        command.envs([("GITHUB_ACTIONS", "true"), ("GITHUB_REPOSITORY", "o/r"), ("GITHUB_BASE_REF", "main")]);
        command
            .env("GITHUB_API_URL", &self.hub.address)
            .env("GITHUB_TOKEN", TOKEN)
            .env("GITHUB_EVENT_PATH", event_path);
        command
    }

    /// Reviews the folder `db`.
    pub(crate) fn review(&self) -> Output {
        output(self.command(&["db"]))
    }
}

/// Runs, and looks for the token where it must not be.
pub(crate) fn output(mut command: Command) -> Output {
    let output = command.output().unwrap();
    assert!(!all(&output).contains(TOKEN), "the token is printed");
    output
}

/// What was printed.
pub(crate) fn all(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
