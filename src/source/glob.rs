//! Globs that leave files out: `*` and `?` within a name, `**` across folders. Linear in pattern times path, whatever
//! either of them holds.

use std::path::{Path, PathBuf};

use super::path;

/// Files that are not to be read.
#[derive(Clone, Debug, Default)]
pub struct Exclude {
    base: PathBuf,
    patterns: Vec<Vec<String>>,
}

impl Exclude {
    /// Patterns for paths relative to `base`, an absolute folder. A pattern without a slash matches a file or folder of
    /// that name anywhere; one that matches a folder covers everything in it.
    pub fn new(base: PathBuf, patterns: &[String]) -> Self {
        let patterns = patterns
            .iter()
            .map(|pattern| {
                let pattern = pattern.trim_start_matches("./");
                let anywhere = !pattern.trim_end_matches('/').contains('/');
                let parts = pattern.split('/').filter(|part| !part.is_empty()).map(str::to_owned);
                // Stars behind it: what lies in a folder that matches is left out too.
                let stars = || "**".to_owned();
                anywhere.then(stars).into_iter().chain(parts).chain([stars()]).collect()
            })
            .collect();
        Self { base, patterns }
    }

    /// Whether an absolute path, or a folder above it, is left out.
    pub fn contains(&self, absolute: &Path) -> bool {
        if self.patterns.is_empty() {
            return false;
        }
        let Ok(relative) = absolute.strip_prefix(&self.base) else { return false };
        let components = path::components(relative);
        self.patterns.iter().any(|pattern| matches_path(pattern, &components))
    }
}

fn matches_path(pattern: &[String], components: &[String]) -> bool {
    wildcard(pattern, components, |part| part == "**", |part, component| matches_name(part, component))
}

fn matches_name(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    wildcard(&pattern, &name, |part| *part == '*', |part, character| *part == '?' || part == character)
}

/// Matches `items` with a pattern in which some parts stand for any number of items. Only the last such part is ever
/// tried again: an earlier one that took more could not help the rest.
fn wildcard<P, T>(pattern: &[P], items: &[T], is_star: impl Fn(&P) -> bool, same: impl Fn(&P, &T) -> bool) -> bool {
    let (mut at, mut item) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(current) = items.get(item) {
        match pattern.get(at) {
            Some(part) if is_star(part) => {
                retry = Some((at + 1, item));
                at += 1;
            }
            Some(part) if same(part, current) => {
                at += 1;
                item += 1;
            }
            _ => {
                let Some((after_star, taken)) = retry else { return false };
                retry = Some((after_star, taken + 1));
                at = after_star;
                item = taken + 1;
            }
        }
    }
    pattern.get(at..).is_some_and(|rest| rest.iter().all(is_star))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        let check = |pattern: &str, path: &str| {
            Exclude::new(PathBuf::from("/app"), &[pattern.to_owned()]).contains(&Path::new("/app").join(path))
        };
        assert!(check("**/seeds/**", "db/seeds/1.sql"));
        assert!(check("**/seeds/**", "seeds/deep/1.sql"));
        assert!(!check("**/seeds/**", "db/seeds.sql"));
        assert!(check("seeds", "db/seeds/1.sql"));
        assert!(check("*_test.sql", "db/001_test.sql"));
        assert!(check("db/00?.sql", "db/001.sql"));
        assert!(!check("db/*.sql", "db/x/001.sql"));
        assert!(check("db/**/*.sql", "db/001.sql"));
        assert!(check("./db/", "db/x/001.sql"));
        assert!(!check("db", "/elsewhere/db/001.sql"));
    }

    #[test]
    fn hostile_patterns_are_not_slow() {
        let pattern = "*a".repeat(2_000);
        assert!(!matches_name(&pattern, &"a".repeat(1_999)));
    }
}
