//! The names the server makes up for what a statement leaves unnamed.

use crate::schema::catalog::Catalog;
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

/// Bytes of an identifier the server keeps.
const LONGEST: usize = 63;

/// Key columns an index may have.
const MOST_KEYS: usize = 32;

/// Numbers tried one after the other before the search for a free one jumps ahead.
const TRIED_IN_TURN: u32 = 16;

/// A free name for an index, or a sequence: `first_second_label`, with a number where that is taken. Names of
/// constraints count as taken only for an index that belongs to one.
pub(super) fn relation(
    catalog: &Catalog<'_>,
    table: &QName,
    second: Option<&str>,
    label: &str,
    for_constraint: bool,
) -> Symbol {
    first_free(&table.name, second, label, |name| {
        let name = table.beside(name);
        catalog.is_relation(&name) || (for_constraint && catalog.links.constraints.contains_key(&name))
    })
}

/// A free name for a constraint without an index.
pub(super) fn constraint(catalog: &Catalog<'_>, owner: &QName, second: Option<&str>, label: &str) -> Symbol {
    first_free(&owner.name, second, label, |name| catalog.links.constraints.contains_key(&owner.beside(name)))
}

/// What stands for several columns in a name: `a_b_c`, cut off once it is longer than a name may be.
pub(super) fn joined<'s>(columns: impl IntoIterator<Item = &'s str>) -> String {
    let mut text = String::new();
    for column in columns {
        if !text.is_empty() {
            text.push('_');
        }
        text.push_str(clip(column, LONGEST));
        if text.len() > LONGEST {
            break;
        }
    }
    text
}

/// What stands for the columns of an index: what occurs twice gets a number.
pub(super) fn index_words(words: &[Symbol]) -> String {
    let mut parts: Vec<Symbol> = Vec::new();
    for base in words.iter().take(MOST_KEYS) {
        let mut numbered = (0..=parts.len()).map(|number| {
            let number = if number == 0 { String::new() } else { number.to_string() };
            Symbol::from(format!("{}{number}", clip(base, LONGEST - number.len())))
        });
        let free = numbered.find(|part| !parts.contains(part));
        parts.extend(free);
    }
    joined(parts.iter().map(|part| &**part))
}

fn first_free(first: &str, second: Option<&str>, label: &str, taken: impl Fn(&Symbol) -> bool) -> Symbol {
    let make = |number: u32| -> Symbol {
        let numbered = if number == 0 { label.to_owned() } else { format!("{label}{number}") };
        object_name(first, second, &numbered).into()
    };
    if let Some(free) = (0..TRIED_IN_TURN).map(make).find(|name| !taken(name)) {
        return free;
    }
    // So many are taken that trying each in turn would cost more with every further one.
    let (mut low, mut high) = (TRIED_IN_TURN - 1, TRIED_IN_TURN * 2);
    while high < u32::MAX / 2 && taken(&make(high)) {
        (low, high) = (high, high * 2);
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if taken(&make(middle)) {
            low = middle;
        } else {
            high = middle;
        }
    }
    make(high)
}

/// Cuts the longer of the two parts until all fits, as the server does.
fn object_name(first: &str, second: Option<&str>, label: &str) -> String {
    let room = LONGEST.saturating_sub(label.len() + 1 + usize::from(second.is_some()));
    let mut lengths = (first.len().min(LONGEST), second.map_or(0, |second| second.len().min(LONGEST)));
    while lengths.0 + lengths.1 > room {
        if lengths.0 > lengths.1 {
            lengths.0 -= 1;
        } else {
            lengths.1 -= 1;
        }
    }
    let mut name = clip(first, lengths.0).to_owned();
    for part in [second.map(|second| clip(second, lengths.1)), Some(label)].into_iter().flatten() {
        name.push('_');
        name.push_str(part);
    }
    name
}

/// At most `length` bytes, whole characters.
fn clip(text: &str, length: usize) -> &str {
    let end = (0..=length.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_as_the_server_cuts_them() {
        let long = "a".repeat(63);
        assert_eq!(object_name("t", Some("a"), "key"), "t_a_key");
        assert_eq!(object_name("t", None, "pkey"), "t_pkey");
        assert_eq!(object_name(&long, None, "pkey"), format!("{}_pkey", "a".repeat(58)));
        assert_eq!(object_name(&long, Some("b"), "key"), format!("{}_b_key", "a".repeat(57)));
        let both = object_name(&long, Some(&"b".repeat(63)), "fkey");
        assert_eq!(both, format!("{}_{}_fkey", "a".repeat(29), "b".repeat(28)));
        assert_eq!(object_name(&"é".repeat(31), None, "check"), format!("{}_check", "é".repeat(28)));
    }

    #[test]
    fn numbers_are_found_however_many_are_taken() {
        for count in [0, 1, 2, 63, 64, 65, 100, 1000, 5000] {
            let names: std::collections::BTreeSet<Symbol> = (0..count)
                .map(|number| if number == 0 { "t_idx".into() } else { format!("t_idx{number}").into() })
                .collect();
            let free = first_free("t", None, "idx", |name| names.contains(name));
            assert_eq!(*free, if count == 0 { "t_idx".to_owned() } else { format!("t_idx{count}") });
        }
    }

    #[test]
    fn keys_that_occur_twice_are_numbered() {
        assert_eq!(index_words(&["a".into(), "expr".into(), "expr".into(), "a".into()]), "a_expr_expr1_a1");
    }
}
