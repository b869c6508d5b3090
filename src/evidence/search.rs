//! Looks for all names at once: one automaton, one pass over each file, files side by side.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, MatchKind};

use super::context::{Lines, follows_sql, has_word, is_capital, is_quoted, is_whole, line_text};
use super::spelling::{Spelling, is_telling, spellings, table_spellings};
use super::{Target, TargetKind};

/// Places kept of each thing.
const KEPT: usize = 5;

/// The table of a common name has to be named at most this many bytes away: a screen of code.
const REACH: usize = 1_500;

/// Matches of one file that are looked at. No file of source code has more.
const MOST_MATCHES: usize = 20_000;

/// Where code names a thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    /// How many places there are.
    pub total: usize,
    /// The first few, the surest first.
    pub places: Vec<CodePlace>,
}

/// A place in code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePlace {
    /// The file, from the root of the repository, with forward slashes.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The line's text, trimmed and cut.
    pub text: String,
    /// The table or model is named nearby, so that the name cannot be that of something else.
    pub sure: bool,
}

/// The names to look for, ready to be looked for.
pub(super) struct Search {
    automaton: AhoCorasick,
    /// What each pattern of the automaton stands for.
    patterns: Vec<Pattern>,
    targets: Vec<Wanted>,
}

struct Pattern {
    joined: bool,
    /// It names these targets.
    names: Vec<usize>,
    /// It names the tables or types of these targets.
    owns: Vec<usize>,
}

struct Wanted {
    target: Target,
    /// The name counts wherever it stands.
    telling: bool,
    /// It counts between quotes only.
    quoted: bool,
    /// Words that a path may hold to say that the file is about the owner.
    owner_words: Vec<String>,
}

/// What one file says, by number of the target.
pub(super) type FileFound = BTreeMap<usize, References>;

impl Search {
    /// For `targets`; none where there is nothing to look for, or too much for an automaton.
    pub(super) fn new(targets: &BTreeSet<Target>) -> Option<Self> {
        let mut texts: BTreeMap<String, Pattern> = BTreeMap::new();
        let mut add = |spelling: Spelling, number: usize, own: bool| {
            let pattern = texts.entry(spelling.text).or_insert_with(|| Pattern {
                joined: spelling.joined,
                names: Vec::new(),
                owns: Vec::new(),
            });
            pattern.joined |= spelling.joined;
            let list = if own { &mut pattern.owns } else { &mut pattern.names };
            list.push(number);
        };
        let mut wanted = Vec::new();
        for (number, target) in targets.iter().enumerate() {
            let own = if target.kind == TargetKind::Relation { table_spellings } else { spellings };
            for spelling in own(&target.name) {
                add(spelling, number, false);
            }
            let owners = target.owner.as_ref().map(|owner| table_spellings(owner)).unwrap_or_default();
            let owner_words = owners.iter().map(|spelling| spelling.text.to_lowercase()).collect();
            for spelling in owners {
                add(spelling, number, true);
            }
            wanted.push(Wanted {
                telling: is_telling(&target.name),
                quoted: target.kind == TargetKind::Value,
                target: target.clone(),
                owner_words,
            });
        }
        let (texts, patterns): (Vec<String>, Vec<Pattern>) = texts.into_iter().unzip();
        if texts.is_empty() {
            return None;
        }
        let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&texts).ok()?;
        Some(Self { automaton, patterns, targets: wanted })
    }

    /// What the file `path` with these `bytes` says.
    pub(super) fn file(&self, path: &str, bytes: &[u8]) -> FileFound {
        let mut named: Vec<(usize, usize)> = Vec::new();
        let mut owners: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for found in self.automaton.find_iter(bytes).take(MOST_MATCHES) {
            let Some(pattern) = self.patterns.get(found.pattern().as_usize()) else { continue };
            if !is_whole(bytes, found.start(), found.end(), pattern.joined) {
                continue;
            }
            named.extend(pattern.names.iter().map(|number| (*number, found.start())));
            for number in &pattern.owns {
                owners.entry(*number).or_default().push(found.start());
            }
        }
        let mut found = FileFound::new();
        let mut lines = Lines::default();
        let file_words = path.to_lowercase();
        for (number, at) in named {
            let Some(wanted) = self.targets.get(number) else { continue };
            let places = owners.get(&number).map(Vec::as_slice).unwrap_or_default();
            let near = is_near(places, at) || wanted.owner_words.iter().any(|word| has_word(&file_words, word));
            if !wanted.counts(bytes, at, near) {
                continue;
            }
            let line = lines.line(bytes, at);
            let references = found.entry(number).or_default();
            // One place a line.
            if references.places.last().is_some_and(|last| last.line == line) {
                continue;
            }
            references.total += 1;
            if references.places.len() < KEPT {
                let text = line_text(bytes, at);
                references.places.push(CodePlace { path: path.to_owned(), line, text, sure: near });
            }
        }
        found
    }

    /// Puts what the files say together. They come in order of their paths.
    pub(super) fn gather(&self, files: Vec<FileFound>) -> BTreeMap<Target, References> {
        let mut all: BTreeMap<Target, References> =
            self.targets.iter().map(|wanted| (wanted.target.clone(), References::default())).collect();
        for (number, found) in files.into_iter().flatten() {
            let Some(references) = self.targets.get(number).and_then(|wanted| all.get_mut(&wanted.target)) else {
                continue;
            };
            references.total += found.total;
            references.places.extend(found.places);
        }
        for references in all.values_mut() {
            // Running code before tests, what is sure before what is likely; else in order of the files.
            references.places.sort_by_key(|place| (is_test(&place.path), !place.sure));
            references.places.truncate(KEPT);
        }
        all
    }
}

impl Wanted {
    /// Whether the name at `at` is taken for that of the target.
    fn counts(&self, bytes: &[u8], at: usize, near: bool) -> bool {
        if self.quoted && !is_quoted(bytes, at) {
            return false;
        }
        match self.target.kind {
            TargetKind::Column | TargetKind::Value => self.telling || near,
            // A table called like a word of the language of every day is a table after FROM, in quotes, or as a model.
            TargetKind::Relation | TargetKind::Type | TargetKind::Function | TargetKind::Schema => {
                self.telling
                    || is_quoted(bytes, at)
                    || is_capital(bytes, at)
                    || follows_sql(bytes, at)
                    || is_called(bytes, at, &self.target)
            }
        }
    }
}

/// A function by the bracket behind it.
fn is_called(bytes: &[u8], at: usize, target: &Target) -> bool {
    target.kind == TargetKind::Function && bytes.get(at + target.name.len()) == Some(&b'(')
}

fn is_near(places: &[usize], at: usize) -> bool {
    let next = places.partition_point(|place| *place < at);
    let near = |place: Option<&usize>| place.is_some_and(|place| place.abs_diff(at) <= REACH);
    near(places.get(next)) || near(next.checked_sub(1).and_then(|before| places.get(before)))
}

fn is_test(path: &str) -> bool {
    path.split(['/', '.', '_', '-'])
        .any(|part| matches!(part, "test" | "tests" | "spec" | "specs" | "__tests__" | "testdata"))
}

#[cfg(test)]
mod tests {
    use super::super::context::LONGEST_LINE;
    use super::*;

    fn column(table: &str, name: &str) -> Target {
        Target { kind: TargetKind::Column, name: name.into(), owner: Some(table.into()) }
    }

    fn relation(name: &str) -> Target {
        Target { kind: TargetKind::Relation, name: name.into(), owner: None }
    }

    /// The lines of the code on which the target is named, `?` behind those that are not sure.
    fn lines(target: Target, path: &str, code: &str) -> Vec<String> {
        let search = Search::new(&BTreeSet::from([target])).unwrap();
        let found = search.file(path, code.as_bytes());
        let places = found.values().flat_map(|references| &references.places);
        places.map(|place| format!("{}{}", place.line, if place.sure { "" } else { "?" })).collect()
    }

    #[test]
    fn telling_names_count_in_every_spelling() {
        let code = "row.full_name\nuser.fullName()\ngetFullName()\nFULL_NAME\n'full-name'\n:full_name\nfull_name?\nfindByFullName(x)\nfind_by_full_name\n";
        assert_eq!(lines(column("people", "full_name"), "a.rb", code).len(), 5, "five are kept");
        for line in code.split('\n').filter(|line| !line.is_empty()) {
            assert_eq!(lines(column("people", "full_name"), "a.rb", line), ["1?"], "{line}");
        }
    }

    #[test]
    fn parts_of_other_names_do_not_count() {
        for code in [
            "full_names",
            "my_full_name",
            "fullNameKana",
            "full_name_kana",
            "unfullName",
            "full-name-x",
            "x-full-name",
            "éfull_name",
        ] {
            assert_eq!(lines(column("people", "full_name"), "a.rb", code), [""; 0], "{code}");
        }
    }

    #[test]
    fn common_names_need_their_table_nearby() {
        let status = || column("orders", "status");
        assert_eq!(lines(status(), "a.py", "http.status = 200"), [""; 0]);
        assert_eq!(lines(status(), "a.py", "SELECT status FROM orders"), ["1"]);
        assert_eq!(lines(status(), "a.py", "class Order(Model):\n    status = Field()"), ["2"]);
        assert_eq!(lines(status(), "app/models/order.rb", "enum :status"), ["1"], "the path names the model");
        assert_eq!(lines(status(), "app/models/border.rb", "enum :status"), [""; 0]);
        let far = format!("orders{}status", " ".repeat(REACH));
        assert_eq!(lines(status(), "a.py", &far), [""; 0]);
    }

    #[test]
    fn tables_count_as_models_in_quotes_and_after_from() {
        for code in
            ["FROM orders", "join public.orders o", "\"orders\"", "class Order < Model", "table :orders", "Order.all"]
        {
            assert_eq!(lines(relation("orders"), "a", code).len(), 1, "{code}");
        }
        for code in ["we take orders", "order by x", "orders", "MyOrderThing"] {
            assert_eq!(lines(relation("orders"), "a", code), [""; 0], "{code}");
        }
        assert_eq!(lines(relation("order_items"), "a", "orderItems.map()").len(), 1);
    }

    #[test]
    fn values_count_in_quotes_near_their_type() {
        let value = || Target { kind: TargetKind::Value, name: "waiting".into(), owner: Some("ticket_state".into()) };
        assert_eq!(lines(value(), "a", "enum TicketState { 'waiting' }"), ["1"]);
        assert_eq!(lines(value(), "a", "// still waiting for TicketState"), [""; 0]);
        assert_eq!(lines(value(), "a", "say('waiting')"), [""; 0]);
    }

    #[test]
    fn places_are_counted_by_line_and_cut() {
        let long = format!("{}full_name{}", "x".repeat(500), "y".repeat(500))
            .replace("xfull_name", " full_name")
            .replace("namey", "name ");
        let search = Search::new(&BTreeSet::from([column("people", "full_name")])).unwrap();
        let code = format!("full_name full_name\n{long}\n{}", "full_name\n".repeat(10));
        let found = search.gather(vec![search.file("a", code.as_bytes())]);
        let references = found.values().next().unwrap();
        assert_eq!((references.total, references.places.len()), (12, KEPT));
        assert!(
            references.places.iter().all(|place| place.text.len() <= LONGEST_LINE && place.text.contains("full_name"))
        );
    }

    #[test]
    fn sure_places_and_running_code_come_first() {
        let search = Search::new(&BTreeSet::from([column("people", "full_name")])).unwrap();
        let files =
            [("spec/a_spec.rb", "Person full_name"), ("lib/a.rb", "full_name"), ("lib/b.rb", "Person full_name")];
        let found = search.gather(files.iter().map(|(path, code)| search.file(path, code.as_bytes())).collect());
        let places = &found.values().next().unwrap().places;
        let paths: Vec<&str> = places.iter().map(|place| place.path.as_str()).collect();
        assert_eq!(paths, ["lib/b.rb", "lib/a.rb", "spec/a_spec.rb"]);
    }
}
