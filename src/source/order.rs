//! The order migrations run in: numbers compared as numbers, versions part by part, total and stable by construction.
//!
//! Every key here derives `Ord`, so that no pair of names can be left undecided and no comparison can contradict another.

/// Where a migration stands among all that were named: first by the path that was named, then component by component.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Which of the named paths it was found under.
    pub root: usize,
    /// One rank for each folder below that path, and one for the file.
    pub ranks: Vec<Rank>,
}

/// Where a file or folder stands among its siblings.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// At this place of a list that the tool keeps.
    Position(usize),
    /// By version; names decide between equal ones.
    Version(Version, Natural),
    /// By a key the tool compares as text; names decide between equal ones.
    Text(String, String),
    /// By name.
    Named(Natural),
    /// After everything that has a version: Flyway's repeatable migrations.
    Repeatable(Natural),
}

impl Rank {
    /// By name.
    pub(super) fn named(name: &str) -> Self {
        Self::Named(Natural::new(name))
    }
}

/// A name as people sort it: digits are numbers, and `2.0.0-rc1` comes before `2.0.0`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Natural {
    tokens: Vec<Token>,
    // `1` and `01` have the same tokens; the spelling decides.
    spelling: String,
}

impl Natural {
    /// Of a name without its extension.
    pub(super) fn new(name: &str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = name;
        while let Some(first) = rest.chars().next() {
            if first.is_ascii_digit() {
                let length = dotted_length(rest);
                let (number, after) = rest.split_at(length);
                tokens.push(Token::Number(number.split('.').map(Digits::new).collect()));
                rest = after;
                if let Some((word, after)) = pre_release(rest) {
                    tokens.push(Token::PreRelease(word));
                    rest = after;
                }
            } else {
                let length = rest.find(|character: char| character.is_ascii_digit()).unwrap_or(rest.len());
                let (text, after) = rest.split_at(length);
                tokens.push(Token::Text(text.to_owned()));
                rest = after;
            }
        }
        tokens.push(Token::End);
        Self { tokens, spelling: name.to_owned() }
    }
}

/// A part of a name. The order of the variants is the order of what may follow the same beginning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    PreRelease(String),
    End,
    Number(Vec<Digits>),
    Text(String),
}

/// A whole number of any length.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Digits {
    // Without leading zeros the longer number is the larger one; comparing this field first makes that so.
    length: usize,
    digits: String,
}

impl Digits {
    fn new(text: &str) -> Self {
        let digits = text.trim_start_matches('0').to_owned();
        Self { length: digits.len(), digits }
    }
}

/// A version, compared part by part: `1`, `1.0` and `1_0` are the same, `1.2` comes before `1.10`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(Vec<Digits>);

impl Version {
    /// Reads digits separated by `.` or `_`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        for part in text.split(['.', '_']) {
            if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            parts.push(Digits::new(part));
        }
        while parts.last().is_some_and(|part| part.length == 0) {
            parts.pop();
        }
        Some(Self(parts))
    }
}

/// The version a name begins with, if it is one that only files of one release would share: a counter or a full
/// timestamp. A date alone is not, since a day, and so a month or a year, can see several releases.
pub(super) fn version_prefix(name: &str) -> Option<&str> {
    let name = match name.strip_prefix(['V', 'v']) {
        Some(rest) if rest.starts_with(|character: char| character.is_ascii_digit()) => rest,
        _ => name,
    };
    let length = name
        .find(|character: char| !character.is_ascii_digit() && !matches!(character, '.' | '_' | '-'))
        .unwrap_or(name.len());
    let prefix = name.get(..length)?.trim_end_matches(['.', '_', '-']);
    let digits = prefix.bytes().filter(u8::is_ascii_digit).count();
    let is_date = matches!(digits, 4 | 6 | 8) && (prefix.starts_with("19") || prefix.starts_with("20"));
    let starts_with_digit = prefix.starts_with(|character: char| character.is_ascii_digit());
    (starts_with_digit && !is_date).then_some(prefix)
}

/// Whether a folder is named after a release: `4.1.0`, `v3`, `57`.
pub(super) fn is_release(folder: &str) -> bool {
    folder.strip_prefix(['v', 'V']).unwrap_or(folder).starts_with(|first: char| first.is_ascii_digit())
}

/// The length of `1.2.3` at the start of `text`, which starts with a digit.
fn dotted_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_digit = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_digit);
    let mut length = 0;
    while is_digit(length) || (bytes.get(length) == Some(&b'.') && is_digit(length + 1)) {
        length += 1;
    }
    length
}

/// A pre-release word right after a version, in lower case, and what follows it.
fn pre_release(text: &str) -> Option<(String, &str)> {
    const WORDS: &[&str] = &["alpha", "beta", "dev", "preview", "pre", "rc", "snapshot"];
    let word = text.strip_prefix(['-', '.']).unwrap_or(text);
    let length = word.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(word.len());
    let (word, after) = word.split_at(length);
    let word = word.to_ascii_lowercase();
    WORDS.contains(&word.as_str()).then_some((word, after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sorted(names: &[&str]) -> Vec<String> {
        let mut names: Vec<String> = names.iter().map(ToString::to_string).collect();
        names.sort_by_key(|name| Natural::new(name));
        names
    }

    fn assert_order(names: &[&str]) {
        let mut reversed = names.to_vec();
        reversed.reverse();
        assert_eq!(sorted(&reversed), names);
    }

    #[test]
    fn numbers_compare_as_numbers() {
        assert_order(&["1_a", "2_a", "10_a", "34404100_a", "20240101120000_a"]);
        assert_order(&["5", "99999999999999999999999999999998", "99999999999999999999999999999999"]);
    }

    #[test]
    fn padding_does_not_matter_but_is_decided() {
        assert_order(&["01", "1", "002", "2"]);
    }

    #[test]
    fn versions_compare_part_by_part() {
        assert_order(&["1.7.0", "1.7.0.5", "1.7.1", "1.10", "2"]);
        assert_order(&["upgrade_v4.0_to_v4.0.1", "upgrade_v4.0.1_to_v4.1", "upgrade_v4.9.4_to_v4.10"]);
    }

    #[test]
    fn pre_releases_come_before_their_release() {
        assert_order(&["2.0.0-beta2", "2.0.0-RC1", "2.0.0-RC2", "2.0.0", "2.0.1-RC1"]);
    }

    #[test]
    fn flyway_versions_ignore_trailing_zeros() {
        let version = |text| Version::parse(text).unwrap();
        assert_eq!(version("1"), version("1_0.0"));
        assert!(version("1.2") < version("1_10"));
        assert!(version("2_31_1") < version("2_38_10"));
        assert_eq!(Version::parse("1..2"), None);
        assert_eq!(Version::parse("x"), None);
    }

    #[test]
    fn version_prefixes() {
        assert_eq!(version_prefix("20240101120000_create_users"), Some("20240101120000"));
        assert_eq!(version_prefix("2024-08-26_00_Final"), Some("2024-08-26_00"));
        assert_eq!(version_prefix("0007-b"), Some("0007"));
        assert_eq!(version_prefix("V5"), Some("5"));
        assert_eq!(version_prefix("2017-06-05-add-last-login"), None);
        assert_eq!(version_prefix("20240101_a"), None);
        assert_eq!(version_prefix("2026-06-oauth-tokens"), None);
        assert_eq!(version_prefix("create_users"), None);
    }

    proptest! {
        #[test]
        fn order_is_total_and_stable(names in prop::collection::vec("[0-2av._\\-]{0,6}(rc|é)?[0-9]?", 0..12)) {
            let mut once = names.clone();
            once.sort_by_key(|name| Natural::new(name));
            let mut again = names;
            again.reverse();
            again.sort_by_key(|name| Natural::new(name));
            prop_assert_eq!(&once, &again);
            for pair in once.windows(2) {
                prop_assert!(Natural::new(&pair[0]) <= Natural::new(&pair[1]));
                prop_assert_eq!(pair[0] == pair[1], Natural::new(&pair[0]) == Natural::new(&pair[1]));
            }
        }

        #[test]
        fn any_name_has_a_place(name in any::<String>()) {
            let _ = (Natural::new(&name), Version::parse(&name), version_prefix(&name));
        }
    }
}
