//! Brings findings to the pull request they belong to: what to do is planned, then done, and planned again after a failure.

pub mod annotate;
mod bitbucket;
pub mod comment;
pub mod diff;
pub mod document;
mod error;
mod github;
mod gitlab;
mod http;
pub mod plan;
pub mod setup;

use std::thread;
use std::time::Duration;

use self::annotate::{Capacity, annotations};
use self::bitbucket::Bitbucket;
use self::comment::Dialect;
use self::diff::Diff;
pub use self::error::ForgeError;
use self::github::Github;
use self::gitlab::Gitlab;
pub use self::plan::Action;
use self::plan::{Existing, MOST_INLINE, Manner, conversation};
use self::setup::{Kind, Setup};
use crate::finding::Level;
use crate::report::remark::Remarks;

/// The key where there is but one configuration: that of the root.
pub const ROOT_KEY: &str = ".";

/// Characters of a key, which stands in each comment.
const LONGEST_KEY: usize = 200;

/// How often a plan is made.
const PLANS: u32 = 3;

/// Annotations that check runs of GitHub take: 50 a request, and more than these nobody reads.
const CHECK_RUN: Capacity = Capacity { request: 50, commit: 1_000 };

/// Annotations that Bitbucket takes.
const CODE_INSIGHTS: Capacity = Capacity { request: 100, commit: 1_000 };

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Tells the comments of one run from those of others on the same pull request.
    pub key: &'a str,
    /// Annotate through a check run instead of comments on lines.
    pub check_run: bool,
    /// Only say what would be done.
    pub dry_run: bool,
    /// The findings are what an unprivileged job claims.
    pub claimed: bool,
    /// The level that fails the run.
    pub fails: Option<Level>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Done {
    /// The actions, which were carried out unless only asked for.
    Plan(Vec<Action>),
    /// There are newer commits, and a run for them will speak.
    MovedOn {
        /// What was checked.
        checked: String,
        /// What is there now.
        head: String,
    },
}

/// What a host knows.
#[derive(Default)]
struct State {
    diff: Diff,
    existing: Existing,
}

/// A pull request on some host. It does as it is told, and decides nothing.
trait Forge {
    /// Its last commit.
    fn head(&self) -> &str;
    /// What it changes, and what we said before.
    fn read(&self, key: &str) -> Result<State, ForgeError>;
    /// Does one thing.
    fn act(&self, key: &str, action: &Action) -> Result<(), ForgeError>;
}

/// Brings `remarks` to the pull request.
pub fn publish(setup: &Setup, remarks: &dyn Remarks, ask: Ask<'_>) -> Result<Done, ForgeError> {
    if ask.key.chars().count() > LONGEST_KEY {
        return Err(ForgeError::setup("the key is longer than 200 characters", "write a shorter one: `--key shop`"));
    }
    let token = setup.token.as_ref();
    let forge: Box<dyn Forge> = match setup.kind {
        Kind::Github => Box::new(Github::open(setup, token)?),
        Kind::Gitlab => Box::new(Gitlab::open(setup, token)?),
        Kind::Bitbucket => Box::new(Bitbucket::open(setup, token)?),
    };
    let head = forge.head().to_owned();
    if let Some(checked) = setup.commit.as_ref().filter(|commit| commit.is_empty() || !head.starts_with(&***commit)) {
        return Ok(Done::MovedOn { checked: checked.clone(), head });
    }
    let mut inline = MOST_INLINE;
    let mut made = 0;
    loop {
        made += 1;
        let actions = plan(setup.kind, forge.as_ref(), remarks, ask, inline)?;
        if ask.dry_run {
            return Ok(Done::Plan(actions));
        }
        match carry_out(forge.as_ref(), ask.key, &actions) {
            Ok(()) => return Ok(Done::Plan(actions)),
            // A line is not in the diff after all. GitHub then takes none of the comments.
            Err((Action::Review { .. }, ForgeError::Refused { status: 422, .. })) if inline > 0 => inline = 0,
            // What got through is seen when the plan is made again.
            Err((_, ForgeError::Interrupted { .. })) if made < PLANS => thread::sleep(Duration::from_secs(made.into())),
            Err((_, error)) => return Err(error),
        }
    }
}

fn plan(
    kind: Kind,
    forge: &dyn Forge,
    remarks: &dyn Remarks,
    ask: Ask<'_>,
    inline: usize,
) -> Result<Vec<Action>, ForgeError> {
    if kind == Kind::Bitbucket {
        return Ok(vec![Action::Annotate(annotations(remarks, CODE_INSIGHTS, ask.fails))]);
    }
    let State { diff, existing } = forge.read(ask.key)?;
    let dialect = if kind == Kind::Github { Dialect::Github } else { Dialect::Gitlab };
    let manner = Manner { key: ask.key, commit: Some(forge.head()), claimed: ask.claimed, dialect, inline };
    let mut actions = conversation(remarks, &diff, &existing, manner);
    if ask.check_run {
        actions.retain(|action| !matches!(action, Action::Review { .. }));
        actions.push(Action::Annotate(annotations(remarks, CHECK_RUN, ask.fails)));
    }
    Ok(actions)
}

fn carry_out<'a>(forge: &dyn Forge, key: &str, actions: &'a [Action]) -> Result<(), (&'a Action, ForgeError)> {
    actions.iter().try_for_each(|action| forge.act(key, action).map_err(|error| (action, error)))
}
