//! The list of rules, and nothing else. A rule is `rules/<id>.md` and `src/rules/<id with _>.rs`.

use crate::rule::{Check, Rule, RuleId};

macro_rules! rules {
    ($($module:ident => $id:literal, $check:ident;)*) => {
        $(mod $module;)*

        /// Every rule, in the order of its name.
        pub static RULES: &[Rule] = &[$(Rule {
            id: RuleId($id),
            spec: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/", $id, ".md")),
            check: Check::$check($module::check),
        }),*];
    };
}

rules! {}
