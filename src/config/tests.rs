//! What can be set, and what is said of mistakes.

use super::*;
use crate::finding::Level;
use crate::rule::RuleId;
use crate::settings::policy::{Forbidden, NameKind};
use crate::source::migration::TransactionMode;
use crate::syntax::directive::Linter;

const KNOWN: &[(&str, &str)] = &[
    ("char-type", "style"),
    ("column-type-change", "compatibility"),
    ("missing-lock-timeout", "locking"),
    ("serial-column", "style"),
];

fn parsed(text: &str) -> Config {
    parse(Path::new("/app/switchback.toml"), text.to_owned(), KNOWN).unwrap()
}

/// The message, the text at fault, and the help.
fn problem(text: &str) -> (String, String, String) {
    let error = parse(Path::new("/app/switchback.toml"), text.to_owned(), KNOWN).unwrap_err();
    let span = error.span.map_or(0..0, |span| span.offset()..span.offset() + span.len());
    (error.message, text[span].to_owned(), error.help.unwrap_or_default())
}

/// What is told of a mistake: the message, the text at fault, and the help.
fn told(message: &str, at: &str, help: &str) -> (String, String, String) {
    (message.to_owned(), at.to_owned(), help.to_owned())
}

#[test]
fn everything_can_be_set() {
    let config = parsed(
        r#"
        engine = "postgres@16"
        fail-on = "warning"
        baseline = "ops/left.json"
        compat = ["squawk", "atlas"]
        [migrations]
        paths = ["db/migrations"]
        exclude = ["**/seeds/**"]
        transaction = "single-query"
        post-deploy = ["db/migrations/post/**"]
        start-after = "20240101120000"
        [tables]
        large-rows = 50_000
        [tables.rows]
        users = 40_000_000
        "billing.Invoices" = "2k"
        [session]
        max-lock-timeout = "10s"
        [rules]
        missing-lock-timeout = "off"
        column-type-change = "note"
        style = "warning"
        char-type = "off"
        "#,
    );
    assert_eq!(config.settings.version, 16);
    assert_eq!(config.fail_on, FailOn::Warning);
    assert_eq!(config.settings.compat, [Linter::Squawk, Linter::Atlas]);
    assert_eq!(config.baseline.as_deref(), Some(Path::new("/app/ops/left.json")));
    assert_eq!(config.paths, [Path::new("/app/db/migrations")]);
    assert_eq!(config.settings.transaction, Some(TransactionMode::SingleQuery));
    assert_eq!(config.start_after.as_deref(), Some("20240101120000"));
    assert!(config.post_deploy.contains(Path::new("/app/db/migrations/post/1.sql")));
    assert_eq!(config.settings.large_rows, 50_000);
    assert_eq!(config.settings.table_rows["users"], 40_000_000);
    assert_eq!(config.settings.table_rows["billing.invoices"], 2_000);
    assert_eq!(config.settings.max_lock_timeout, 10_000);
    assert_eq!(config.settings.levels[&RuleId("missing-lock-timeout")], None);
    assert_eq!(config.settings.levels[&RuleId("column-type-change")], Some(Level::Note));
    assert_eq!(config.settings.levels[&RuleId("serial-column")], Some(Level::Warning), "by its group");
    assert_eq!(config.settings.levels[&RuleId("char-type")], None, "its own name counts for more");
}

#[test]
fn a_team_gives_itself_rules() {
    let config = parsed(
        r#"
        [policy]
        required-columns = ["id", "created_at timestamp with time zone"]
        statement-timeout = "required"
        forbidden = ["trigger"]
        [policy.names]
        foreign-key = "_fkey$"
        [policy.types]
        char = " use text "
        "varchar(255)" = ""
        "#,
    );
    let policy = &config.settings.policy;
    let columns: Vec<_> = policy.required_columns.iter().map(|column| (&*column.name, &column.data_type)).collect();
    assert!(matches!(&*columns, [("id", None), ("created_at", Some(found))] if &*found.name == "timestamptz"));
    assert!(policy.statement_timeout);
    assert_eq!(policy.forbidden, [Forbidden::Trigger]);
    assert!(policy.convention(NameKind::ForeignKey).unwrap().is_match("orders_user_id_fkey"));
    assert!(policy.convention(NameKind::Check).is_none());
    let types: Vec<_> = policy.types.iter().map(|rule| (&*rule.data_type.name, &*rule.advice)).collect();
    assert_eq!(types, [("bpchar", "use text"), ("varchar", "")]);
    assert!(policy.types[0].data_type.modifiers.is_empty(), "of any length");
}

#[test]
fn statistics_can_be_placed() {
    let config = parsed("[tables]\nlarge-size = \"2MB\"\nstats = \"ops/stats.json\"\nmax-age = \"7d\"\n");
    assert_eq!(config.settings.large_size, 2 << 20);
    assert_eq!(config.stats.as_deref(), Some(Path::new("/app/ops/stats.json")));
    assert_eq!(config.max_stats_age, 7 * DAY);
}

#[test]
fn code_can_be_placed() {
    let code = parsed("[code]\nsearch = false\npaths = [\"app\"]\nexclude = [\"docs/**\"]\n").settings.code;
    assert!(code.off && code.exclude.contains(Path::new("/app/docs/a.py")));
    assert_eq!(code.paths, [Path::new("/app/app")]);
}

#[test]
fn an_empty_file_changes_nothing() {
    let config = parsed("");
    assert_eq!(config.settings.version, Settings::default().version);
    assert_eq!(config.fail_on, FailOn::Error);
    assert!(config.paths.is_empty());
}

#[test]
fn mistakes_are_pointed_at() {
    assert_eq!(problem("[migrations]\npath = [\"db\"]\n"), told("unknown key `path`", "path", "did you mean `paths`?"));
    assert_eq!(
        problem("[rules]\nmissing-lock-timeouts = \"off\"\n"),
        told("unknown rule `missing-lock-timeouts`", "missing-lock-timeouts", "did you mean `missing-lock-timeout`?")
    );
    assert_eq!(problem("fail-on = \"warn\"\n"), told("unknown level `warn`", "\"warn\"", "did you mean `warning`?"));
    assert_eq!(
        problem("engine = \"mysql@8\"\n"),
        told("`mysql` is not supported", "\"mysql@8\"", "write `postgres@16`; PostgreSQL 12 to 18 are known")
    );
    assert_eq!(
        problem("[tables.rows]\nusers = -1\n"),
        told("`-1` is not a number of rows", "-1", "write `40000000`, `40_000_000` or `40m`")
    );
    assert_eq!(
        problem("[tables]\nmax-age = \"a month\"\n"),
        told("`a month` is not a time", "\"a month\"", "write `36h`, `14d` or `2w`")
    );
    assert_eq!(
        problem("[tables]\nlarge-size = 10\n"),
        told("`10` is not a size", "10", "write `64kB`, `10MB` or `2GB`")
    );
    assert_eq!(
        problem("[session]\nmax-lock-timeout = 30\n"),
        told("`30` is not a duration", "30", "write `30s`, `500ms` or `2min`")
    );
    assert_eq!(
        problem("zzz = 1\n"),
        told(
            "unknown key `zzz`",
            "zzz",
            "known keys: `engine`, `fail-on`, `baseline`, `compat`, `migrations`, `code`, `tables`, `session`, `transitions`, `rules`, `policy`, `projects`"
        )
    );
}

#[test]
fn mistakes_in_the_policy_are_pointed_at() {
    assert_eq!(
        problem("[policy.names]\ntabel = \"^a\"\n"),
        told("unknown key `tabel`", "tabel", "did you mean `table`?")
    );
    assert_eq!(
        problem("[policy.names]\ntable = \"^[a-z(\"\n"),
        told(
            "`^[a-z(` is no regular expression: non-empty character class has no closing bracket",
            "\"^[a-z(\"",
            "write one like `^[a-z][a-z0-9_]*$`"
        )
    );
    assert_eq!(
        problem("[policy]\nrequired-columns = [\"id\", \"created at, timestamptz\"]\n"),
        told(
            "`created at, timestamptz` is not a column",
            "\"created at, timestamptz\"",
            "write `created_at` or `created_at timestamptz`"
        )
    );
    assert_eq!(
        problem("[policy.types]\n\"json, text\" = \"\"\n"),
        told("`json, text` is not a data type", "\"json, text\"", "write `json`, `varchar(255)` or `billing.currency`")
    );
    assert_eq!(
        problem("[policy]\nstatement-timeout = \"requierd\"\n"),
        told("unknown value `requierd`", "\"requierd\"", "did you mean `required`?")
    );
    assert_eq!(
        problem("[policy]\nforbidden = [\"triggers\"]\n"),
        told("unknown word `triggers`", "\"triggers\"", "did you mean `trigger`?")
    );
}

#[test]
fn broken_toml_is_an_error_with_a_place() {
    let (message, at, _) = problem("engine = \n");
    assert!(!message.is_empty() && !message.contains('\n'), "{message}");
    assert!(at.len() <= 1, "{at}");
    let (message, at, _) = problem("engine = 16\n");
    assert_eq!((message.as_str(), at.as_str()), ("invalid type: integer `16`, expected a string", "16"));
}
