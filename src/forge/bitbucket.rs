//! Code Insights of Bitbucket Cloud: `developer.atlassian.com/cloud/bitbucket/rest/api-group-reports`. A report belongs
//! to a commit, and is shown on every pull request that ends with it.

use serde_json::{Value, json};

use super::annotate::{Annotation, Annotations};
use super::error::ForgeError;
use super::http::{Client, Method, bearer, segment};
use super::plan::Action;
use super::setup::{Secret, Setup};
use super::{Forge, State};
use crate::finding::Level;
use crate::report::HOME;

/// A commit that can be annotated.
pub(super) struct Bitbucket {
    client: Client,
    /// `/repositories/workspace/name/commit/abc`
    root: String,
    commit: String,
}

impl Bitbucket {
    /// The commit that was checked.
    pub(super) fn open(setup: &Setup, token: Option<&Secret>) -> Result<Self, ForgeError> {
        let (workspace, name) = setup.repository.split_once('/').ok_or_else(|| {
            ForgeError::setup(format!("{:?} is no repository on Bitbucket", setup.repository), "write `workspace/name`")
        })?;
        let commit = setup
            .commit
            .clone()
            .ok_or_else(|| ForgeError::setup("it is not known which commit was checked", "write `--commit SHA`"))?;
        let client = Client::new(&setup.api, token.map(bearer).into_iter().collect())?;
        let root = format!("/repositories/{}/{}/commit/{}", segment(workspace), segment(name), segment(&commit));
        Ok(Self { client, root, commit })
    }
}

impl Forge for Bitbucket {
    fn head(&self) -> &str {
        &self.commit
    }

    fn read(&self, _: &str) -> Result<State, ForgeError> {
        Ok(State::default())
    }

    fn act(&self, key: &str, action: &Action) -> Result<(), ForgeError> {
        let Action::Annotate(annotations) = action else { return Ok(()) };
        let id = if key == super::ROOT_KEY { "switchback".to_owned() } else { format!("switchback-{key}") };
        let path = format!("{}/reports/{}", self.root, segment(&id));
        // What another run said of this commit goes with its report.
        self.client.delete(&path)?;
        self.client.send(Method::Put, &path, &report(annotations))?;
        for batch in &annotations.batches {
            let batch: Vec<Value> = batch.iter().map(annotation).collect();
            self.client.send(Method::Post, &format!("{path}/annotations"), &Value::Array(batch))?;
        }
        Ok(())
    }
}

fn report(annotations: &Annotations) -> Value {
    json!({
        "title": "Switchback",
        "details": format!("What these migrations do to a live database: {}.", annotations.title),
        "report_type": "BUG",
        "reporter": "Switchback",
        "link": HOME,
        "result": if annotations.passed { "PASSED" } else { "FAILED" },
    })
}

fn annotation(of: &Annotation) -> Value {
    let severity = match of.level {
        Level::Error => "HIGH",
        Level::Warning => "MEDIUM",
        Level::Note => "LOW",
    };
    json!({
        "external_id": of.fingerprint,
        "annotation_type": "BUG",
        "severity": severity,
        "path": of.path,
        "line": of.first,
        "summary": of.message,
        "details": of.details,
        "link": of.url,
    })
}
