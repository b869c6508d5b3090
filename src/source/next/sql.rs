//! What files of SQL say, with the marks of each tool around the statements.

use ring::digest;

use super::Written;
use super::piece::{Statement, is_ended, statements};
use super::tool::Page;
use crate::source::flaws::header;
use crate::source::layout::flyway;

/// The file of a migration, and the one that takes it back.
pub(super) fn files(page: &Page<'_>) -> Vec<Written> {
    let mut files = vec![Written::new(page.named.up.clone(), up(page))];
    if let (Some(path), Some(down)) = (&page.named.down, &page.draft.down) {
        files.push(Written::new(path.clone(), format!("{}{}", head(page), body(down))));
    }
    files.extend(settings(page));
    files
}

/// The statements as they came, each with its semicolon.
pub(super) fn body(text: &str) -> String {
    let text = text.trim();
    if is_ended(text) { format!("{text}\n") } else { joined(text, "\n") }
}

/// The statements, each on lines of its own.
fn joined(text: &str, separator: &str) -> String {
    let whole: Vec<String> = statements(text).iter().map(Statement::whole).collect();
    whole.join(separator) + "\n"
}

/// What stands above the statements of a file that holds nothing else.
fn head(page: &Page<'_>) -> &'static str {
    match page.place.layout {
        // Atlas wants the line apart from the comments of the first statement.
        "atlas" if page.draft.outside => "-- atlas:txmode none\n\n",
        "evolve" if page.draft.outside => "-- evolve-tx-off\n",
        "sqlx" if page.draft.outside => "-- no-transaction\n",
        _ => "",
    }
}

/// The text of a migration, down section included where its tool keeps that in the same file.
fn up(page: &Page<'_>) -> String {
    let (up, outside) = (page.draft.up.as_str(), page.draft.outside);
    let down = page.draft.down.as_deref();
    let section = |mark: &str, text: Option<String>| text.map(|text| format!("\n{mark}\n{text}")).unwrap_or_default();
    match page.place.layout {
        "dbmate" => {
            let option = if outside { " transaction:false" } else { "" };
            let down = section(&format!("-- migrate:down{option}"), down.map(body));
            format!("-- migrate:up{option}\n{}{down}", body(up))
        }
        "drizzle" => joined(up, "\n--> statement-breakpoint\n"),
        "goose" => {
            let option = if outside { "-- +goose NO TRANSACTION\n" } else { "" };
            let down = section("-- +goose Down", down.map(|text| annotated(text, "goose")));
            format!("{option}-- +goose Up\n{}{down}", annotated(up, "goose"))
        }
        "graphile-migrate" => committed(page),
        "mybatis" => {
            let down = section("-- //@UNDO", down.map(body));
            format!("-- // {}\n{}{down}", page.named.words.replace(['_', '-'], " "), body(up))
        }
        "node-pg-migrate" => {
            let down = section("-- Down Migration", down.map(body));
            format!("-- Up Migration\n{}{down}", body(up))
        }
        "sql-migrate" => {
            let option = if outside { " notransaction" } else { "" };
            let down = section(&format!("-- +migrate Down{option}"), down.map(|text| annotated(text, "migrate")));
            format!("-- +migrate Up{option}\n{}{down}", annotated(up, "migrate"))
        }
        "tern" => {
            let option = if outside { "---- tern: disable-tx ----\n" } else { "" };
            let down = down.map(|text| format!("{option}{}", body(text)));
            let down = section("---- create above / drop below ----", down);
            format!("{option}{}{down}", body(up))
        }
        _ => format!("{}{}", head(page), body(up)),
    }
}

/// For tools that cut at the semicolons that end a line: what holds others is put between marks.
fn annotated(text: &str, word: &str) -> String {
    let found = statements(text);
    // Comments may be all there is.
    if found.is_empty() {
        return format!("{}\n", text.trim());
    }
    let annotated = found.into_iter().map(|statement| {
        let whole = statement.whole();
        if statement.holds_semicolon() {
            format!("-- +{word} StatementBegin\n{whole}\n-- +{word} StatementEnd\n")
        } else {
            whole + "\n"
        }
    });
    annotated.collect()
}

/// As graphile-migrate commits it: each migration names the hash of the one before it.
fn committed(page: &Page<'_>) -> String {
    let previous = header(&page.previous.text, "Hash").unwrap_or("-");
    let option = if page.draft.outside { "--! no-transaction\n" } else { "" };
    let body = format!("{option}{}", body(&page.draft.up));
    let hashed = if previous == "-" { body.clone() } else { format!("{previous}\n{body}") };
    let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, hashed.as_bytes());
    format!("--! Previous: {previous}\n--! Hash: sha1:{}\n\n{body}", hex(hash.as_ref()))
}

/// Bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |digit: u8| char::from_digit(u32::from(digit), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Files beside a migration that say how it runs.
fn settings(page: &Page<'_>) -> Option<Written> {
    if !page.draft.outside {
        return None;
    }
    match page.place.layout {
        "diesel" => {
            let path = page.named.up.with_file_name("metadata.toml");
            Some(Written::new(path, "run_in_transaction = false\n".to_owned()))
        }
        // Flyway sees by itself what refuses a transaction, where nothing else stands beside it.
        "flyway" if !flyway::beginnings(&page.draft.up).all(|beginning| flyway::refuses_transaction(&beginning)) => {
            let mut path = page.named.up.clone().into_os_string();
            path.push(".conf");
            Some(Written::new(path.into(), "executeInTransaction=false\n".to_owned()))
        }
        _ => None,
    }
}
