//! Migrations in JavaScript and TypeScript, each statement given to a call of its own.

use super::name::Case;
use super::piece::{Statement, statements};
use super::tool::Page;
use super::{Unwritable, Written, sql};
use crate::source::carrier;

/// What a file is written in, as the one before it is.
#[derive(Clone, Copy)]
struct Style {
    typescript: bool,
    /// `export` instead of `exports`.
    modules: bool,
}

/// The file of a migration.
pub(super) fn files(page: &Page<'_>) -> Result<Vec<Written>, Unwritable> {
    let model = page.previous.text.as_str();
    let extension = page.named.up.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let typescript = extension.ends_with("ts");
    let modules = typescript || extension == "mjs" || has_line(model, &["export "]);
    let style = Style { typescript, modules };
    let text = match page.place.layout {
        "typeorm" => typeorm(page, style),
        "mikro-orm" => mikro_orm(page, style),
        "sequelize" if style.modules => {
            return Err(Unwritable::new(
                "the migrations of Sequelize differ too much in modules and TypeScript",
                "write it by hand, each statement in a `queryInterface.sequelize.query` of its own",
            ));
        }
        "sequelize" => sequelize(page),
        _ => functions(page, style),
    };
    Ok(vec![Written::new(page.named.up.clone(), text)])
}

/// The file of a migration among others of SQL, in which node-pg-migrate has no way out of the transaction.
pub(super) fn beside_sql(page: &Page<'_>) -> Result<Vec<Written>, Unwritable> {
    if !page.draft.outside {
        return Ok(sql::files(page));
    }
    // Whatever the package says of its other files.
    let path = page.named.up.with_extension("cjs");
    if !carrier::may_be(&path) {
        return Err(Unwritable::new(
            format!(
                "{} would be JavaScript, which we only read in a folder called migrations",
                page.place.shown(&path)
            ),
            "write it by hand, with `pgm.noTransaction()`",
        ));
    }
    let text = functions(page, Style { typescript: false, modules: false });
    Ok(vec![Written::new(path, text)])
}

/// Whether a line of `text` begins so.
fn has_line(text: &str, beginnings: &[&str]) -> bool {
    let mut lines = text.split(['\n', '\r']).map(str::trim_start);
    lines.any(|line| beginnings.iter().any(|beginning| line.starts_with(beginning)))
}

/// A text between backticks.
fn literal(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${");
    format!("`{text}`")
}

/// The calls that run `text`, a line each.
fn calls(layout: &str, text: &str, indent: &str) -> String {
    let call = |statement: &Statement<'_>| {
        let whole = statement.whole();
        let whole = whole.strip_suffix(';').unwrap_or(&whole);
        // Knex takes a question mark for a value.
        let text = if layout == "knex" { literal(&whole.replace('?', "\\?")) } else { literal(whole) };
        let call = match layout {
            "knex" => format!("await knex.raw({text});"),
            "kysely" => format!("await sql{text}.execute(db);"),
            "mikro-orm" => format!("this.addSql({text});"),
            "node-pg-migrate" => format!("pgm.sql({text});"),
            "sequelize" => format!("await queryInterface.sequelize.query({text});"),
            "typeorm" => format!("await queryRunner.query({text});"),
            _ => format!("await db.runSql({text});"),
        };
        format!("{indent}{call}\n")
    };
    statements(text).iter().map(call).collect()
}

const ONE_WAY: &str = "throw new Error(\"this migration cannot be taken back\");\n";

/// The calls that take a migration back.
fn calls_back(page: &Page<'_>, indent: &str) -> String {
    let calls = page.draft.down.as_deref().map(|down| calls(page.place.layout, down, indent));
    calls.unwrap_or_else(|| format!("{indent}{ONE_WAY}"))
}

/// Functions called `up` and `down`: Knex, Kysely, node-pg-migrate, db-migrate.
fn functions(page: &Page<'_>, style: Style) -> String {
    let layout = page.place.layout;
    let outside = page.draft.outside;
    let (argument, kind) = match layout {
        "knex" => ("knex", "Knex"),
        "kysely" => ("db", "Kysely<any>"),
        "node-pg-migrate" => ("pgm", "MigrationBuilder"),
        _ => ("db", "any"),
    };
    let function = |name: &str, body: &str| match (style.modules, style.typescript) {
        (true, true) => format!("export async function {name}({argument}: {kind}): Promise<void> {{\n{body}}}\n"),
        (true, false) => format!("export async function {name}({argument}) {{\n{body}}}\n"),
        (false, _) => format!("exports.{name} = async ({argument}) => {{\n{body}}};\n"),
    };
    let alone = if layout == "node-pg-migrate" && outside { "  pgm.noTransaction();\n" } else { "" };
    let up = function("up", &format!("{alone}{}", calls(layout, &page.draft.up, "  ")));
    let constant = if style.modules { "export const " } else { "exports." };
    let down = match (&page.draft.down, layout) {
        (None, "kysely") => String::new(),
        (None, "node-pg-migrate") => format!("\n{constant}down = false;\n"),
        _ => format!("\n{}", function("down", &format!("{alone}{}", calls_back(page, "  ")))),
    };
    let config = if layout == "knex" && outside {
        format!("\n{constant}config = {{ transaction: false }};\n")
    } else {
        String::new()
    };
    format!("{}{up}{down}{config}", import(layout, style))
}

fn import(layout: &str, style: Style) -> &'static str {
    match (layout, style.typescript, style.modules) {
        ("knex", true, _) => "import type { Knex } from \"knex\";\n\n",
        ("kysely", true, _) => "import { type Kysely, sql } from \"kysely\";\n\n",
        ("kysely", false, true) => {
            "import { sql } from \"kysely\";\n\n/** @param {import(\"kysely\").Kysely<any>} db */\n"
        }
        ("kysely", false, false) => {
            "const { sql } = require(\"kysely\");\n\n/** @param {import(\"kysely\").Kysely<any>} db */\n"
        }
        ("node-pg-migrate", true, _) => "import type { MigrationBuilder } from \"node-pg-migrate\";\n\n",
        _ => "",
    }
}

/// A module with two functions that are given a queryInterface.
fn sequelize(page: &Page<'_>) -> String {
    let up = calls(page.place.layout, &page.draft.up, "    ");
    let down = calls_back(page, "    ");
    format!(
        "module.exports = {{\n  async up(queryInterface) {{\n{up}  }},\n\n  async down(queryInterface) {{\n{down}  }},\n}};\n"
    )
}

/// A class called `AddUsers1700000000000`.
fn typeorm(page: &Page<'_>, style: Style) -> String {
    let class = format!("{}{}", Case::Pascal.join(&page.draft.name), page.named.version);
    let (before, typed) = if style.typescript {
        ("import { MigrationInterface, QueryRunner } from \"typeorm\";\n\nexport class ", true)
    } else if style.modules {
        ("/** @typedef {import(\"typeorm\").MigrationInterface} MigrationInterface */\n\nexport class ", false)
    } else {
        (
            "/** @typedef {import(\"typeorm\").MigrationInterface} MigrationInterface */\n\nmodule.exports = class ",
            false,
        )
    };
    let named = has_line(&page.previous.text, &["name =", "name="]);
    let name = if named { format!("    name = \"{class}\";\n") } else { String::new() };
    let alone = if page.draft.outside { "    transaction = false;\n" } else { "" };
    let gap = if name.is_empty() && alone.is_empty() { "" } else { "\n" };
    let implements = if typed { " implements MigrationInterface" } else { "" };
    let function = |name: &str, body: &str| {
        if typed {
            format!("    public async {name}(queryRunner: QueryRunner): Promise<void> {{\n{body}    }}\n")
        } else {
            format!("    async {name}(queryRunner) {{\n{body}    }}\n")
        }
    };
    let up = function("up", &calls(page.place.layout, &page.draft.up, "        "));
    let down = function("down", &calls_back(page, "        "));
    format!("{before}{class}{implements} {{\n{name}{alone}{gap}{up}\n{down}}}\n")
}

/// A class called as its file.
fn mikro_orm(page: &Page<'_>, style: Style) -> String {
    let class: String = page.named.stem.chars().filter(|sign| sign.is_ascii_alphanumeric() || *sign == '_').collect();
    let overrides = if style.typescript && page.previous.text.contains("override ") { "override " } else { "" };
    let function = |name: &str, kind: &str, body: &str| {
        let kind = if style.typescript { format!(": {kind}") } else { String::new() };
        let is_async = if name == "isTransactional" { "" } else { "async " };
        format!("  {overrides}{is_async}{name}(){kind} {{\n{body}  }}\n")
    };
    let mut methods = Vec::new();
    if page.draft.outside {
        methods.push(function("isTransactional", "boolean", "    return false;\n"));
    }
    methods.push(function("up", "Promise<void>", &calls(page.place.layout, &page.draft.up, "    ")));
    if page.draft.down.is_some() {
        methods.push(function("down", "Promise<void>", &calls_back(page, "    ")));
    }
    let methods = methods.join("\n");
    if style.modules {
        format!(
            "import {{ Migration }} from \"@mikro-orm/migrations\";\n\nexport class {class} extends Migration {{\n{methods}}}\n"
        )
    } else {
        format!(
            "const {{ Migration }} = require(\"@mikro-orm/migrations\");\n\nclass {class} extends Migration {{\n{methods}}}\n\n\
             exports.{class} = {class};\n"
        )
    }
}
