//! What comes out of `check`: formats, and where they go.

use std::path::PathBuf;

use clap::builder::UnknownArgumentValueParser;
use clap::{Args, ValueEnum};

use crate::config::value::FailOn;
use crate::suggest::nearest;

/// What comes out.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// The lowest level of finding that makes the exit code 1 [default: error].
    #[arg(long, value_enum, value_name = "LEVEL", env = "SWITCHBACK_FAIL_ON")]
    pub fail_on: Option<FailOn>,
    /// How to write the report to standard output [default: pretty on a terminal, else concise].
    #[arg(long, value_enum, value_name = "FORMAT", env = "SWITCHBACK_OUTPUT_FORMAT")]
    pub output_format: Option<ReportFormat>,
    /// Write a report to a file too, such as `sarif=report.sarif`; may be repeated.
    ///
    /// The file is written even where nothing is found. `-` is standard output, in place of the report that is written
    /// there otherwise.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = destination)]
    pub output: Vec<(ReportFormat, PathBuf)>,
    /// Add the Markdown report to the summary of a GitHub Actions job, the file that `GITHUB_STEP_SUMMARY` names.
    #[arg(long)]
    pub github_summary: bool,
    /// What does not exist.
    #[command(flatten)]
    pub hints: Hints,
}

/// How to write a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// With the code, and what to do instead.
    Pretty,
    /// One line for each finding.
    Concise,
    /// For programs: one document.
    Json,
    /// For programs: one finding a line.
    JsonLines,
    /// Annotations of GitHub Actions: the ten worst of each level, the rest counted.
    Github,
    /// SARIF 2.1.0, for code scanning and editors.
    Sarif,
    /// GitLab's Code Quality report.
    Gitlab,
    /// Diagnostics for reviewdog.
    Rdjson,
    /// Checkstyle's XML, for Jenkins and others.
    Checkstyle,
    /// JUnit's XML, for the test reports of CI services.
    Junit,
    /// SonarQube's generic issues.
    Sonarqube,
    /// The report on a pull request.
    Markdown,
}

/// Names that people try, each answered with the right one.
#[derive(Clone, Debug, Args)]
pub struct Hints {
    /// Not an option: a migration tool has formats of its own.
    #[arg(long, hide = true, value_name = "FORMAT")]
    #[arg(value_parser = UnknownArgumentValueParser::suggest_arg("--output-format"))]
    format: Option<String>,
}

/// Reads `FORMAT=PATH`.
fn destination(text: &str) -> Result<(ReportFormat, PathBuf), String> {
    let Some((name, path)) = text.split_once('=') else {
        return Err(match ReportFormat::from_str(text, false) {
            Ok(_) => format!("no path; write `{text}=PATH`, or `--output-format {text}` for standard output"),
            Err(_) => format!("no format; write `FORMAT={text}`, such as `sarif={text}`"),
        });
    };
    let format = ReportFormat::from_str(name, false).map_err(|_| unknown_format(name))?;
    if path.is_empty() {
        return Err(format!("no path; write `{name}=PATH`, or `{name}=-` for standard output"));
    }
    Ok((format, PathBuf::from(path)))
}

fn unknown_format(name: &str) -> String {
    let values = || ReportFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let names: Vec<String> = values().map(|value| value.get_name().to_owned()).collect();
    match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("there is no format `{name}`; did you mean `{near}`?"),
        None => format!("there is no format `{name}`; known formats: {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_read() {
        assert_eq!(destination("sarif=a=b.sarif"), Ok((ReportFormat::Sarif, "a=b.sarif".into())));
        assert_eq!(destination("json-lines=-"), Ok((ReportFormat::JsonLines, "-".into())));
        let wrong = |text: &str| destination(text).unwrap_err();
        assert_eq!(wrong("sariff=a"), "there is no format `sariff`; did you mean `sarif`?");
        assert!(wrong("qqq=a").ends_with(
            "known formats: pretty, concise, json, json-lines, github, sarif, gitlab, \
            rdjson, checkstyle, junit, sonarqube, markdown"
        ));
        assert_eq!(wrong("sarif"), "no path; write `sarif=PATH`, or `--output-format sarif` for standard output");
        assert_eq!(wrong("a.sarif"), "no format; write `FORMAT=a.sarif`, such as `sarif=a.sarif`");
        assert_eq!(wrong("sarif="), "no path; write `sarif=PATH`, or `sarif=-` for standard output");
    }
}
