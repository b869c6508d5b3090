//! Where the reports of one check go: standard output, files, the summary of a GitHub Actions job.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::Terminal;
use crate::cli::output::{OutputArgs, ReportFormat};
use crate::git::base::Surroundings;
use crate::report::{
    Report, Style, checkstyle, concise, github, gitlab, json, json_lines, junit, markdown, pretty, rdjson, sarif,
    sonarqube,
};

/// Where GitHub Actions takes the summary of a job from.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// Bytes of a summary that GitHub takes.
const LARGEST_SUMMARY: u64 = 1024 * 1024;

/// The most bytes a character has.
const CHARACTER: u64 = 4;

/// The reports that are asked for.
#[derive(Debug)]
pub(super) struct Outputs {
    /// What goes to standard output, if anything does.
    pub(super) standard: Option<ReportFormat>,
    /// What goes to files.
    files: Vec<(ReportFormat, PathBuf)>,
    /// The file of the job's summary.
    summary: Option<PathBuf>,
}

/// Why a report cannot go where it is meant to.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum OutputError {
    /// A folder that is not there.
    #[error("{} cannot be written: there is no folder {}", path.display(), folder.display())]
    #[diagnostic(help("create it first: `mkdir -p {}`", folder.display()))]
    NoFolder {
        /// The file.
        path: PathBuf,
        /// Its folder.
        folder: PathBuf,
    },
    /// A folder in the place of a file.
    #[error("{} cannot be written: it is a folder", path.display())]
    #[diagnostic(help("name a file in it"))]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// Two reports in one place.
    #[error("two reports would be written to {place}")]
    #[diagnostic(help("give each a place of its own"))]
    Twice {
        /// The file, or standard output.
        place: String,
    },
    /// What the system says.
    #[error("{} cannot be written: {reason}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
}

impl Outputs {
    /// What the arguments ask for. Mistakes are told before anything is checked.
    pub(super) fn plan(
        args: &OutputArgs,
        terminal: Terminal,
        surroundings: &dyn Surroundings,
        log: &mut dyn Write,
    ) -> Result<Self, super::Error> {
        let (to_standard, files): (Vec<_>, Vec<_>) =
            args.output.iter().cloned().partition(|(_, path)| path.as_os_str() == "-");
        let standard: Vec<_> =
            args.output_format.into_iter().chain(to_standard.into_iter().map(|(it, _)| it)).collect();
        if standard.len() > 1 {
            return Err(OutputError::Twice { place: "standard output".to_owned() }.into());
        }
        let mut paths = BTreeSet::new();
        for (_, path) in &files {
            if !paths.insert(path) {
                return Err(OutputError::Twice { place: path.display().to_string() }.into());
            }
            check_place(path)?;
        }
        let summary = args.github_summary.then(|| surroundings.variable(SUMMARY)).flatten().map(PathBuf::from);
        if args.github_summary && summary.is_none() {
            writeln!(log, "no job summary is written: {SUMMARY} is not set")?;
        }
        let default = if terminal.interactive { ReportFormat::Pretty } else { ReportFormat::Concise };
        Ok(Self { standard: Some(standard.first().copied().unwrap_or(default)), files, summary })
    }

    /// Writes every report. `report` is as standard output shows it.
    pub(super) fn write(&self, report: &Report<'_>, out: &mut dyn Write) -> Result<(), super::Error> {
        if let Some(format) = self.standard {
            write_as(format, report, out)?;
        }
        let on_file = Report { style: Style::default(), actions: false, ..*report };
        for (format, path) in &self.files {
            let written = File::create(path).and_then(|file| {
                let mut file = BufWriter::new(file);
                write_as(*format, &on_file, &mut file)?;
                file.flush()
            });
            written.map_err(|reason| OutputError::Write { path: path.clone(), reason })?;
        }
        if let Some(path) = &self.summary {
            append_summary(path, &on_file).map_err(|reason| OutputError::Write { path: path.clone(), reason })?;
        }
        Ok(())
    }
}

fn check_place(path: &Path) -> Result<(), OutputError> {
    if path.is_dir() {
        return Err(OutputError::Folder { path: path.to_owned() });
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            Err(OutputError::NoFolder { path: path.to_owned(), folder: folder.to_owned() })
        }
        _ => Ok(()),
    }
}

/// Adds the report to what the step has said so far, as far as GitHub takes it.
fn append_summary(path: &Path, report: &Report<'_>) -> io::Result<()> {
    let taken = fs::metadata(path).map_or(0, |metadata| metadata.len());
    let characters = usize::try_from(LARGEST_SUMMARY.saturating_sub(taken) / CHARACTER).unwrap_or(usize::MAX);
    if characters < markdown::SHORTEST {
        return Err(io::Error::other("it holds all that GitHub takes, 1 MiB"));
    }
    let mut file = BufWriter::new(OpenOptions::new().append(true).create(true).open(path)?);
    markdown::write_within(characters, report, &mut file)?;
    file.flush()
}

fn write_as(format: ReportFormat, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let write = match format {
        ReportFormat::Pretty => pretty::write,
        ReportFormat::Concise => concise::write,
        ReportFormat::Json => json::write,
        ReportFormat::JsonLines => json_lines::write,
        ReportFormat::Github => github::write,
        ReportFormat::Sarif => sarif::write,
        ReportFormat::Gitlab => gitlab::write,
        ReportFormat::Rdjson => rdjson::write,
        ReportFormat::Checkstyle => checkstyle::write,
        ReportFormat::Junit => junit::write,
        ReportFormat::Sonarqube => sonarqube::write,
        ReportFormat::Markdown => markdown::write,
    };
    write(report, out)
}
