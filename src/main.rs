//! The `switchback` binary: parses arguments, runs a command, prints its error, exits.

#![allow(
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "the one place that prints and reads the environment"
)]

use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;
use std::time::SystemTime;

use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches};
use switchback::cli::{BaselineCommand, Cli, Color, Command, ListFormat, StatsCommand};
use switchback::command::{
    Error, Streams, Terminal, baseline, check, config, diff, explain, init, locks, manual, plan, review, rules,
    sources, stats, status,
};
use switchback::config::shown::SCHEMA;
use switchback::database::Variables;
use switchback::date::Moment;
use switchback::git::base::Surroundings;
use switchback::report::Style;

/// The work could not be done.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let matches = Cli::command().get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let terminal = terminal(cli.global.color);
    let mut out = BufWriter::new(io::stdout().lock());
    let result = run(&cli, &matches, terminal, &mut out).and_then(|found| {
        out.flush()?;
        Ok(found)
    });
    match result {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => ExitCode::FAILURE,
        // Whoever reads the report has had enough (`switchback … | head`).
        Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = String::new();
            let theme = match (color(cli.global.color, io::stderr().is_terminal()), terminal.style.unicode) {
                (true, _) => miette::GraphicalTheme::unicode(),
                (false, true) => miette::GraphicalTheme::unicode_nocolor(),
                (false, false) => miette::GraphicalTheme::none(),
            };
            let handler = miette::GraphicalReportHandler::new_themed(theme);
            if handler.render_report(&mut text, &error).is_err() {
                text = format!("error: {error}");
            }
            eprintln!("{}", text.trim_end());
            ExitCode::from(FAILED)
        }
    }
}

fn run(cli: &Cli, matches: &ArgMatches, terminal: Terminal, out: &mut dyn Write) -> Result<bool, Error> {
    match &cli.command {
        Command::Check(args) => {
            let streams = Streams { input: &mut io::stdin().lock(), out, log: &mut io::stderr().lock() };
            check::run(args, cli.global.verbose, terminal, &Environment, streams)
        }
        Command::Review(args) => {
            let streams = Streams { input: &mut io::stdin().lock(), out, log: &mut io::stderr().lock() };
            review::run(args, cli.global.verbose, terminal, &Environment, streams)
        }
        Command::Sources(args) => {
            let streams = Streams { input: &mut io::stdin().lock(), out, log: &mut io::stderr().lock() };
            sources::run(args, terminal, streams)?;
            Ok(false)
        }
        Command::Locks(args) => {
            let streams = Streams { input: &mut io::stdin().lock(), out, log: &mut io::stderr().lock() };
            locks::run(args, cli.global.verbose, terminal, streams)?;
            Ok(false)
        }
        Command::Plan(args) => {
            let streams = Streams { input: &mut io::stdin().lock(), out, log: &mut io::stderr().lock() };
            plan::run(args, cli.global.verbose, terminal, streams)
        }
        Command::Diff(args) => {
            let streams = Streams { input: &mut io::stdin().lock(), out, log: &mut io::stderr().lock() };
            diff::run(args, cli.global.verbose, terminal, &database_variables(), streams)
        }
        Command::Stats(args) => {
            match &args.command {
                StatsCommand::Pull(pull) => stats::pull(pull, &database_variables(), out)?,
                StatsCommand::Query => stats::query(out)?,
            }
            Ok(false)
        }
        Command::Status(args) => {
            let streams = Streams { input: &mut io::stdin().lock(), out, log: &mut io::stderr().lock() };
            status::run(args, cli.global.verbose, terminal, streams)
        }
        Command::Baseline(command) => {
            let streams = Streams { input: &mut io::stdin().lock(), out, log: &mut io::stderr().lock() };
            match command {
                BaselineCommand::Write(args) => baseline::write(args, terminal.now, streams)?,
                BaselineCommand::Prune(args) => baseline::prune(args, terminal.now, streams)?,
            }
            Ok(false)
        }
        Command::Config(args) => done(config::run(args, &|option| given(matches, option), out)),
        Command::Schema => done(out.write_all(SCHEMA.as_bytes())),
        Command::Completions(args) => done(manual::completions(args.shell, out)),
        Command::Man(args) => done(manual::pages(args.dir.as_deref(), out)),
        Command::Init(args) => done(init::run(args, out, &mut io::stderr().lock())),
        Command::Explain(args) => done(explain::explain(&args.rule, terminal.style, out)),
        Command::Rules(args) => done(match args.output_format {
            ListFormat::Pretty => rules::write_table(terminal.style, out),
            ListFormat::Json => rules::write_json(out),
        }),
    }
}

/// For commands that find nothing.
fn done<E: Into<Error>>(result: Result<(), E>) -> Result<bool, Error> {
    result.map(|()| false).map_err(Into::into)
}

/// The argument or environment variable that an option of the subcommand was given by.
fn given(matches: &ArgMatches, option: &str) -> Option<String> {
    let (name, of_command) = matches.subcommand()?;
    match of_command.value_source(option)? {
        ValueSource::CommandLine => Some(format!("--{}", option.replace('_', "-"))),
        ValueSource::EnvVariable => {
            let command = Cli::command();
            let argument = command.find_subcommand(name)?.get_arguments().find(|known| known.get_id() == option)?;
            Some(argument.get_env()?.to_string_lossy().into_owned())
        }
        _ => None,
    }
}

/// The variables that tell what a change is compared with.
struct Environment;

impl Surroundings for Environment {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }

    fn event(&self) -> Option<String> {
        std::fs::read_to_string(self.variable("GITHUB_EVENT_PATH")?).ok()
    }
}

/// What libpq reads of the environment beside the URL, as far as it matters here.
fn database_variables() -> Variables {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    Variables {
        password: variable("PGPASSWORD"),
        ssl_mode: variable("PGSSLMODE"),
        ssl_root_certificate: variable("PGSSLROOTCERT"),
        home: std::env::home_dir(),
    }
}

/// What standard output can show.
fn terminal(when: Color) -> Terminal {
    let interactive = io::stdout().is_terminal();
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    let mut locale = locale.filter(|value| !value.is_empty());
    let style = Style {
        color: color(when, interactive),
        // Pipes and files are read by programs that expect UTF-8; an old terminal may not.
        unicode: !interactive || locale.next().is_none_or(|value| value.to_ascii_lowercase().contains("utf")),
        hyperlinks: interactive && color(when, interactive),
        width: width(interactive),
        verbose: false,
    };
    let actions = std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true");
    Terminal { interactive, style, actions, now: Moment::of_clock(SystemTime::now()) }
}

/// `COLUMNS`, then what the terminal says.
fn width(interactive: bool) -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let asked = || terminal_size::terminal_size().filter(|_| interactive).map(|(width, _)| usize::from(width.0));
    columns.or_else(asked).unwrap_or(Style::default().width)
}

/// `--color`, then `NO_COLOR` (no-color.org), then what the stream is.
fn color(when: Color, interactive: bool) -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    match when {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => interactive && !refused && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}
