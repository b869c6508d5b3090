//! Names for findings that survive edits elsewhere: for baselines, code hosts and anything that compares two runs.
//!
//! No line numbers, which move with every edit above, and no hasher of the standard library, whose algorithm may change
//! with the compiler.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::finding::Finding;
use crate::outcome::Outcome;
use crate::source::migration::Migration;
use crate::source::origin::Origin;
use crate::syntax;
use crate::syntax::span::Span;

/// The name of a finding. Prints as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u128);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// The fingerprints of an outcome, in its order.
#[derive(Clone, Debug, Default)]
pub struct Fingerprints {
    /// Of its findings.
    pub findings: Vec<Fingerprint>,
    /// Of what was allowed.
    pub allowed: Vec<Fingerprint>,
}

/// The fingerprints of everything that was found: from rule, path, subject and the tokens of the statement. Findings that
/// agree in all of these are told apart by their order in the file. What is allowed is counted with them: to allow one of
/// two equal findings does not rename the other.
pub fn of(outcome: &Outcome, migrations: &[Migration], origin: &Origin) -> Fingerprints {
    let found: Vec<&Finding> =
        outcome.findings.iter().chain(outcome.allowed.iter().map(|allowed| &allowed.finding)).collect();
    let mut in_order: Vec<usize> = (0..found.len()).collect();
    in_order.sort_by_key(|&index| found.get(index).map(|finding| (finding.file, finding.span, &finding.message)));
    let paths: Vec<PathBuf> = migrations.iter().map(|migration| origin.rooted(&migration.path)).collect();
    // A statement with thousands of findings is read once.
    let mut statements: HashMap<(u32, Span), u128> = HashMap::new();
    let mut seen: HashMap<u128, u64> = HashMap::new();
    let mut fingerprints = vec![Fingerprint(0); found.len()];
    for index in in_order {
        let (Some(finding), Some(fingerprint)) = (found.get(index), fingerprints.get_mut(index)) else { continue };
        let file = finding.file as usize;
        let text = migrations.get(file).map_or("", |migration| migration.file_text());
        let statement = *statements
            .entry((finding.file, finding.statement))
            .or_insert_with(|| statement_hash(text, finding.statement));
        let shared = shared_hash(finding, paths.get(file).map_or(Path::new(""), PathBuf::as_path), statement);
        let occurrence = seen.entry(shared).or_default();
        let mut hash = Fnv(shared);
        hash.write(&occurrence.to_le_bytes());
        *occurrence += 1;
        *fingerprint = Fingerprint(hash.0);
    }
    let allowed = fingerprints.split_off(outcome.findings.len());
    Fingerprints { findings: fingerprints, allowed }
}

fn shared_hash(finding: &Finding, path: &Path, statement: u128) -> u128 {
    let mut hash = Fnv::default();
    hash.field(finding.rule.0.as_bytes());
    hash.field(path.as_os_str().as_encoded_bytes());
    hash.field(finding.subject.as_deref().unwrap_or_default().as_bytes());
    hash.write(&statement.to_le_bytes());
    hash.0
}

/// The hash of a statement's tokens: neither another layout nor a comment nor `select` for `SELECT` changes it.
fn statement_hash(text: &str, statement: Span) -> u128 {
    let mut hash = Fnv::default();
    for token in syntax::tokens(text, statement) {
        let word = token.of(text);
        if word.contains(['\'', '"', '$']) {
            hash.field(word.as_bytes());
        } else {
            hash.field(word.to_ascii_lowercase().as_bytes());
        }
    }
    hash.0
}

/// FNV-1a with 128 bits.
struct Fnv(u128);

impl Default for Fnv {
    fn default() -> Self {
        // The offset basis of the algorithm.
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
}

impl Fnv {
    fn write(&mut self, bytes: &[u8]) {
        // The prime of the algorithm, 2^88 + 2^8 + 0x3b.
        const PRIME: u128 = (1 << 88) + (1 << 8) + 0x3b;
        for &byte in bytes {
            self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(PRIME);
        }
    }

    /// Writes bytes and an end mark that no UTF-8 text contains, so that `ab` + `c` differs from `a` + `bc`.
    fn field(&mut self, bytes: &[u8]) {
        self.write(bytes);
        self.write(&[0xff]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;
    use crate::outcome::{Allowed, AllowedBy};
    use crate::rule::RuleId;

    fn finding(statement: Span) -> Finding {
        Finding {
            rule: RuleId("some-rule"),
            level: Level::Error,
            file: 0,
            span: statement,
            statement,
            message: String::new(),
            label: String::new(),
            subject: Some("public.users".to_owned()),
            locks: Vec::new(),
            notes: Vec::new(),
            help: None,
            related: Vec::new(),
            code: None,
            queries: None,
            fix: None,
        }
    }

    fn migration(text: &str) -> Migration {
        Migration {
            path: "1.sql".into(),
            text: text.to_owned(),
            sections: Vec::new(),
            release: String::new(),
            reported: true,
            standing: crate::source::migration::Standing::default(),
            down: None,
            carrier: None,
        }
    }

    fn prints(text: &str, findings: &[(u32, u32)], allowed: &[(u32, u32)]) -> Fingerprints {
        let found = |&(start, end): &(u32, u32)| finding(Span::new(start, end));
        let allow = |place| Allowed { finding: found(place), reason: String::new(), by: AllowedBy::Directive };
        let outcome = Outcome {
            findings: findings.iter().map(found).collect(),
            allowed: allowed.iter().map(allow).collect(),
            ..Outcome::default()
        };
        of(&outcome, &[migration(text)], &Origin::default())
    }

    fn only(text: &str, start: u32, end: u32) -> Fingerprint {
        prints(text, &[(start, end)], &[]).findings[0]
    }

    #[test]
    fn the_algorithm_is_the_published_one() {
        let mut hash = Fnv::default();
        hash.write(b"a");
        assert_eq!(format!("{:032x}", hash.0), "d228cb696f1a8caf78912b704e4a8964");
    }

    /// Code hosts remember these: another value here closes every finding they know and opens it anew.
    #[test]
    fn the_values_never_change() {
        assert_eq!(only("DROP TABLE users;", 0, 16).to_string(), "b33eccd94449557e326c79ab2257368c");
    }

    #[test]
    fn survives_edits_elsewhere_and_reformatting() {
        let before = only("DROP TABLE users;", 0, 16);
        assert_eq!(before, only("-- moved\r\n\r\nDROP\r\n  TABLE\tusers;", 12, 31), "above, and its layout");
        assert_eq!(before, only("DROP TABLE users; SELECT 1;", 0, 16), "below");
        assert_eq!(before, only("drop /* at last */ table users", 0, 30), "a comment, another case");
        assert_ne!(before, only("DROP TABLE orders;", 0, 17));
        assert_ne!(before, only("DROP TABLE \"users\";", 0, 18), "another name to the server, maybe");
    }

    #[test]
    fn a_file_by_another_name_is_another_migration() {
        let outcome = Outcome { findings: vec![finding(Span::new(0, 16))], ..Outcome::default() };
        let named = |path: &str| Migration { path: path.into(), ..migration("DROP TABLE users;") };
        let print = |path| of(&outcome, &[named(path)], &Origin::default()).findings[0];
        assert_eq!(print("1.sql"), print("./1.sql"));
        assert_ne!(print("1.sql"), print("2.sql"));
    }

    #[test]
    fn equal_findings_are_told_apart() {
        let text = "DROP TABLE users; DROP TABLE users;";
        let both = prints(text, &[(0, 16), (18, 34)], &[]);
        assert_eq!(both.findings[0], only(text, 0, 16));
        assert_ne!(both.findings[0], both.findings[1]);
        let allowed = prints(text, &[(18, 34)], &[(0, 16)]);
        assert_eq!(allowed.findings[0], both.findings[1], "to allow the first does not rename the second");
        assert_eq!(allowed.allowed[0], both.findings[0]);
    }

    #[test]
    fn a_place_outside_the_file_is_no_panic() {
        let outcome = Outcome { findings: vec![finding(Span::new(7, 3))], ..Outcome::default() };
        assert_eq!(of(&outcome, &[], &Origin::default()).findings.len(), 1);
    }
}
