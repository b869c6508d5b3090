//! `atlas.sum`, by which Atlas knows that nobody changed its files behind its back.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest;

use super::place::Place;
use super::{Next, Written};

/// Adds new files to the `atlas.sum` beside them. A sum that is not right now is left alone: to make it right would hide
/// what made it wrong.
pub(super) fn extend_sum(place: &Place<'_>, next: &mut Next) {
    let Some(folder) = next.files.first().and_then(|file| file.path.parent()).map(Path::to_owned) else { return };
    let path = folder.join("atlas.sum");
    let Some(before) = place.read(&path) else { return };
    let is_sql = |name: &String| name.to_ascii_lowercase().ends_with(".sql");
    let names = place.names_in(&folder).into_iter().filter(is_sql);
    let texts = names.map(|name| Some((name.clone(), place.read(&folder.join(name))?)));
    let Some(mut texts) = texts.collect::<Option<BTreeMap<String, String>>>() else { return };
    if sum(&texts) == before.replace("\r\n", "\n") {
        for file in &next.files {
            if let Some(name) = file.path.file_name().filter(|_| file.path.parent() == Some(&folder)) {
                texts.insert(name.to_string_lossy().into_owned(), file.text.clone());
            }
        }
        next.files.push(Written { path, before: Some(before), text: sum(&texts) });
    } else {
        next.notes.push(format!("run `atlas migrate hash`: {} does not fit its files", place.shown(&path)));
    }
}

/// The sum of files in the order of their names: of each, and of all those before it.
fn sum(files: &BTreeMap<String, String>) -> String {
    let mut each = digest::Context::new(&digest::SHA256);
    let mut all = digest::Context::new(&digest::SHA256);
    let mut lines = String::new();
    for (name, text) in files {
        each.update(name.as_bytes());
        each.update(text.as_bytes());
        let hash = STANDARD.encode(each.clone().finish());
        all.update(name.as_bytes());
        all.update(hash.as_bytes());
        let _ = writeln!(lines, "{name} h1:{hash}");
    }
    format!("h1:{}\n{lines}", STANDARD.encode(all.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_atlas() {
        let files = [("1.sql", "CREATE TABLE t (c int);\n"), ("2.sql", "DROP TABLE t;\n")];
        let files = files.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        let expected = "h1:igjIL7RjhZCMPQ0tFLIgZ7rGMYbLIedL7BsjSiAxjuc=\n\
                        1.sql h1:7Q3L162HzLFrMZSKQw/EzKh6ysOuAR40yHfyjWzjFio=\n\
                        2.sql h1:lpV8gxH4q8H6Vuacx+qrUqwwNgakMXVLwO6gq4MBVE8=\n";
        assert_eq!(sum(&files), expected);
    }
}
