//! Merge requests on GitLab: `docs.gitlab.com/api/discussions` and its neighbors.

use serde::Deserialize;
use serde_json::{Value, json};

use super::comment::Marker;
use super::diff::Diff;
use super::error::ForgeError;
use super::http::{Client, Method, segment};
use super::plan::{Action, Comment, Existing, Inline, Summary};
use super::setup::{Change, Secret, Setup};
use super::{Forge, State};

/// A merge request that is open to us.
pub(super) struct Gitlab {
    client: Client,
    /// `/projects/1/merge_requests/2`
    root: String,
    refs: Refs,
    user: u64,
}

#[derive(Deserialize)]
struct MergeRequest {
    diff_refs: Option<Refs>,
}

/// The commits that a position is told by.
#[derive(Deserialize)]
struct Refs {
    #[serde(rename = "base_sha")]
    base: String,
    #[serde(rename = "start_sha")]
    start: String,
    #[serde(rename = "head_sha")]
    head: String,
}

#[derive(Deserialize)]
struct User {
    id: u64,
}

#[derive(Deserialize)]
struct File {
    old_path: String,
    new_path: String,
    /// Empty of large files.
    #[serde(default)]
    diff: String,
}

#[derive(Deserialize)]
struct Discussion {
    id: String,
    notes: Vec<Note>,
}

#[derive(Deserialize)]
struct Note {
    id: u64,
    body: Option<String>,
    author: Option<User>,
    #[serde(default)]
    system: bool,
    #[serde(default)]
    resolved: bool,
}

impl Gitlab {
    /// Finds the merge request.
    pub(super) fn open(setup: &Setup, token: Option<&Secret>) -> Result<Self, ForgeError> {
        let Change::Number(number) = setup.change else {
            return Err(ForgeError::setup("no merge request is named", "write `--number 123`"));
        };
        let headers = token.map(|token| ("private-token", token.reveal().to_owned()));
        let client = Client::new(&setup.api, headers.into_iter().collect())?;
        let root = format!("/projects/{}/merge_requests/{number}", segment(&setup.repository));
        let request: MergeRequest = client.get(&root)?;
        // GitLab works them out after a push, some moments later.
        let refs = request.diff_refs.ok_or_else(|| {
            ForgeError::setup("the merge request has no diff yet", "GitLab is still at it; run it again in a minute")
        })?;
        let user: User = client.get("/user")?;
        Ok(Self { client, root, refs, user: user.id })
    }

    fn post(&self, inline: &Inline, diff: &Diff) -> Result<(), ForgeError> {
        let mut position = json!({
            "position_type": "text",
            "base_sha": self.refs.base,
            "start_sha": self.refs.start,
            "head_sha": self.refs.head,
            "new_path": inline.path,
            "old_path": diff.old_path(&inline.path).unwrap_or(&inline.path),
            "new_line": inline.first,
        });
        // A line that did not change has to be named on both sides.
        if let (Some(old), Some(members)) = (diff.old_line(&inline.path, inline.first), position.as_object_mut()) {
            members.insert("old_line".to_owned(), json!(old));
        }
        let discussion = json!({ "body": inline.body, "position": position });
        self.client.send(Method::Post, &format!("{}/discussions", self.root), &discussion).map(drop)
    }

    fn diff(&self) -> Result<Diff, ForgeError> {
        let mut diff = Diff::default();
        for file in self.client.list::<File>(&format!("{}/diffs?per_page=100", self.root))? {
            diff.add(file.new_path, file.old_path, &file.diff);
        }
        Ok(diff)
    }
}

impl Forge for Gitlab {
    fn head(&self) -> &str {
        &self.refs.head
    }

    fn read(&self, key: &str) -> Result<State, ForgeError> {
        let mut existing = Existing::default();
        for Discussion { id, notes } in self.client.list(&format!("{}/discussions?per_page=100", self.root))? {
            let mut notes = notes.into_iter().filter(|note| !note.system);
            let Some(first) = notes.next() else { continue };
            if first.author.as_ref().is_none_or(|author| author.id != self.user) {
                continue;
            }
            let body = first.body.unwrap_or_default();
            match Marker::of(&body, key) {
                Some(Marker::Finding(fingerprint)) => {
                    let settled = first.resolved || notes.next().is_some();
                    existing.comments.push(Comment { id, fingerprint, settled, outdated: false });
                }
                Some(Marker::Summary) => existing.summaries.push(Summary { id: first.id.to_string(), body }),
                Some(Marker::Review(_)) | None => {}
            }
        }
        Ok(State { diff: self.diff()?, existing })
    }

    fn act(&self, _: &str, action: &Action) -> Result<(), ForgeError> {
        let note = |id: &str| format!("{}/notes/{}", self.root, segment(id));
        let (method, path, body): (_, _, Value) = match action {
            Action::Review { comments, .. } => {
                let diff = self.diff()?;
                for inline in comments {
                    match self.post(inline, &diff) {
                        // A line that GitLab does not show after all; the summary has the finding.
                        Ok(()) | Err(ForgeError::Refused { status: 400 | 422, .. }) => {}
                        Err(error) => return Err(error),
                    }
                }
                return Ok(());
            }
            Action::Withdraw { comment, .. } => {
                let path = format!("{}/discussions/{}", self.root, segment(comment));
                (Method::Put, path, json!({ "resolved": true }))
            }
            Action::PostSummary { body } => (Method::Post, format!("{}/notes", self.root), json!({ "body": body })),
            Action::EditSummary { comment, body } => (Method::Put, note(comment), json!({ "body": body })),
            Action::DeleteSummary { comment } => return self.client.delete(&note(comment)),
            Action::Annotate(_) => return Ok(()),
        };
        self.client.send(method, &path, &body).map(drop)
    }
}
