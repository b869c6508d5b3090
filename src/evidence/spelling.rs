//! How code spells the names of a schema: as they are, in camel case, in capitals, as the model of a table.

/// Names that so many tables have, or so much code uses for other things, that one alone tells nothing.
const COMMON: &[&str] = &[
    "account_id",
    "created_at",
    "created_by",
    "created_on",
    "deleted_at",
    "display_name",
    "end_date",
    "external_id",
    "first_name",
    "group_id",
    "is_active",
    "is_default",
    "is_deleted",
    "is_enabled",
    "last_name",
    "order_id",
    "parent_id",
    "project_id",
    "role_id",
    "sort_order",
    "start_date",
    "tenant_id",
    "updated_at",
    "updated_by",
    "updated_on",
    "user_id",
    "user_name",
];

/// Plurals that no ending tells.
const IRREGULAR: &[(&str, &str)] = &[
    ("addresses", "address"),
    ("aliases", "alias"),
    ("children", "child"),
    ("data", "datum"),
    ("indices", "index"),
    ("men", "man"),
    ("people", "person"),
    ("series", "series"),
    ("statuses", "status"),
];

/// A way to spell a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spelling {
    /// The text to look for.
    pub text: String,
    /// Words are joined without a mark between them, and the first has a capital: `FullName`. It may then follow a word
    /// such as `get`.
    pub joined: bool,
}

/// Every way to spell `name`, without repetitions.
pub(super) fn spellings(name: &str) -> Vec<Spelling> {
    let words = words(name);
    let plain = |text: String| Spelling { text, joined: false };
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let capital: Vec<String> = lower.iter().map(|word| capitalised(word)).collect();
    let camel = lower.iter().take(1).chain(capital.iter().skip(1)).map(String::as_str).collect::<String>();
    let mut found = vec![
        plain(name.to_owned()),
        plain(lower.join("_")),
        plain(lower.join("_").to_uppercase()),
        plain(camel),
        Spelling { text: capital.concat(), joined: true },
    ];
    if lower.len() > 1 {
        found.push(plain(lower.join("-")));
    }
    found.retain(|spelling| !spelling.text.is_empty());
    found.sort();
    found.dedup_by(|left, right| left.text == right.text);
    found
}

/// Every way to spell a table: its name, and that of its model, which is the singular.
pub(super) fn table_spellings(name: &str) -> Vec<Spelling> {
    let mut found = spellings(name);
    found.extend(spellings(&singular(name)));
    found.sort();
    found.dedup_by(|left, right| left.text == right.text);
    found
}

/// Whether a name alone says what it is: several words, and not those every schema has.
pub(super) fn is_telling(name: &str) -> bool {
    words(name).len() > 1 && COMMON.binary_search(&name.to_lowercase().as_str()).is_err()
}

/// The last word of `name` in the singular: `order_items` as `order_item`.
pub(super) fn singular(name: &str) -> String {
    let start = name.rfind('_').map_or(0, |at| at + 1);
    let (head, last) = name.split_at(start);
    if let Some((_, one)) = IRREGULAR.iter().find(|(many, _)| *many == last) {
        return format!("{head}{one}");
    }
    let ends = |ending: &str| last.strip_suffix(ending).filter(|stem| stem.len() > 1);
    let one = if let Some(stem) = ends("ies") {
        format!("{stem}y")
    } else if ["sses", "shes", "ches", "xes", "zes"].iter().any(|ending| ends(ending).is_some()) {
        ends("es").unwrap_or(last).to_owned()
    } else {
        ends("s").filter(|stem| !stem.ends_with(['s', 'u', 'i'])).unwrap_or(last).to_owned()
    };
    format!("{head}{one}")
}

/// The words of a name: between marks, and where lower case turns into upper.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut lower = false;
    for character in name.chars() {
        let boundary = !character.is_alphanumeric() || (lower && character.is_uppercase());
        if boundary && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if character.is_alphanumeric() {
            word.push(character);
        }
        lower = character.is_lowercase();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(spellings: &[Spelling]) -> Vec<&str> {
        spellings.iter().map(|spelling| spelling.text.as_str()).collect()
    }

    #[test]
    fn names_are_spelled_as_code_does() {
        assert_eq!(texts(&spellings("full_name")), ["FULL_NAME", "FullName", "full-name", "fullName", "full_name"]);
        assert_eq!(texts(&spellings("city")), ["CITY", "City", "city"]);
        assert_eq!(
            texts(&spellings("fullName")),
            ["FULL_NAME", "FullName", "full-name", "fullName", "full_name"],
            "a quoted name in camel case"
        );
        assert_eq!(texts(&spellings("")), [""; 0]);
    }

    #[test]
    fn tables_are_spelled_as_models_too() {
        let found = table_spellings("order_items");
        assert!(["order_items", "OrderItem", "orderItem"].iter().all(|text| texts(&found).contains(text)), "{found:?}");
        let cases = [
            ("users", "user"),
            ("categories", "category"),
            ("boxes", "box"),
            ("branches", "branch"),
            ("classes", "class"),
            ("people", "person"),
            ("news", "new"),
            ("status", "status"),
            ("bus", "bus"),
            ("user_statuses", "user_status"),
            ("s", "s"),
        ];
        for (many, one) in cases {
            assert_eq!(singular(many), one, "{many}");
        }
    }

    #[test]
    fn common_names_tell_nothing() {
        assert!(COMMON.is_sorted());
        assert!(is_telling("shipping_address_line"));
        assert!(!is_telling("status") && !is_telling("created_at") && !is_telling("User_ID"));
    }
}
