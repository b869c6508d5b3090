//! Reads the specification of a rule, `rules/<id>.md`: the only home of its name, summary, level and examples.

pub mod example;
mod markdown;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use self::example::Example;
use self::markdown::Block;
use crate::finding::Level;
use crate::fix::Safety;
use crate::rule::RuleId;
use crate::rules::RULES;

/// The families of rules: locks, what the running code meets, rows moved, what a migration loses, statements that do not
/// do what they say, the shape of the schema, the check itself, taste, the rules of a team, the ways back, changes that
/// take several releases.
pub const GROUPS: &[&str] = &[
    "backfill",
    "compatibility",
    "data",
    "failure",
    "locking",
    "meta",
    "policy",
    "rollback",
    "schema",
    "style",
    "transition",
];

/// Families that run only where they are asked for.
const OPT_IN: &[&str] = &["style"];

/// The specification of a rule.
#[derive(Clone, Debug)]
pub struct Spec<'a> {
    /// The title, equal to the name of the file.
    pub id: &'a str,
    /// The first paragraph.
    pub summary: String,
    /// How bad its findings are, unless configured.
    pub level: Level,
    /// The family of rules it belongs to.
    pub group: String,
    /// The servers it knows.
    pub engines: Vec<Engine>,
    /// How safe its fix is, where it has one.
    pub fix: Option<Safety>,
    /// What of a migration `switchback plan` is to be asked about, where that knows the safe way.
    pub plan: Option<Planned>,
    /// The version of Switchback it came with.
    pub since: String,
    /// What other tools call it: `squawk:require-concurrent-index-creation`.
    pub also_known_as: Vec<String>,
    /// How bad it is for security, from 0.1 to 10 as CVSS counts; none for what is no matter of security.
    pub security_severity: Option<f32>,
    text: &'a str,
}

/// A server a rule knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// `PostgreSQL`.
    Postgres,
}

/// What of a migration a plan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Planned {
    /// The statement.
    Statement,
    /// All of it: the statement belongs to others.
    File,
}

/// The sections of a specification, in the order they must stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// What goes wrong, and for whom.
    Why,
    /// SQL with findings.
    Bad,
    /// SQL without any.
    Good,
    /// Settings.
    Options,
    /// When it does not matter.
    Allow,
    /// Where to read on.
    SeeAlso,
}

/// What is wrong with a specification.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}: {message}")]
pub struct SpecError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

/// The level of a rule, unless configured.
pub fn level(rule: RuleId) -> Level {
    of(rule).map_or(Level::Error, |spec| spec.level)
}

/// The family a rule belongs to.
pub fn group(rule: RuleId) -> &'static str {
    of(rule).map_or("unknown", |spec| &spec.group)
}

/// Whether a rule runs only where somebody asked for it.
pub fn is_opt_in(rule: RuleId) -> bool {
    OPT_IN.contains(&group(rule))
}

/// The rules as people may name them: each with its group.
pub fn names() -> Vec<(&'static str, &'static str)> {
    RULES.iter().map(|rule| (rule.id.0, group(rule.id))).collect()
}

/// What a rule reports, in one sentence.
pub fn summary(rule: RuleId) -> &'static str {
    of(rule).map_or("", |spec| &spec.summary)
}

/// The specification of a rule of the list. A test proves that each one can be read.
pub fn of(rule: RuleId) -> Option<&'static Spec<'static>> {
    static SPECS: LazyLock<BTreeMap<RuleId, Spec<'static>>> = LazyLock::new(|| {
        RULES.iter().filter_map(|rule| Some((rule.id, Spec::parse(rule.id.0, rule.spec).ok()?))).collect()
    });
    SPECS.get(&rule)
}

impl<'a> Spec<'a> {
    /// Reads title, summary and metadata of the specification of the rule `id`, and checks the order of the sections.
    pub fn parse(id: &str, text: &'a str) -> Result<Self, SpecError> {
        let blocks = markdown::blocks(text)?;
        let mut blocks = blocks.iter();
        let title = match blocks.next() {
            Some(Block::Heading { depth: 1, title, .. }) if *title == id => *title,
            _ => return Err(SpecError::new(1, format!("the first line has to be `# {id}`"))),
        };
        let summary = match blocks.next() {
            Some(Block::Paragraph { text, .. }) => text.split_whitespace().collect::<Vec<_>>().join(" "),
            _ => return Err(SpecError::new(2, "the title has to be followed by a paragraph: the summary")),
        };
        let metadata: Metadata = match blocks.next() {
            Some(Block::Fence { info: "toml", body, line, .. }) => {
                toml::from_str(body).map_err(|error| SpecError::new(*line, error.message()))?
            }
            _ => return Err(SpecError::new(3, "the summary has to be followed by a `toml` block: the metadata")),
        };
        check_sections(blocks.as_slice())?;
        let Metadata { level, group, engines, fix, plan, since, also_known_as, security_severity } = metadata;
        let fix = fix.map(Safety::from);
        Ok(Self { id: title, summary, level, group, engines, fix, plan, since, also_known_as, security_severity, text })
    }

    /// Its examples, in order.
    pub fn examples(&self) -> Result<Vec<Example<'a>>, SpecError> {
        example::read(&markdown::blocks(self.text)?)
    }

    /// The sections, in Markdown: what stands behind the title, the summary and the metadata.
    pub fn prose(&self) -> &'a str {
        self.text.find("\n## ").and_then(|start| self.text.get(start + 1..)).unwrap_or_default()
    }

    /// The whole text, in Markdown.
    pub fn text(&self) -> &'a str {
        self.text
    }
}

impl SpecError {
    fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

impl Section {
    fn titled(title: &str) -> Option<Self> {
        Some(match title {
            "Why" => Self::Why,
            "Bad" => Self::Bad,
            "Good" => Self::Good,
            "Options" => Self::Options,
            "When to allow it" => Self::Allow,
            "See also" => Self::SeeAlso,
            _ => return None,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Metadata {
    level: Level,
    group: String,
    engines: Vec<Engine>,
    fix: Option<FixSafety>,
    plan: Option<Planned>,
    since: String,
    #[serde(default)]
    also_known_as: Vec<String>,
    security_severity: Option<f32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum FixSafety {
    Safe,
    Unsafe,
}

impl From<FixSafety> for Safety {
    fn from(safety: FixSafety) -> Self {
        match safety {
            FixSafety::Safe => Self::Safe,
            FixSafety::Unsafe => Self::Unsafe,
        }
    }
}

fn check_sections(blocks: &[Block<'_>]) -> Result<(), SpecError> {
    let mut last = None;
    for block in blocks {
        let Block::Heading { depth: ..=2, title, line } = block else { continue };
        let section = Section::titled(title)
            .ok_or_else(|| SpecError::new(*line, format!("`{title}` is none of the sections of a specification")))?;
        if last >= Some(section) {
            return Err(SpecError::new(*line, format!("`{title}` stands twice or too late")));
        }
        last = Some(section);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# some-rule\n\nSays what\nit reports.\n\n```toml\nlevel = \"warning\"\ngroup = \"locking\"\n\
        engines = [\"postgres\"]\nfix = \"unsafe\"\nsince = \"0.1.0\"\nalso-known-as = [\"peer:x\"]\n```\n\n## Why\n## Bad\n";

    #[test]
    fn the_head_of_a_specification() {
        let spec = Spec::parse("some-rule", TEXT).unwrap();
        assert_eq!((spec.id, &*spec.summary), ("some-rule", "Says what it reports."));
        assert_eq!((spec.level, spec.fix, &*spec.group), (Level::Warning, Some(Safety::Unsafe), "locking"));
        assert_eq!(spec.also_known_as, ["peer:x"]);
        assert!(spec.examples().unwrap().is_empty());
        assert_eq!(spec.prose(), "## Why\n## Bad\n");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let wrong = |text: &str| Spec::parse("some-rule", text).unwrap_err().to_string();
        assert_eq!(wrong("# other"), "1: the first line has to be `# some-rule`");
        assert!(wrong(&TEXT.replace("group", "grop")).contains("unknown field `grop`"));
        assert_eq!(wrong(&TEXT.replace("Why", "Reasons")), "15: `Reasons` is none of the sections of a specification");
        assert_eq!(wrong(&TEXT.replace("Why", "Good")), "16: `Bad` stands twice or too late");
        assert_eq!(wrong(&format!("{TEXT}```sql\n")), "17: this code block does not end");
    }
}
