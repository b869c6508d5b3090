//! Pull requests on GitHub: `docs.github.com/rest`, version 2022-11-28 of the API.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

use super::annotate::{Annotation, Annotations};
use super::comment::Marker;
use super::diff::Diff;
use super::error::ForgeError;
use super::http::{Client, Method, bearer, segment};
use super::plan::{Action, Comment, Existing, Inline, Summary};
use super::setup::{Change, Secret, Setup};
use super::{Forge, State};
use crate::finding::Level;
use crate::report::clipped;

/// A pull request that is open to us.
pub(super) struct Github {
    client: Client,
    /// `/repos/owner/name`
    root: String,
    number: u64,
    head: String,
    /// Who we are, where GitHub tells. It does not tell the tokens of Actions and apps, whose comments are a bot's.
    login: Option<String>,
}

#[derive(Deserialize)]
struct User {
    login: String,
    #[serde(rename = "type", default)]
    kind: String,
}

#[derive(Deserialize)]
struct Pull {
    number: u64,
    head: Head,
}

#[derive(Deserialize)]
struct Head {
    sha: String,
}

#[derive(Deserialize)]
struct File {
    filename: String,
    previous_filename: Option<String>,
    /// None of binary files, and of large ones.
    patch: Option<String>,
}

/// A comment on a line, on the pull request, or of a review.
#[derive(Deserialize)]
struct Said {
    id: u64,
    body: Option<String>,
    user: Option<User>,
    in_reply_to_id: Option<u64>,
    line: Option<u64>,
}

impl Github {
    /// Finds the pull request.
    pub(super) fn open(setup: &Setup, token: Option<&Secret>) -> Result<Self, ForgeError> {
        let (owner, name) =
            setup.repository.split_once('/').filter(|(_, name)| !name.contains('/')).ok_or_else(|| {
                ForgeError::setup(format!("{:?} is no repository on GitHub", setup.repository), "write `owner/name`")
            })?;
        let mut headers = vec![
            ("accept", "application/vnd.github+json".to_owned()),
            ("x-github-api-version", "2022-11-28".to_owned()),
        ];
        headers.extend(token.map(bearer));
        let client = Client::new(&setup.api, headers)?;
        let root = format!("/repos/{}/{}", segment(owner), segment(name));
        let pull = match &setup.change {
            Change::Number(number) => client.get(&format!("{root}/pulls/{number}"))?,
            Change::Branch { owner, branch } => by_branch(&client, &root, owner, branch, setup.commit.as_deref())?,
            Change::Commit => return Err(ForgeError::setup("no pull request is named", "write `--number 123`")),
        };
        let login = match client.get::<User>("/user") {
            Ok(user) => Some(user.login),
            Err(ForgeError::Denied { .. } | ForgeError::Unknown { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(Self { client, root, number: pull.number, head: pull.head.sha, login })
    }

    fn list(&self, what: &str) -> Result<Vec<Said>, ForgeError> {
        self.client.list(&format!("{}/{what}?per_page=100", self.root))
    }

    fn is_ours(&self, said: &Said) -> bool {
        let Some(user) = &said.user else { return false };
        self.login.as_ref().map_or(user.kind == "Bot", |login| *login == user.login)
    }

    /// What a comment of ours is.
    fn marker(&self, said: &Said, key: &str) -> Option<Marker> {
        Marker::of(said.body.as_deref().filter(|_| self.is_ours(said))?, key)
    }

    fn post_review(&self, body: &str, comments: &[Inline]) -> Result<(), ForgeError> {
        let comments: Vec<Value> = comments.iter().map(review_comment).collect();
        let review = json!({ "commit_id": self.head, "event": "COMMENT", "body": body, "comments": comments });
        let path = format!("{}/pulls/{}/reviews", self.root, self.number);
        self.client.send(Method::Post, &path, &review).map(drop)
    }

    fn check_run(&self, key: &str, annotations: &Annotations) -> Result<(), ForgeError> {
        let output = |batch: &[Annotation]| {
            let batch: Vec<Value> = batch.iter().map(annotation).collect();
            json!({ "title": annotations.title, "summary": annotations.page, "annotations": batch })
        };
        let conclusion = match (annotations.passed, annotations.batches.is_empty()) {
            (false, _) => "failure",
            (true, false) => "neutral",
            (true, true) => "success",
        };
        let mut batches = annotations.batches.iter();
        let first = batches.next().map_or(&[][..], Vec::as_slice);
        let name = if key == super::ROOT_KEY { "switchback".to_owned() } else { format!("switchback ({key})") };
        let run = json!({
            "name": clipped(&name, 100),
            "head_sha": self.head,
            "status": "completed",
            "conclusion": conclusion,
            "output": output(first),
        });
        let run = self.client.send(Method::Post, &format!("{}/check-runs", self.root), &run)?;
        let id = run.get("id").and_then(Value::as_u64).unwrap_or_default();
        for batch in batches {
            let more = json!({ "output": output(batch) });
            self.client.send(Method::Patch, &format!("{}/check-runs/{id}", self.root), &more)?;
        }
        Ok(())
    }
}

impl Forge for Github {
    fn head(&self) -> &str {
        &self.head
    }

    fn read(&self, key: &str) -> Result<State, ForgeError> {
        let pull = format!("pulls/{}", self.number);
        let mut diff = Diff::default();
        for file in self.client.list::<File>(&format!("{}/{pull}/files?per_page=100", self.root))? {
            let old = file.previous_filename.unwrap_or_else(|| file.filename.clone());
            diff.add(file.filename, old, file.patch.as_deref().unwrap_or_default());
        }
        let mut existing = Existing::default();
        let comments = self.list(&format!("{pull}/comments"))?;
        let answered: BTreeSet<u64> = comments.iter().filter_map(|said| said.in_reply_to_id).collect();
        for said in comments.iter().filter(|said| said.in_reply_to_id.is_none()) {
            if let Some(Marker::Finding(fingerprint)) = self.marker(said, key) {
                let (id, settled) = (said.id.to_string(), answered.contains(&said.id));
                existing.comments.push(Comment { id, fingerprint, settled, outdated: said.line.is_none() });
            }
        }
        for said in self.list(&format!("{pull}/reviews"))? {
            if let Some(Marker::Review(told)) = self.marker(&said, key) {
                existing.told.extend(told);
            }
        }
        let mut notes = self.list(&format!("issues/{}/comments", self.number))?;
        notes.sort_by_key(|said| said.id);
        for said in notes {
            if self.marker(&said, key) == Some(Marker::Summary) {
                existing.summaries.push(Summary { id: said.id.to_string(), body: said.body.unwrap_or_default() });
            }
        }
        Ok(State { diff, existing })
    }

    fn act(&self, key: &str, action: &Action) -> Result<(), ForgeError> {
        let note = |id: &str| format!("{}/issues/comments/{}", self.root, segment(id));
        match action {
            Action::Review { body, comments } => self.post_review(body, comments),
            Action::Withdraw { comment, .. } => {
                self.client.delete(&format!("{}/pulls/comments/{}", self.root, segment(comment)))
            }
            Action::PostSummary { body } => {
                let path = format!("{}/issues/{}/comments", self.root, self.number);
                self.client.send(Method::Post, &path, &json!({ "body": body })).map(drop)
            }
            Action::EditSummary { comment, body } => {
                self.client.send(Method::Patch, &note(comment), &json!({ "body": body })).map(drop)
            }
            Action::DeleteSummary { comment } => self.client.delete(&note(comment)),
            Action::Annotate(annotations) => self.check_run(key, annotations),
        }
    }
}

/// The open pull request from a branch, at the commit that was checked.
fn by_branch(client: &Client, root: &str, owner: &str, branch: &str, commit: Option<&str>) -> Result<Pull, ForgeError> {
    let head = segment(&format!("{owner}:{branch}"));
    let pulls: Vec<Pull> = client.list(&format!("{root}/pulls?state=open&head={head}&per_page=100"))?;
    let wanted = |pull: &Pull| commit.is_none_or(|commit| pull.head.sha == commit);
    let at = pulls.iter().position(wanted).unwrap_or(0);
    pulls.into_iter().nth(at).ok_or_else(|| {
        ForgeError::setup(
            format!("no open pull request comes from {}", clipped(&format!("{owner}:{branch}"), 200)),
            "it may be closed by now; or write `--number 123`",
        )
    })
}

fn review_comment(inline: &Inline) -> Value {
    let mut comment = json!({ "path": inline.path, "line": inline.last, "side": "RIGHT", "body": inline.body });
    // One line is a range to nobody.
    if let (true, Some(members)) = (inline.first < inline.last, comment.as_object_mut()) {
        members.insert("start_line".to_owned(), json!(inline.first));
        members.insert("start_side".to_owned(), json!("RIGHT"));
    }
    comment
}

fn annotation(of: &Annotation) -> Value {
    let level = match of.level {
        Level::Error => "failure",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    json!({
        "path": of.path,
        "start_line": of.first,
        "end_line": of.last,
        "annotation_level": level,
        "title": of.rule,
        "message": format!("{}\n{}\n{}", of.message, of.details, of.url),
    })
}
