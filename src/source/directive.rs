//! Comments by which a file says that no transaction is to be opened for it, whatever the layout.

use super::migration::TransactionMode;
use super::section::{comment_lines, head_comments};

/// Comments among the first of a file. Most of these tools then send the whole file as one string, which is an implicit
/// transaction again as soon as it holds two statements; the others send one statement after the other.
const HEAD: &[(&str, TransactionMode)] = &[
    // Atlas
    ("atlas:txmode none", TransactionMode::None),
    // Evolve
    ("evolve-tx-off", TransactionMode::None),
    // graphile-migrate
    ("! no-transaction", TransactionMode::SingleQuery),
    // morph
    ("morph:nontransactional", TransactionMode::SingleQuery),
    // postgres-migrations
    ("postgres-migrations disable-transaction", TransactionMode::SingleQuery),
    // mautrix
    ("transaction: off", TransactionMode::SingleQuery),
];

/// How a text runs, if it says so itself.
pub(super) fn transaction(text: &str) -> Option<TransactionMode> {
    let head = head_comments(text).find_map(|comment| {
        let body = comment.trim_start_matches('-').trim();
        HEAD.iter().find(|(directive, _)| body.eq_ignore_ascii_case(directive)).map(|(_, mode)| *mode)
    });
    // Prisma as stack-auth runs it: the sentinel stands before any of the parts that the file is cut into.
    let sentinel = || comment_lines(text).any(|line| line.body == "RUN_OUTSIDE_TRANSACTION_SENTINEL");
    head.or_else(|| sentinel().then_some(TransactionMode::None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_count_where_their_tools_look() {
        let check = |text: &str, expected| assert_eq!(transaction(text), expected, "{text}");
        check("\n-- atlas:txmode none\n\nSELECT 1;", Some(TransactionMode::None));
        check("--! Previous: sha1:0\n--! no-transaction\nSELECT 1;", Some(TransactionMode::SingleQuery));
        check("-- v8: drop it\n-- transaction: off\nSELECT 1;", Some(TransactionMode::SingleQuery));
        check("SELECT 1;\n-- atlas:txmode none\n", None);
        check("SELECT 1;\n-- RUN_OUTSIDE_TRANSACTION_SENTINEL\nSELECT 2;", Some(TransactionMode::None));
        check("-- there is no-transaction here\n", None);
    }
}
