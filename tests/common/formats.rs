//! All output formats, by the names people give them.

use std::io::{self, Write};

use switchback::report::{
    Report, checkstyle, concise, github, gitlab, json, json_lines, junit, markdown, pretty, rdjson, sarif, sonarqube,
};

/// What writes a report.
pub(crate) type Format = fn(&Report<'_>, &mut dyn Write) -> io::Result<()>;

/// Every format.
pub(crate) const FORMATS: &[(&str, Format)] = &[
    ("pretty", pretty::write),
    ("concise", concise::write),
    ("json", json::write),
    ("json-lines", json_lines::write),
    ("github", github::write),
    ("sarif", sarif::write),
    ("gitlab", gitlab::write),
    ("rdjson", rdjson::write),
    ("checkstyle", checkstyle::write),
    ("junit", junit::write),
    ("sonarqube", sonarqube::write),
    ("markdown", markdown::write),
];

/// What a format writes.
pub(crate) fn written(format: Format, report: &Report<'_>) -> String {
    let mut bytes = Vec::new();
    format(report, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}
