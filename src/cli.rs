//! The command line: what can be asked, and nothing of how it is answered.

mod baseline;
mod check;
mod config;
mod diff;
mod fix;
mod init;
mod inputs;
pub mod output;
mod plan;
mod review;
mod sources;
mod stats;
mod status;

use clap::builder::Styles;
use clap::builder::styling::AnsiColor;
use clap::{Args, Parser, Subcommand, ValueEnum};

use self::baseline::BASELINE_EXAMPLES;
pub use self::baseline::{BaselineArgs, BaselineCommand, LeaveArgs};
pub use self::check::{CheckArgs, EvidenceArgs, ReleaseArgs, RuleArgs};
use self::config::CONFIG_EXAMPLES;
pub use self::config::{CompletionsArgs, ConfigFormat, ManArgs, ShowConfigArgs};
use self::diff::DIFF_EXAMPLES;
pub use self::diff::{DiffArgs, DiffFormat};
pub use self::fix::FixArgs;
use self::init::INIT_EXAMPLES;
pub use self::init::InitArgs;
pub use self::inputs::{ConfigArgs, DatabaseArgs, InputArgs};
use self::output::Hints;
use self::plan::PLAN_EXAMPLES;
pub use self::plan::{PlanArgs, PlanFormat, SyncName};
use self::review::REVIEW_EXAMPLES;
pub use self::review::{ForgeName, ReviewArgs};
use self::sources::SOURCES_EXAMPLES;
pub use self::sources::{SourcesArgs, SourcesFormat};
pub use self::stats::{DatabaseUrl, PullArgs, StatsArgs, StatsCommand};
use self::status::STATUS_EXAMPLES;
pub use self::status::{StatusArgs, StatusFailOn, StatusFormat};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXIT_CODES: &str = "\
Exit codes:
  0  nothing found at or above the level of --fail-on
  1  something found
  2  the check could not be made";

const LOCKS_EXAMPLES: &str = "\
Examples:
  switchback locks db/migrations/0042_add_email.sql
  switchback locks --engine postgres@16 --table-rows users=40m db/migrations/0042_add_email.sql
  switchback locks --output-format json db/migrations
  git show HEAD:db/0042.sql | switchback locks - --stdin-filename db/0042.sql

Exit codes:
  0  the locks are shown
  2  there is nothing that can be read";

/// Checks SQL migrations before they meet a live database.
///
/// Switchback replays the history of your migrations and says what each statement will do to a server in use: which
/// locks it takes, what it rewrites, and what it breaks for the code that is running.
#[derive(Debug, Parser)]
#[command(name = "switchback", version, styles = STYLES, arg_required_else_help = true, max_term_width = 100)]
#[command(disable_help_subcommand = true, infer_subcommands = false, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub global: GlobalArgs,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check migrations.
    ///
    /// A folder is searched for migrations, whatever tool they are laid out for. Of a file, the other migrations in its
    /// folder are read too, to know what the tables look like by then, but only the file is reported on.
    #[command(after_help = EXIT_CODES)]
    Check(Box<CheckArgs>),
    /// Check migrations, and comment on the pull request that brings them.
    ///
    /// Findings on lines of the change become comments there, in one review and with the edit where one is safe. A summary
    /// has all of them: it is edited from run to run, and says so when nothing is left. Comments whose finding is gone are
    /// taken back, unless somebody answered. Nothing is said twice.
    ///
    /// Migrations are compared with the base of the pull request (`--base auto`) unless told otherwise. A job of GitHub
    /// Actions, GitLab CI or Bitbucket Pipelines tells which pull request is meant. The token stands in `GITHUB_TOKEN`,
    /// `GITLAB_TOKEN` or `BITBUCKET_TOKEN`, or in `SWITCHBACK_TOKEN`. Without one, or where it may not write, the findings
    /// are only printed: in GitHub Actions as annotations.
    #[command(after_help = REVIEW_EXAMPLES, after_long_help = REVIEW_EXAMPLES)]
    Review(Box<ReviewArgs>),
    /// Show what is read: which migrations, by which layout, in which order, and how each runs.
    ///
    /// Also what is left out, and why. Where the order or the layout is not what your tool does, this is where it shows.
    #[command(after_help = SOURCES_EXAMPLES, after_long_help = SOURCES_EXAMPLES)]
    Sources(Box<SourcesArgs>),
    /// Show which locks migrations take, and for how long.
    ///
    /// For each statement: the relations it locks, how strongly, what has to wait meanwhile, what work is done under the
    /// lock, and when it is released. A lock taken inside a transaction is held until the transaction ends, so locks
    /// pile up; the picture under the table shows which relation is closed from which statement to which.
    ///
    /// Of a file, the other migrations in its folder are read as history, as `check` does. Nothing is judged: the exit
    /// code is 0 whatever the locks are.
    #[command(after_help = LOCKS_EXAMPLES, after_long_help = LOCKS_EXAMPLES)]
    Locks(Box<LocksArgs>),
    /// Plan an unsafe change: the releases in which it is safe.
    ///
    /// The change is the SQL as one would write it for an empty table. The plan has the migrations and jobs that lead to the
    /// same schema while old and new code run: what has to be true before each, which locks it takes, how to go back and
    /// until when, and what the application does in between. Its SQL names the columns, indexes, constraints and defaults
    /// that the history made.
    #[command(after_help = PLAN_EXAMPLES, after_long_help = PLAN_EXAMPLES)]
    Plan(Box<PlanArgs>),
    /// Compare two schemas, and say what kind of change each difference is.
    ///
    /// A side is a folder of migrations, one SQL file (a dump of `pg_dump`, say, read by itself), `REV:PATH` (what a git
    /// revision has at a path, counted from the root of the repository), or the URL of a live database, `postgres://…`,
    /// which is only read. Its password may stand in `PGPASSWORD`.
    ///
    /// Every difference is a contract (takes something away), a rewrite (copies a table in use), tightens, loosens, expands
    /// (adds what nobody has to use) or is neutral. Below it stands what `check` says of the plain statement that makes
    /// the change, on the old schema as history.
    #[command(after_help = DIFF_EXAMPLES, after_long_help = DIFF_EXAMPLES)]
    Diff(Box<DiffArgs>),
    /// Get the sizes of tables from a live database, for `check --stats` and `locks --stats`.
    Stats(StatsArgs),
    /// Show where every schema change in flight stands, and what to do next.
    ///
    /// A change that replaces something takes several releases: the new is added, writes reach both, old rows are copied
    /// and checked, readers move, the old goes. The history tells how far each has got: open ones come first, with the
    /// next step in words and SQL, what cannot be taken back, and what must be removed at the end. Comments add what SQL
    /// cannot show: who owns it, by when it is to be done, what code does.
    #[command(after_help = STATUS_EXAMPLES, after_long_help = STATUS_EXAMPLES)]
    Status(Box<StatusArgs>),
    /// Write down the findings that are left as they are, in a repository older than the check.
    ///
    /// The file holds fingerprints, which survive edits elsewhere in a migration. `check` leaves what stands there, says
    /// how many, and warns of entries that it does not find any more. Where all old migrations are to be left alone,
    /// `start-after` in the configuration does it without a file.
    #[command(subcommand, after_help = BASELINE_EXAMPLES, after_long_help = BASELINE_EXAMPLES)]
    Baseline(BaselineCommand),
    /// Show the settings that hold in a place, and where each comes from.
    ///
    /// The output is a configuration file: defaults, then `switchback.toml`, then the environment, then arguments, each
    /// over the one before.
    #[command(after_help = CONFIG_EXAMPLES, after_long_help = CONFIG_EXAMPLES)]
    Config(Box<ShowConfigArgs>),
    /// Write a configuration for your migrations, or show what runs the check in CI.
    ///
    /// `switchback.toml` says where the migrations are, and has every other setting as a comment. What the default branch
    /// of the repository has is released: reporting starts after it.
    #[command(after_help = INIT_EXAMPLES, after_long_help = INIT_EXAMPLES)]
    Init(InitArgs),
    /// Explain a rule: what it finds, why it matters, and what to do instead.
    Explain(ExplainArgs),
    /// List all rules.
    Rules(RulesArgs),
    /// Print the JSON Schema of `switchback.toml`, for editors.
    Schema,
    /// Print the completions for a shell.
    Completions(CompletionsArgs),
    /// Print the manual page, or write one for each command.
    Man(ManArgs),
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// When to use colors.
    #[arg(long, value_enum, value_name = "WHEN", env = "SWITCHBACK_COLOR", default_value_t, global = true)]
    #[arg(hide_possible_values = false)]
    pub color: Color,
    /// Say on standard error what is read, and what is left out and why.
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// Options of `locks`.
#[derive(Clone, Debug, Args)]
pub struct LocksArgs {
    /// Which migrations are meant.
    #[command(flatten)]
    pub input: InputArgs,
    /// Where settings come from.
    #[command(flatten)]
    pub config: ConfigArgs,
    /// What the locks depend on.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// How to write the timeline [default: pretty on a terminal, else concise].
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = "Output")]
    pub output_format: Option<TimelineFormat>,
    /// What does not exist.
    #[command(flatten)]
    pub hints: Hints,
}

/// Options of `explain`.
#[derive(Clone, Debug, Args)]
pub struct ExplainArgs {
    /// The name of the rule.
    pub rule: String,
}

/// Options of `rules`.
#[derive(Clone, Debug, Args)]
pub struct RulesArgs {
    /// How to write the list.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub output_format: ListFormat,
    /// What does not exist.
    #[command(flatten)]
    pub hints: Hints,
}

/// How to write a lock timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TimelineFormat {
    /// A drawn table, with a picture of who waits when.
    Pretty,
    /// Aligned columns, one line for each lock.
    Concise,
    /// For programs.
    Json,
}

/// How to write a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// A table.
    #[default]
    Pretty,
    /// For programs.
    Json,
}

/// When to use colors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::config::value::FailOn;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn values_are_read() {
        let arguments = "switchback check a.sql - --engine postgres@16 --table-rows users=40m --table-rows b=2k \
                         --select one,two --fail-on never --output-format json --color never";
        let cli = Cli::try_parse_from(arguments.split_whitespace()).unwrap();
        let Command::Check(check) = cli.command else { panic!("not check") };
        assert_eq!(check.database.engine, Some(16));
        assert_eq!(check.database.table_rows, [("users".to_owned(), 40_000_000), ("b".to_owned(), 2_000)]);
        assert_eq!(check.rules.select, ["one", "two"]);
        assert_eq!(check.output.fail_on, Some(FailOn::Never));
        assert_eq!(cli.global.color, Color::Never);
    }

    #[test]
    fn wrong_values_say_what_to_write() {
        let error = Cli::try_parse_from(["switchback", "check", "--engine", "mysql@8"]).unwrap_err().to_string();
        assert!(error.contains("`mysql` is not supported; write `postgres@16`"), "{error}");
        for command in ["check", "locks", "rules", "status"] {
            let error = Cli::try_parse_from(["switchback", command, "--format", "json"]).unwrap_err().to_string();
            assert!(error.contains("unexpected argument '--format") && error.contains("--output-format"), "{error}");
        }
    }

    #[test]
    fn help_reads_well() {
        let mut command = Cli::command().term_width(100);
        command.build();
        insta::assert_snapshot!("help", command.render_long_help());
        let check = command.find_subcommand_mut("check").unwrap();
        insta::assert_snapshot!("help_check", check.render_long_help());
        let review = command.find_subcommand_mut("review").unwrap();
        insta::assert_snapshot!("help_review", review.render_long_help());
        let locks = command.find_subcommand_mut("locks").unwrap();
        insta::assert_snapshot!("help_locks", locks.render_long_help());
        let diff = command.find_subcommand_mut("diff").unwrap();
        insta::assert_snapshot!("help_diff", diff.render_long_help());
        let plan = command.find_subcommand_mut("plan").unwrap();
        insta::assert_snapshot!("help_plan", plan.render_long_help());
        let status = command.find_subcommand_mut("status").unwrap();
        insta::assert_snapshot!("help_status", status.render_long_help());
        let init = command.find_subcommand_mut("init").unwrap();
        insta::assert_snapshot!("help_init", init.render_long_help());
    }
}
