//! Drizzle's list of its migrations, `meta/_journal.json`.

use std::path::Path;

use serde_json::{Value, json};

use super::place::Place;
use super::{Next, Unwritable, Written};
use crate::date::Moment;

const SNAPSHOTS: &str = "Drizzle keeps a snapshot of the schema beside each migration: before the next \
                         `drizzle-kit generate`, see that it does not make these changes again";

/// Adds the migration called `tag`.
pub(super) fn list(place: &Place<'_>, tag: &str, now: Moment, next: &mut Next) -> Result<(), Unwritable> {
    let last = place.absolute(&place.last.path);
    let path = last.parent().unwrap_or(&last).join("meta").join("_journal.json");
    let earlier = next.files.iter().position(|file| file.path == path).map(|at| next.files.remove(at));
    let (before, text) = if let Some(written) = earlier {
        (written.before, written.text)
    } else {
        let text = place.read(&path).ok_or_else(|| unreadable(place, &path))?;
        next.notes.push(SNAPSHOTS.to_owned());
        (Some(text.clone()), text)
    };
    let text = extended(&text, tag, now).ok_or_else(|| unreadable(place, &path))?;
    next.files.push(Written { path, before, text });
    Ok(())
}

fn unreadable(place: &Place<'_>, path: &Path) -> Unwritable {
    Unwritable::new(
        format!("{} cannot be read as Drizzle's list of migrations", place.shown(path)),
        "let `drizzle-kit generate --custom` make the file, and write the statements there",
    )
}

/// The journal with one more entry. Drizzle runs what is dated later than the last that ran.
fn extended(text: &str, tag: &str, now: Moment) -> Option<String> {
    let journal: Value = serde_json::from_str(text.trim_start_matches('\u{FEFF}')).ok()?;
    let entries = journal.get("entries")?.as_array()?;
    let number = |name: &str| entries.iter().filter_map(|entry| entry.get(name)?.as_i64()).max();
    let index = number("idx").map_or(0, |index| index.saturating_add(1));
    let present = now.seconds.saturating_mul(1000);
    let when = number("when").map_or(present, |when| present.max(when.saturating_add(1)));
    let own = |name: &str| entries.last().and_then(|last| last.get(name)).cloned();
    let version = own("version").or_else(|| journal.get("version").cloned()).unwrap_or_else(|| json!("7"));
    let breakpoints = own("breakpoints").unwrap_or(Value::Bool(true));
    let fields = [
        format!("\"idx\": {index}"),
        format!("\"version\": {version}"),
        format!("\"when\": {when}"),
        format!("\"tag\": {}", Value::from(tag)),
        format!("\"breakpoints\": {breakpoints}"),
    ];
    let end = end_of_entries(text)?;
    let (before, after) = text.split_at_checked(end)?;
    let comma = if entries.is_empty() { "" } else { "," };
    let written = if before.contains('\n') {
        let line = before.trim_end();
        let entry = fields.join(",\n      ");
        format!("{line}{comma}\n    {{\n      {entry}\n    }}\n  {after}")
    } else {
        format!("{before}{comma}{{{}}}{after}", fields.join(",").replace("\": ", "\":"))
    };
    // What was put into the text by hand has to be in it for every reader.
    let read: Value = serde_json::from_str(written.trim_start_matches('\u{FEFF}')).ok()?;
    (read.get("entries")?.as_array()?.len() == entries.len() + 1).then_some(written)
}

/// Where the list of entries ends: the place of its bracket.
fn end_of_entries(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut string: Option<usize> = None;
    let mut escaped = false;
    let mut key = "";
    let mut inside = None;
    for (at, byte) in text.bytes().enumerate() {
        if let Some(start) = string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    key = if depth == 1 { text.get(start..at)? } else { key };
                    string = None;
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => string = Some(at + 1),
            b'{' | b'[' => {
                depth += 1;
                if byte == b'[' && depth == 2 && key == "entries" {
                    inside = Some(depth);
                }
            }
            b'}' | b']' => {
                if byte == b']' && inside == Some(depth) {
                    return Some(at);
                }
                depth = depth.checked_sub(1)?;
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment { seconds: 1_800_000_000 };

    #[test]
    fn journals_keep_their_form() {
        let text = "{\n  \"version\": \"7\",\n  \"entries\": [\n    {\n      \"idx\": 0,\n      \"when\": 5,\n      \
                    \"tag\": \"0000_]\"\n    }\n  ]\n}\n";
        let expected = "{\n  \"version\": \"7\",\n  \"entries\": [\n    {\n      \"idx\": 0,\n      \"when\": 5,\n      \
                        \"tag\": \"0000_]\"\n    },\n    {\n      \"idx\": 1,\n      \"version\": \"7\",\n      \
                        \"when\": 1800000000000,\n      \"tag\": \"0001_a\",\n      \"breakpoints\": true\n    }\n  ]\n}\n";
        assert_eq!(extended(text, "0001_a", NOW).as_deref(), Some(expected));
        assert_eq!(
            extended("{\"entries\":[]}", "a", NOW).as_deref(),
            Some(
                "{\"entries\":[{\"idx\":0,\"version\":\"7\",\"when\":1800000000000,\"tag\":\"a\",\"breakpoints\":true}]}"
            )
        );
    }

    #[test]
    fn later_than_the_latest() {
        let text = "{\"entries\":[{\"idx\":4,\"when\":1900000000000}]}";
        assert!(extended(text, "a", NOW).unwrap().contains("\"idx\":5,\"version\":\"7\",\"when\":1900000000001,"));
        for broken in ["", "{", "[]", "{\"entries\":{}}"] {
            assert_eq!(extended(broken, "a", NOW), None, "{broken}");
        }
    }
}
