//! What every format owes its readers: its schema, whatever the findings say; and the mistakes that others make.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken fixture has to stop the test")]
#![allow(clippy::disallowed_methods, reason = "tests read files and variables of their own")]

mod common;
#[path = "formats/markdown.rs"]
mod on_a_pull_request;

use std::collections::BTreeSet;
use std::fs;

use common::fixture::{Fixture, clean, fixture};
use common::formats::{FORMATS, Format};
use common::{migration, schema, xml};
use serde_json::{Value, json};
use switchback::finding::{Finding, Level, Related};
use switchback::fix::{Edit, Fix};
use switchback::report::{
    Report, checkstyle, github, gitlab, json, json_lines, junit, markdown, rdjson, sarif, sonarqube,
};
use switchback::source::migration::TransactionMode;
use switchback::syntax::span::Span;

fn written(format: Format, fixture: &Fixture) -> String {
    common::formats::written(format, &fixture.report())
}

fn document(format: Format, fixture: &Fixture) -> Value {
    serde_json::from_str(&written(format, fixture)).unwrap()
}

fn schema_file(name: &str) -> String {
    fs::read_to_string(common::root().join("fixtures/schemas").join(name)).unwrap()
}

/// Everything that the schema of a format forbids in `text`. Formats for people have none.
fn violations(format: &str, text: &str) -> Vec<String> {
    let json = |name: &str, text: &str| {
        let schema = serde_json::from_str(&schema_file(name)).unwrap();
        schema::violations(&schema, &serde_json::from_str(text).unwrap())
    };
    match format {
        "json" => json("switchback-report-1.json", text),
        "json-lines" => {
            let mut schema: Value = serde_json::from_str(&schema_file("switchback-report-1.json")).unwrap();
            schema = json!({"$ref": "#/$defs/finding", "$defs": schema["$defs"].take()});
            let lines = text.split_terminator('\n').map(|line| serde_json::from_str(line).unwrap());
            lines.flat_map(|line: Value| schema::violations(&schema, &line)).collect()
        }
        "sarif" => json("sarif-2.1.0.json", text),
        "gitlab" => json("gitlab-code-quality.json", text),
        "rdjson" => json("rdjson.json", text),
        "sonarqube" => json("sonarqube-generic-issues.json", text),
        "checkstyle" => xml::violations(&schema_file("checkstyle-4.3.xsd"), text),
        "junit" => xml::violations(&schema_file("junit-4.xsd"), text),
        "github" => text.split_terminator('\n').filter(|line| !is_command(line)).map(str::to_owned).collect(),
        "pretty" | "concise" | "markdown" => Vec::new(),
        other => panic!("{other}: what is its schema?"),
    }
}

/// `::level name=value,name=value::message`, as the runner reads it.
fn is_command(line: &str) -> bool {
    let command = r"^::(error|warning|notice)( [a-zA-Z]+=[^:,\r\n]*(,[a-zA-Z]+=[^:,\r\n]*)*)?::[^\r\n]+$";
    regex_lite::Regex::new(command).unwrap().is_match(line) && line.chars().all(|c| c == '\t' || !c.is_control())
}

/// One text with everything in it that some format would stumble over.
fn nasty() -> String {
    let controls: String = (0..=0x20_u8).chain([0x7f]).map(char::from).collect();
    format!(
        "a\n::error file=b::c\r\n##[set-output name=d]e `f` ``` g ]]> <script>h</script> </details> @team #1 \
        [i](https://evil.example) | j \"k\" 'l' & {{0}} %0A %25 \\ \u{85}\u{9b}\u{2028}\u{202e}m\u{200f}\u{fffe}\u{ffff} 😀{controls}::stop-commands::n"
    )
}

/// Findings that say nothing but `nasty`, in a file that is called so and holds nothing else.
fn hostile() -> Fixture {
    let nasty = nasty();
    let text = format!("{nasty}; DROP TABLE \"{nasty}\";");
    let file = migration(&format!("db/{}.sql", nasty.replace('/', "")), "1", &text, TransactionMode::Unknown);
    let mut fixture = fixture();
    let whole = Span::new(0, u32::try_from(text.len()).unwrap());
    let huge = format!("{nasty}{}", "x|`".repeat(50_000));
    for (index, finding) in fixture.outcome.findings.iter_mut().enumerate() {
        let start = u32::try_from(text.find("DROP").unwrap()).unwrap() * u32::try_from(index % 2).unwrap();
        let place = Span::new(start, whole.end);
        *finding = Finding {
            file: 3,
            span: place,
            statement: place,
            message: if index == 2 { huge.clone() } else { nasty.clone() },
            label: nasty.clone(),
            subject: Some(nasty.clone()),
            notes: vec![nasty.clone(), huge.clone()],
            help: Some(huge.clone()),
            related: vec![Related { file: 3, span: whole, message: nasty.clone() }; 3],
            fix: Some(Fix::safe(nasty.clone(), vec![Edit::insert(start, nasty.clone())])),
            ..finding.clone()
        };
    }
    for allowed in &mut fixture.outcome.allowed {
        allowed.finding = Finding { file: 3, subject: Some(nasty.clone()), ..fixture.outcome.findings[0].clone() };
        allowed.reason.clone_from(&nasty);
    }
    fixture.migrations.push(file);
    fixture
}

/// `count` findings of each level, the worst last.
fn many(count: usize) -> Fixture {
    let mut fixture = fixture();
    let one = fixture.outcome.findings[1].clone();
    let levels = [Level::Note, Level::Warning, Level::Error];
    let all = levels.into_iter().flat_map(|level| (0..count).map(move |number| (level, number)));
    fixture.outcome.findings = all
        .map(|(level, number)| Finding { level, message: format!("{} number {number}", level.as_str()), ..one.clone() })
        .collect();
    let summary = &mut fixture.outcome.summary;
    (summary.errors, summary.warnings, summary.notes) = (count, count, count);
    fixture
}

/// A finding on `DROP TABLE t` in a file of this text.
fn at_drop(text: &str) -> Fixture {
    let mut fixture = fixture();
    let start = u32::try_from(text.find("DROP").unwrap_or(text.len())).unwrap();
    let end = u32::try_from((start as usize + "DROP TABLE t".len()).min(text.len())).unwrap();
    fixture.migrations = vec![migration("db/1.sql", "1", text, TransactionMode::Unknown)];
    let place = Span::new(start, end);
    let finding = Finding::new(fixture.outcome.findings[0].rule, Level::Error, 0, place, place, "t is dropped");
    fixture.outcome.findings = vec![finding];
    fixture.outcome.allowed.clear();
    fixture
}

#[test]
fn every_format_over_the_same_findings() {
    for (name, format) in FORMATS {
        let mut text = written(*format, &fixture());
        assert!(text.is_empty() || text.ends_with('\n'), "{name} ends with a line end");
        if *name == "sarif" || *name == "sonarqube" {
            // One rule stands for all.
            let mut document: Value = serde_json::from_str(&text).unwrap();
            let pointer = if *name == "sarif" { "/runs/0/tool/driver/rules" } else { "/rules" };
            document.pointer_mut(pointer).unwrap().as_array_mut().unwrap().truncate(1);
            text = serde_json::to_string_pretty(&document).unwrap();
        }
        insta::assert_snapshot!(format!("{name}"), text.replace(env!("CARGO_PKG_VERSION"), "[version]"));
    }
}

#[test]
fn every_format_keeps_to_its_schema() {
    for (set, fixture) in
        [("fixture", fixture()), ("clean", clean()), ("hostile", hostile()), ("many", many(30)), ("one", at_drop(""))]
    {
        for (name, format) in FORMATS {
            let text = written(*format, &fixture);
            assert_eq!(violations(name, &text), Vec::<String>::new(), "{name} over {set}");
            assert_eq!(text, written(*format, &fixture), "{name} over {set} comes out the same every time");
        }
    }
}

#[test]
fn the_schemas_forbid_what_they_have_to() {
    let spoiled = |name: &str, from: &str, to: &str| {
        let (_, format) = FORMATS.iter().find(|(known, _)| *known == name).unwrap();
        let text = written(*format, &fixture());
        assert!(text.contains(from), "{name} has {from}");
        assert!(!violations(name, &text.replacen(from, to, 1)).is_empty(), "{name} without {from}");
    };
    spoiled("sarif", "\"startLine\": 3", "\"startLine\": 0");
    spoiled("sarif", "\"uri\": \"migrations/", "\"uri\": \"my migrations/");
    spoiled("sarif", "\"columnKind\"", "\"columnsKind\"");
    spoiled("gitlab", "\"major\"", "\"error\"");
    spoiled("gitlab", "\"path\": \"", "\"path\": \"./");
    spoiled("rdjson", "\"ERROR\"", "\"error\"");
    spoiled("sonarqube", "\"RELIABILITY\"", "\"SPEED\"");
    spoiled("json-lines", "\"rule\"", "\"rules\"");
    spoiled("checkstyle", "severity=\"info\"", "severity=\"note\"");
    spoiled("checkstyle", " version=\"4.3\"", "");
    spoiled("junit", "<failure", "<testcase name=\"a\"/><failure");
    spoiled("junit", "tests=\"1\"", "test=\"1\"");
    spoiled("github", ",line=", ":line=");
}

#[test]
fn nothing_found_is_a_valid_report_in_every_format() {
    let clean = clean();
    assert_eq!(written(json_lines::write, &clean), "");
    assert_eq!(written(github::write, &clean), "");
    assert_eq!(written(gitlab::write, &clean), "[]\n");
    assert_eq!(document(sarif::write, &clean)["runs"][0]["results"], json!([]));
    assert_eq!(document(rdjson::write, &clean)["diagnostics"], json!([]));
    assert_eq!(document(sonarqube::write, &clean)["issues"], json!([]));
    assert!(written(checkstyle::write, &clean).ends_with("<checkstyle version=\"4.3\">\n</checkstyle>\n"));
    assert!(written(junit::write, &clean).contains("<testcase name=\"no findings\""), "Jenkins wants a case");
    assert_eq!(written(markdown::write, &clean), "### Switchback: no findings\n\nChecked 3 files, 4 statements.\n");
    let nothing = Fixture { migrations: Vec::new(), ..clean };
    assert!(written(junit::write, &nothing).contains("<testcase name=\"no findings\" classname=\"switchback\""));
}

/// The runner obeys `::name::` at the start of a line, and `##[name]` anywhere in one. Formats for people stop it;
/// the others say neither.
#[test]
fn no_format_lets_sql_command_the_runner() {
    for fixture in [fixture(), hostile()] {
        for (name, format) in FORMATS {
            let text = common::formats::written(*format, &Report { actions: true, ..fixture.report() });
            let lines: Vec<&str> = text.split(['\n', '\r']).collect();
            if matches!(*name, "pretty" | "concise") {
                let token = lines[0].strip_prefix("::stop-commands::").unwrap();
                assert_eq!(lines[lines.len() - 2], format!("::{token}::"), "{name}");
                continue;
            }
            let obeyed = |line: &&&str| line.contains("##[") || line.trim_start().starts_with("::");
            let commands: Vec<_> = lines.iter().filter(obeyed).collect();
            if *name == "github" {
                assert_eq!(commands.len(), fixture.outcome.findings.len(), "one each");
            } else {
                assert_eq!(commands, Vec::<&&str>::new(), "{name}");
            }
        }
    }
}

#[test]
fn github_escapes_percent_line_ends_colon_and_comma() {
    let text = written(github::write, &fixture());
    assert!(text.contains("file=migrations/002_größe 50%25%2Ca%3Ab.sql,line=3,"), "{text}");
    assert!(text.contains("::migrations/002_größe 50%25,a:b.sql:3:5: adding"), "the log shows the place: {text}");
    assert!(text.contains("%0Ahelp: build it without the lock:%0ACREATE INDEX"), "{text}");
}

#[test]
fn github_gives_no_columns_for_several_lines() {
    let text = written(github::write, &fixture());
    assert!(text.contains("line=3,endLine=3,col=5,endColumn="), "{text}");
    assert!(text.contains("line=6,endLine=7,title="), "{text}");
}

#[test]
fn github_shows_the_worst_ten_and_counts_the_rest() {
    let ten = written(github::write, &many(10));
    assert_eq!(ten.split_terminator('\n').count(), 30, "nothing is left out of ten");
    assert!(ten.starts_with("::error "), "the worst come first");
    let text = written(github::write, &many(12));
    let lines: Vec<&str> = text.split_terminator('\n').collect();
    let of = |level: &str| lines.iter().filter(|line| line.starts_with(&format!("::{level} "))).count();
    assert_eq!((of("error"), of("warning"), of("notice")), (10, 10, 10));
    assert!(lines[..10].iter().all(|line| line.starts_with("::error ")), "{text}");
    assert!(lines[29].contains("::2 errors, 2 warnings, 3 notes more"), "{text}");
}

#[test]
fn gitlab_lines_begin_at_one_and_fingerprints_are_unique() {
    let issues = document(gitlab::write, &at_drop("DROP TABLE t;"));
    assert_eq!(issues[0]["location"], json!({"path": "db/1.sql", "lines": {"begin": 1, "end": 1}}));
    assert_eq!(issues[0]["description"], "sample-column: t is dropped", "the name of the check is not shown");
    let issues = document(gitlab::write, &many(20));
    let prints: BTreeSet<&str> =
        issues.as_array().unwrap().iter().map(|it| it["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), 60);
}

/// Every format that has fingerprints has the same, and an edit above or below changes none.
#[test]
fn fingerprints_know_no_line_numbers() {
    let print = |text: &str| {
        let fixture = at_drop(text);
        let found = [
            document(gitlab::write, &fixture)[0]["fingerprint"].clone(),
            document(json::write, &fixture)["findings"][0]["fingerprint"].clone(),
            document(sarif::write, &fixture)["runs"][0]["results"][0]["partialFingerprints"]["switchback/v1"].clone(),
        ];
        assert!(found.iter().all(|print| print == &found[0]));
        found[0].clone()
    };
    let first = print("DROP TABLE t;");
    assert_eq!(first, print("-- why\n\nSELECT 1;\n  DROP TABLE t;\nSELECT 2;"));
    assert_ne!(first, print("/* DROP */ DROP TABLE t, u;"));
}

#[test]
fn sarif_has_regions_texts_of_rules_and_relative_uris() {
    let log = document(sarif::write, &fixture());
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let place = &run["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "migrations/002_gr%C3%B6%C3%9Fe%2050%25%2Ca%3Ab.sql");
    assert_eq!(place["region"], json!({"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 39}), "tight");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), switchback::rules::RULES.len(), "all, whether they found something or not");
    for rule in rules {
        let text = |pointer| rule.pointer(pointer).and_then(Value::as_str).unwrap();
        let spec = switchback::rules::RULES.iter().find(|known| rule["id"] == known.id.0).unwrap();
        assert_eq!(text("/fullDescription/text"), switchback::spec::summary(spec.id));
        assert!(text("/help/markdown").contains("\n## Bad\n"), "{rule}");
        assert!(!text("/help/markdown").contains("since = "), "metadata is no help");
        let security = rule["properties"].get("security-severity");
        assert_eq!(security.is_some(), rule["id"] == "security-definer-without-search-path", "{}", rule["id"]);
    }
    assert_eq!(run["results"].as_array().unwrap().len(), 3, "what is allowed is no alert");
    let fix = &run["results"][1]["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(fix["insertedContent"]["text"], " CONCURRENTLY");
    assert_eq!(run["results"][2].get("fixes"), None, "one that has to be read first is none");
}

#[test]
fn sarif_messages_link_to_related_places_only() {
    let log = document(sarif::write, &hostile());
    let message = log["runs"][0]["results"][0]["message"]["text"].as_str().unwrap();
    let links: Vec<&str> = message.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()).collect();
    assert_eq!(links, ["1", "2", "3"]);
}

#[test]
fn checkstyle_escapes_names_and_keeps_the_order() {
    let text = written(checkstyle::write, &hostile());
    let parsed = roxmltree::Document::parse(&text).unwrap();
    let name = parsed.descendants().find_map(|node| node.attribute("name")).unwrap();
    assert!(
        name.starts_with("db/a\n::error file=b::c\r\n##[set-output name=d]e `f` ``` g ]]> <script>h<script>"),
        "{name}"
    );
    let text = written(checkstyle::write, &many(3));
    assert_eq!(text.matches("<file ").count(), 1);
    assert!(text.find("note number 0").unwrap() < text.find("error number 2").unwrap(), "as in the file");
}

#[test]
fn junit_fails_for_errors_and_warnings() {
    let text = written(junit::write, &fixture());
    let parsed = roxmltree::Document::parse(&text).unwrap();
    let suites: Vec<_> = parsed.descendants().filter(|node| node.has_tag_name("testsuite")).collect();
    assert_eq!(suites.len(), 3, "a suite for each file");
    let numbers = |suite: &roxmltree::Node<'_, '_>| {
        [suite.attribute("tests").unwrap(), suite.attribute("failures").unwrap()].map(str::to_owned)
    };
    assert_eq!(numbers(&suites[0]), ["1", "0"], "a case that passes");
    assert_eq!(numbers(&suites[1]), ["2", "2"]);
    assert_eq!(numbers(&suites[2]), ["1", "0"], "a note fails nothing");
}

#[test]
fn rdjson_suggests_whole_lines() {
    let found = document(rdjson::write, &fixture())["diagnostics"].take();
    assert_eq!(
        found[1]["suggestions"],
        json!([{"range": {"start": {"line": 6}, "end": {"line": 6}}, "text": "CREATE INDEX CONCURRENTLY users_email"}])
    );
    assert_eq!(found[2].get("suggestions"), None, "what has to be read first is no suggestion");
}

/// Line ends, a byte order mark, wide characters, the end of the file: where each format sees `DROP TABLE t`.
#[test]
fn every_reader_finds_the_place() {
    // The line; the column from 1 in characters, from 0 in UTF-16, from 1 in bytes.
    let cases = [
        ("", 1, 1, 0, 1),
        ("DROP TABLE t", 1, 1, 0, 1),
        ("\u{feff}DROP TABLE t;\n", 1, 1, 0, 4),
        ("-- a\r\n\r\n DROP TABLE t;\r\n", 3, 2, 1, 2),
        ("-- a\r\rDROP TABLE t;\r", 3, 1, 0, 1),
        ("/* é😀😀 */ DROP TABLE t;", 1, 11, 12, 18),
    ];
    for (text, line, characters, utf16, bytes) in cases {
        let fixture = at_drop(text);
        let found = document(json::write, &fixture)["findings"][0]["start"].take();
        assert_eq!((&found["line"], &found["column"]), (&json!(line), &json!(characters)), "{text:?}");
        let region =
            document(sarif::write, &fixture)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
                .take();
        assert_eq!((&region["startLine"], &region["startColumn"]), (&json!(line), &json!(characters)), "{text:?}");
        let start = document(rdjson::write, &fixture)["diagnostics"][0]["location"]["range"]["start"].take();
        assert_eq!(start, json!({"line": line, "column": bytes}), "{text:?}");
        let range = document(sonarqube::write, &fixture)["issues"][0]["primaryLocation"]["textRange"].take();
        let end = utf16 + 12;
        let expected = match text {
            "" => json!({"startLine": 1, "endLine": 1}),
            _ => json!({"startLine": line, "endLine": line, "startColumn": utf16, "endColumn": end}),
        };
        assert_eq!(range, expected, "{text:?}");
        assert_eq!(document(gitlab::write, &fixture)[0]["location"]["lines"], json!({"begin": line, "end": line}));
        let place = format!("line=\"{line}\" column=\"{characters}\"");
        assert!(written(checkstyle::write, &fixture).contains(&place), "{text:?}");
        let place = format!("line={line},endLine={line},col={characters},");
        assert!(written(github::write, &fixture).contains(&place), "{text:?}");
    }
}
