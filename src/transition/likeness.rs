//! Whether two names look like those of a thing and its replacement.

/// Parts of names that are shorter say nothing: `id`, `is`, `at`.
const SHORTEST_PART: usize = 3;

/// Parts of a name that say its bearer is on its way out.
const RETIRED: &[&str] = &[
    "archive",
    "archived",
    "backup",
    "bak",
    "delete",
    "deleted",
    "deprecated",
    "drop",
    "dropped",
    "legacy",
    "obsolete",
    "old",
    "remove",
    "removed",
    "retired",
    "unused",
];

/// Such parts at the start or end of a name: elsewhere they may belong to what the table is about.
const SET_ASIDE: &[&str] = &["backup", "bkp", "temp", "tmp"];

/// Endings of the names of things that stand beside another one for a while, sorted.
const SHADOWS: &[&str] = &[
    "_backup",
    "_bak",
    "_bigint",
    "_bkp",
    "_copy",
    "_deprecated",
    "_legacy",
    "_new",
    "_old",
    "_orig",
    "_shadow",
    "_temp",
    "_tmp",
    "_v2",
    "_v3",
];

/// The name a shadow stands beside: `users` for `users_old` and `users_new`.
pub fn shadow(name: &str) -> Option<&str> {
    let ending = SHADOWS.iter().find_map(|ending| name.strip_suffix(ending));
    let leading = ["old_", "tmp_", "_old_", "_new_", "_bkp_"].iter().find_map(|lead| name.strip_prefix(lead));
    ending.or(leading).filter(|base| !base.is_empty())
}

/// Whether a name says that its bearer is on its way out.
pub fn is_retired(name: &str) -> bool {
    let mut parts = name.split('_').filter(|part| !part.is_empty());
    let ends = [parts.clone().next(), parts.clone().next_back()];
    parts.any(|part| RETIRED.binary_search(&part).is_ok())
        || ends.into_iter().flatten().any(|part| SET_ASIDE.binary_search(&part).is_ok())
}

/// Parts of the names of columns that hold another form of what stays in their neighbors, sorted.
const DERIVED: &[&str] = &[
    "count",
    "digest",
    "document",
    "hash",
    "length",
    "lower",
    "lowercase",
    "md5",
    "normalized",
    "search",
    "sha1",
    "sha256",
    "slug",
    "sum",
    "tsv",
    "tsvector",
    "upper",
    "vector",
];

/// Whether a column, by its name, holds another form of what stays in its neighbors.
pub(super) fn is_derived(name: &str) -> bool {
    words(name).iter().any(|part| DERIVED.binary_search(&part.as_str()).is_ok())
}

/// Whether one of the names is the other's shadow, or they share a word.
pub(super) fn alike(old: &str, new: &str) -> bool {
    let base = |name: &str| shadow(name).map(str::to_owned);
    if base(old).as_deref() == Some(new) || base(new).as_deref() == Some(old) {
        return true;
    }
    let new = words(new);
    words(old).iter().any(|part| new.contains(part))
}

/// `full`, `name` for `full_name` and `fullName`.
fn words(name: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        if character.is_uppercase() {
            spaced.push('_');
        }
        spaced.push(character);
    }
    let parts = spaced.split('_').filter(|part| part.chars().count() >= SHORTEST_PART);
    parts.map(singular).collect()
}

fn singular(part: &str) -> String {
    let part = part.to_lowercase();
    match part.strip_suffix('s').filter(|stem| stem.len() >= SHORTEST_PART && !stem.ends_with('s')) {
        Some(stem) => stem.to_owned(),
        None => part,
    }
}
