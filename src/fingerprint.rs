//! Names for findings that survive edits elsewhere: for baselines, code hosts and anything that compares two runs.
//!
//! No line numbers, which move with every edit above, and no hasher of the standard library, whose algorithm may change
//! with the compiler.

use std::collections::HashMap;
use std::fmt;

use crate::finding::Finding;
use crate::source::migration::Migration;
use crate::syntax::span::Span;

/// The name of a finding. Prints as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u128);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// The fingerprints of `findings`, in their order: from rule, path, subject and the text of the statement. Findings that
/// agree in all of these are told apart by their order.
pub fn of(findings: &[Finding], migrations: &[Migration]) -> Vec<Fingerprint> {
    // A statement with thousands of findings is read once.
    let mut statements: HashMap<(u32, Span), u128> = HashMap::new();
    let mut seen: HashMap<u128, u64> = HashMap::new();
    findings
        .iter()
        .map(|finding| {
            let migration = migrations.get(finding.file as usize);
            let statement = *statements
                .entry((finding.file, finding.statement))
                .or_insert_with(|| statement_hash(migration, finding.statement));
            let shared = shared_hash(finding, migration, statement);
            let occurrence = seen.entry(shared).or_default();
            let mut hash = Fnv(shared);
            hash.write(&occurrence.to_le_bytes());
            *occurrence += 1;
            Fingerprint(hash.0)
        })
        .collect()
}

fn shared_hash(finding: &Finding, migration: Option<&Migration>, statement: u128) -> u128 {
    let mut hash = Fnv::default();
    hash.field(finding.rule.0.as_bytes());
    hash.field(migration.map(|migration| migration.path.to_string_lossy()).unwrap_or_default().as_bytes());
    hash.field(finding.subject.as_deref().unwrap_or_default().as_bytes());
    hash.write(&statement.to_le_bytes());
    hash.0
}

/// The hash of a statement's words: reformatting does not change it.
fn statement_hash(migration: Option<&Migration>, statement: Span) -> u128 {
    let mut hash = Fnv::default();
    for word in statement.of(migration.map_or("", |migration| &migration.text)).split_ascii_whitespace() {
        hash.field(word.as_bytes());
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
        }
    }

    fn only(text: &str, start: u32, end: u32) -> Fingerprint {
        of(&[finding(Span::new(start, end))], &[migration(text)])[0]
    }

    #[test]
    fn the_algorithm_is_the_published_one() {
        let mut hash = Fnv::default();
        hash.write(b"a");
        assert_eq!(format!("{:032x}", hash.0), "d228cb696f1a8caf78912b704e4a8964");
    }

    #[test]
    fn survives_edits_above_and_reformatting() {
        let before = only("DROP TABLE users;", 0, 16);
        assert_eq!(before, only("-- moved\r\n\r\nDROP\r\n  TABLE\tusers;", 12, 31));
        assert_ne!(before, only("DROP TABLE orders;", 0, 17));
        assert_eq!(before.to_string().len(), 32);
    }

    #[test]
    fn equal_findings_are_told_apart() {
        let text = "DROP TABLE users; DROP TABLE users;";
        let prints = of(&[finding(Span::new(0, 16)), finding(Span::new(18, 34))], &[migration(text)]);
        assert_eq!(prints[0], only(text, 0, 16));
        assert_ne!(prints[0], prints[1]);
    }

    #[test]
    fn a_place_outside_the_file_is_no_panic() {
        assert_eq!(of(&[finding(Span::new(7, 3))], &[]).len(), 1);
    }
}
