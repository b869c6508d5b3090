//! The names of migrations, taken apart so that the next one can be put together the same way.

/// The name of a file or folder: `V` `0007` `__` `add_users` `.up.sql`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// What stands before the version.
    pub head: String,
    /// The version.
    pub version: String,
    /// What stands between version and words, `.do.` included.
    pub gap: String,
    /// The words.
    pub words: String,
    /// The endings.
    pub tail: String,
}

/// The longest name to make of words; longer ones are trouble on some systems.
const LONGEST: usize = 60;

/// Endings, between dots.
const ENDINGS: &[&str] = &[
    "sql",
    "db",
    "up",
    "down",
    "tx",
    "autocommit",
    "js",
    "cjs",
    "mjs",
    "ts",
    "cts",
    "mts",
    "rb",
    "py",
    "erb",
    "xml",
    "yaml",
    "yml",
];

impl Name {
    /// Takes a name apart; none where it has no version. `wide` versions go up to `__`, whatever is in them.
    pub(super) fn read(name: &str, wide: bool) -> Option<Self> {
        let head = name.find(|sign: char| !sign.is_ascii_alphabetic())?;
        let (head, rest) = name.split_at_checked(head)?;
        let (version, rest) = rest.split_at_checked(version_length(rest, wide)?)?;
        let tail = tail_length(rest);
        let (rest, tail) = rest.split_at_checked(rest.len().checked_sub(tail)?)?;
        let mut gap = rest.find(|sign: char| !matches!(sign, '_' | '-' | '.')).unwrap_or(rest.len());
        for action in ["do", "undo"] {
            if rest.get(..gap) == Some(".") && rest.split('.').nth(1) == Some(action) {
                gap = (action.len() + 2).min(rest.len());
            }
        }
        let (gap, words) = rest.split_at_checked(gap)?;
        let part = str::to_owned;
        Some(Self { head: part(head), version: part(version), gap: part(gap), words: part(words), tail: part(tail) })
    }

    /// The same name for another version and other words.
    pub(super) fn with(&self, version: &str, words: &str) -> String {
        // `010.do.sql` has no words, and no point before them.
        let point = if self.gap.ends_with("do") && !words.is_empty() { "." } else { "" };
        format!("{}{version}{}{point}{words}{}", self.head, self.gap, self.tail)
    }
}

/// The length of the version at the start of `text`.
fn version_length(text: &str, wide: bool) -> Option<usize> {
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        rest.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(rest.len())
    };
    let first = digits(0);
    if first == 0 {
        return None;
    }
    if wide && let Some((version, _)) = text.split_once("__") {
        let is_version = version.chars().all(|sign| sign.is_ascii_digit() || matches!(sign, '.' | '_'));
        return is_version.then_some(version.len());
    }
    let year = first == 4 && matches!(text.get(..2), Some("19" | "20"));
    let date = first == 8 && matches!(text.get(..2), Some("19" | "20"));
    let mut length = first;
    while let Some(sign) = text.get(length..).and_then(|rest| rest.chars().next()) {
        let more = digits(length + sign.len_utf8());
        let goes_on = match sign {
            '.' => true,
            '-' | '_' | 'T' => year || date,
            _ => false,
        };
        let end = length + sign.len_utf8() + more;
        // What digits begin is a word: `0005_2fa`.
        let word = text.get(end..).is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_alphabetic()));
        let zoned = text.get(end..).is_some_and(|rest| rest.starts_with('Z'));
        if !goes_on || more == 0 || (word && !zoned && !text.get(end..).is_some_and(|rest| rest.starts_with('T'))) {
            break;
        }
        length = end + usize::from(zoned);
    }
    Some(length)
}

/// The length of the endings: `.postgres.up.sql`, `.sql.postgres`.
fn tail_length(name: &str) -> usize {
    let is_ending = |part: &&str| {
        ENDINGS.iter().any(|ending| part.eq_ignore_ascii_case(ending)) || crate::source::dialect::is_postgres(part)
    };
    let parts = name.split('.').count();
    // What stands before the first dot is no ending.
    name.rsplit('.').take(parts - 1).take_while(is_ending).map(|part| part.len() + 1).sum()
}

/// How words are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// `add_users`
    Snake,
    /// `add-users`
    Kebab,
    /// `AddUsers`
    Pascal,
}

impl Case {
    /// How the words of these names are joined, the last ones first; `names` without words say nothing.
    pub(super) fn of<'a>(names: &(impl Iterator<Item = &'a Name> + Clone)) -> Self {
        let told = names.clone().find_map(|name| {
            let words = name.words.as_str();
            let inner_capital =
                words.chars().zip(words.chars().skip(1)).any(|(a, b)| a.is_lowercase() && b.is_uppercase());
            match () {
                () if words.contains('_') => Some(Self::Snake),
                () if words.contains('-') => Some(Self::Kebab),
                () if inner_capital => Some(Self::Pascal),
                () => None,
            }
        });
        let single = || {
            let name = names.clone().find(|name| !name.words.is_empty())?;
            let capital = name.words.starts_with(|sign: char| sign.is_uppercase());
            match name.gap.as_str() {
                "-" if capital => Some(Self::Pascal),
                "-" => Some(Self::Kebab),
                _ => None,
            }
        };
        told.or_else(single).unwrap_or(Self::Snake)
    }

    /// `text` as words that are safe in any path: letters and digits of ASCII, nothing else.
    pub(super) fn join(self, text: &str) -> String {
        let words = text.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let words: Vec<String> = words.map(str::to_ascii_lowercase).collect();
        let mut joined = match self {
            Self::Snake => words.join("_"),
            Self::Kebab => words.join("-"),
            Self::Pascal => words.iter().map(|word| capitalized(word)).collect(),
        };
        joined.truncate(LONGEST);
        let joined = joined.trim_end_matches(['_', '-']);
        match (joined, self) {
            ("", Self::Pascal) => "Change".to_owned(),
            ("", _) => "change".to_owned(),
            (joined, _) => joined.to_owned(),
        }
    }
}

/// `users` as `Users`.
fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(name: &str) -> [String; 5] {
        let Name { head, version, gap, words, tail } = Name::read(name, name.contains("__")).unwrap();
        [head, version, gap, words, tail]
    }

    #[test]
    fn names_are_taken_apart() {
        for (name, expected) in [
            ("000009_users.up.sql", ["", "000009", "_", "users", ".up.sql"]),
            ("V1_10__b.sql", ["V", "1_10", "__", "b", ".sql"]),
            ("v1.2__a.sql", ["v", "1.2", "__", "a", ".sql"]),
            ("2024-01-03-000000-0000_index", ["", "2024-01-03-000000-0000", "_", "index", ""]),
            ("2024-01-02T000000Z-index.ts", ["", "2024-01-02T000000Z", "-", "index", ".ts"]),
            ("Migration20240101000000.ts", ["Migration", "20240101000000", "", "", ".ts"]),
            ("001.do.users.sql", ["", "001", ".do.", "users", ".sql"]),
            ("010.do.sql", ["", "010", ".do", "", ".sql"]),
            ("0005_2fa_tokens.sql", ["", "0005", "_", "2fa_tokens", ".sql"]),
            ("12_3_items.sql", ["", "12", "_", "3_items", ".sql"]),
            ("1700000000000-Users.ts", ["", "1700000000000", "-", "Users", ".ts"]),
            ("20240102_a.postgres.autocommit.up.sql", ["", "20240102", "_", "a", ".postgres.autocommit.up.sql"]),
            ("01_b.sql.postgres", ["", "01", "_", "b", ".sql.postgres"]),
            ("2024-08-26_00_Final.sql", ["", "2024-08-26_00", "_", "Final", ".sql"]),
            ("8.sql", ["", "8", "", "", ".sql"]),
        ] {
            assert_eq!(parts(name), expected, "{name}");
        }
        assert_eq!(Name::read("users.sql", false), None);
        assert_eq!(Name::read("add_v2_users.sql", false), None);
    }

    #[test]
    fn words_are_safe_in_paths() {
        assert_eq!(Case::Snake.join("../../etc/Pass wd\n"), "etc_pass_wd");
        assert_eq!(Case::Kebab.join("add_users"), "add-users");
        assert_eq!(Case::Pascal.join("add_users"), "AddUsers");
        assert_eq!(Case::Snake.join("é"), "change");
    }

    proptest! {
        #[test]
        fn any_name_goes_back_together(name in "[A-Zv]?[0-9]{0,5}[_.\\-TZ0-9]{0,6}[a-z_é]{0,6}(\\.(do|up|down|sql|pg)){0,3}", wide: bool) {
            if let Some(read) = Name::read(&name, wide) {
                prop_assert_eq!(read.with(&read.version, &read.words), name);
            }
        }

        #[test]
        fn any_words_are_one_component(text in any::<String>()) {
            for case in [Case::Snake, Case::Kebab, Case::Pascal] {
                let joined = case.join(&text);
                prop_assert!(!joined.is_empty() && joined.chars().all(|sign| sign.is_ascii_alphanumeric() || "_-".contains(sign)));
            }
        }
    }
}
