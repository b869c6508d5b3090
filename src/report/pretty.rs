//! Findings drawn for people: the statement, the clause under a label, what it costs, and what to write instead.

use std::fmt;
use std::io::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode, ThemeCharacters, ThemeStyles,
};

use super::files::Files;
use super::snippet::{MOST_RELATED, Snippet};
use super::text::{one_line, visible};
use super::{Color, Report, Style, paint, rule_url, summary, with_commands_stopped};
use crate::figures::grouped;
use crate::finding::{Finding, Level};
use crate::fix::Safety;

/// Writes every finding, then the summary.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    with_commands_stopped(report.actions, out, |out| {
        write_findings(report, out)?;
        if !report.outcome.findings.is_empty() {
            writeln!(out)?;
        }
        for line in summary::allowed(report) {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "{}", summary::line(report))
    })
}

/// Writes every finding and nothing else.
pub fn write_findings(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let files = Files::new(report.migrations);
    for (number, finding) in report.outcome.findings.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        out.write_all(drawing(finding, &files, report.style)?.as_bytes())?;
        write_details(finding, &files, report.style, out)?;
    }
    Ok(())
}

/// The headline and the source.
fn drawing(finding: &Finding, files: &Files<'_>, style: Style) -> io::Result<String> {
    // The gutter takes some columns; a terminal of fewer than 40 is not drawn for.
    let snippet = Snippet::new(finding, files, style.width.max(48) - 8);
    let handler = GraphicalReportHandler::new_themed(theme(finding.level, &snippet, style))
        .with_links(true)
        .with_urls(style.hyperlinks)
        .with_link_display_text("")
        .without_primary_span_start()
        .with_wrap_lines(false)
        .without_syntax_highlighting();
    let mut text = String::new();
    handler.render_report(&mut text, &Drawn { finding, snippet }).map_err(io::Error::other)?;
    Ok(text)
}

/// What the renderer draws for a finding.
#[derive(Debug)]
struct Drawn<'a> {
    finding: &'a Finding,
    snippet: Snippet,
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(&self.finding.message))
    }
}

impl std::error::Error for Drawn<'_> {}

impl Diagnostic for Drawn<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(format!("{}[{}]", self.finding.level.as_str(), self.finding.rule.0)))
    }

    fn severity(&self) -> Option<Severity> {
        Some(match self.finding.level {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Note => Severity::Advice,
        })
    }

    fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(rule_url(self.finding.rule)))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.snippet)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.snippet.labels().iter().map(|label| {
            let text = (!label.text.is_empty()).then(|| label.text.clone());
            let place = label.span.start..label.span.end;
            if label.primary {
                LabeledSpan::new_primary_with_span(text, place)
            } else {
                LabeledSpan::new_with_span(text, place)
            }
        })))
    }
}

fn theme(level: Level, snippet: &Snippet, style: Style) -> GraphicalTheme {
    let characters = if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    if !style.color {
        return GraphicalTheme { characters, styles: ThemeStyles::none() };
    }
    let mut styles = ThemeStyles::ansi();
    let primary = match level {
        Level::Error => styles.error,
        Level::Warning => styles.warning,
        Level::Note => styles.advice,
    };
    // The renderer hands these out in the order of the labels.
    styles.highlights =
        snippet.labels().iter().map(|label| if label.primary { primary } else { styles.linum }).collect();
    if styles.highlights.is_empty() {
        styles.highlights.push(primary);
    }
    GraphicalTheme { characters, styles }
}

/// Everything under the source: costs, other places, the remedy, where to read on.
fn write_details(finding: &Finding, files: &Files<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut detail = |name: &str, text: &str| write_detail(name, text, style, out);
    for note in &finding.notes {
        detail("note", &one_line(note))?;
    }
    let elsewhere = finding.related.iter().filter(|related| related.file != finding.file);
    for related in elsewhere.clone().take(MOST_RELATED) {
        let line = files.position(related.file, related.span.start).line;
        detail("note", &one_line(&format!("{}:{line}: {}", files.path(related.file), related.message)))?;
    }
    let left_out = elsewhere.count().saturating_sub(MOST_RELATED);
    if left_out > 0 {
        detail("note", &format!("and {left_out} more in other files"))?;
    }
    if let Some(code) = &finding.code {
        for place in &code.references.places {
            let sure = if place.sure { "" } else { " (perhaps)" };
            detail("code", &one_line(&format!("{}:{}:{sure} {}", place.path, place.line, place.text)))?;
        }
        if let Some(more) = code.more() {
            detail("code", &one_line(&more))?;
        }
    }
    if let Some(queries) = &finding.queries {
        for query in &queries.shown {
            let times = if query.calls == 1 { "once" } else { &format!("{} times", grouped(query.calls)) };
            detail("query", &one_line(&format!("{} ({times})", query.text)))?;
        }
        let more = queries.total.saturating_sub(queries.shown.len());
        if more > 0 {
            detail("query", &format!("and {more} more"))?;
        }
    }
    if let Some(help) = &finding.help {
        detail("help", help)?;
    }
    if let Some(fix) = &finding.fix {
        let safety = match fix.safety {
            Safety::Safe => "safe",
            Safety::Unsafe => "to be read first",
        };
        detail("fix", &one_line(&format!("{} ({safety})", fix.title)))?;
    }
    detail("see", &format!("switchback explain {}", finding.rule.0))
}

/// Writes `name: text`, further lines of the text (SQL to write, in a help) under its first.
fn write_detail(name: &str, text: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let name = format!("{name}:");
    let mut lead = format!("  {} ", paint(style, Color::Cyan, &format!("{name:<5}")));
    for line in text.split('\n') {
        writeln!(out, "{}", format!("{lead}{}", visible(line.trim_end())).trim_end())?;
        "        ".clone_into(&mut lead);
    }
    Ok(())
}
