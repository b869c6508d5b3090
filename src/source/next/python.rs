//! Migrations of Alembic and Django, each statement given to them as a text of its own.

use std::collections::BTreeSet;
use std::path::PathBuf;

use ring::digest;

use super::name::{Case, Name};
use super::names::Names;
use super::piece::{Statement, statements};
use super::place::Place;
use super::{Draft, Next, Unwritable, Written, sql::hex, version};
use crate::date::Moment;
use crate::source::generator::{Revision, is_python, revision};
use crate::source::path::{components, file_name};

/// What stands at the end of a revision's name in Alembic.
const DIGITS: usize = 12;

/// Revisions of Alembic after its only head.
pub(super) fn alembic(place: &Place<'_>, drafts: &[Draft], now: Moment) -> Result<Next, Unwritable> {
    let files = python_files(place);
    let revisions: Vec<(&PathBuf, Revision)> =
        files.iter().filter_map(|(path, text)| Some((path, revision(text)?))).collect();
    let before: BTreeSet<&str> =
        revisions.iter().flat_map(|(_, revision)| revision.after.iter().map(String::as_str)).collect();
    let heads: Vec<_> = revisions.iter().filter(|(_, revision)| !before.contains(revision.name.as_str())).collect();
    let [(model, head)] = heads.as_slice() else {
        let names: Vec<&str> = heads.iter().map(|(_, revision)| revision.name.as_str()).collect();
        return Err(several("revisions of Alembic", &names, "`alembic merge heads`"));
    };
    let mut head = head.name.clone();
    let mut stem = model.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut next = Next::default();
    for draft in drafts {
        let words = Case::Snake.join(&draft.name);
        let seed = format!("{head}\n{words}\n{}\n{}", now.seconds, draft.up);
        let hash = digest::digest(&digest::SHA256, seed.as_bytes());
        let name = hex(hash.as_ref());
        let name = name.get(..DIGITS).unwrap_or(&name).to_owned();
        stem = stem_after(&stem, &head, &name, &words, now);
        let path = model.with_file_name(format!("{stem}.py"));
        next.files.push(Written::new(path, revision_text(draft, &name, &head, now)));
        head = name;
    }
    Ok(next)
}

/// The name of a file, which may begin with a time.
fn stem_after(model: &str, head: &str, name: &str, words: &str, now: Moment) -> String {
    let dated = model.split_once(head).map_or("", |(before, _)| before);
    let time = Name::read(dated, false).and_then(|time| Some((version::after(&time.version, now)?, time.gap)));
    let time = time.map(|(time, gap)| format!("{time}{gap}")).unwrap_or_default();
    format!("{time}{name}_{words}")
}

fn revision_text(draft: &Draft, name: &str, after: &str, now: Moment) -> String {
    let block = if draft.outside { "    with op.get_context().autocommit_block():\n" } else { "" };
    let indent = if draft.outside { "        " } else { "    " };
    let execute =
        |statement: &Statement<'_>| format!("{indent}op.execute({})\n", literal(&unbound(&statement.whole())));
    let calls = |text: &str| -> String { statements(text).iter().map(execute).collect() };
    let up = format!("{block}{}", calls(&draft.up));
    let down = match &draft.down {
        Some(down) if !statements(down).is_empty() => format!("{block}{}", calls(down)),
        Some(_) => "    pass\n".to_owned(),
        None => "    raise NotImplementedError(\"this migration cannot be taken back\")\n".to_owned(),
    };
    let title = Case::Snake.join(&draft.name).replace('_', " ");
    let created = now.to_string().replace(['T', 'Z'], " ");
    let created = created.trim();
    format!(
        "\"\"\"{title}\n\nRevision ID: {name}\nRevises: {after}\nCreate Date: {created}\n\n\"\"\"\n\nfrom alembic import op\n\n\
         revision = \"{name}\"\ndown_revision = \"{after}\"\nbranch_labels = None\ndepends_on = None\n\n\n\
         def upgrade() -> None:\n{up}\n\ndef downgrade() -> None:\n{down}"
    )
}

/// `SQLAlchemy` takes `:name` for a value, unless a backslash stands before it.
fn unbound(text: &str) -> String {
    let mut unbound = String::with_capacity(text.len());
    let mut before = ' ';
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        let is_word = |sign: char| sign.is_alphanumeric() || sign == '_';
        let begins = sign == ':' && before != ':' && before != '\\' && !is_word(before);
        if begins && signs.peek().is_some_and(|next| is_word(*next)) {
            unbound.push('\\');
        }
        unbound.push(sign);
        before = sign;
    }
    unbound
}

/// Migrations of Django after the only one that no other needs.
pub(super) fn django(place: &Place<'_>, drafts: &[Draft], now: Moment) -> Result<Next, Unwritable> {
    let files = python_files(place);
    let folder = place.absolute(&place.last.path).parent().map(PathBuf::from).unwrap_or_default();
    let stem = |path: &PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let stems: Vec<String> = files.iter().map(|(path, _)| stem(path)).collect();
    let is_named = |name: &str| {
        files.iter().any(|(_, text)| text.contains(&format!("\"{name}\"")) || text.contains(&format!("'{name}'")))
    };
    let leaves: Vec<&str> = stems.iter().map(String::as_str).filter(|name| !is_named(name)).collect();
    let [leaf] = leaves.as_slice() else {
        return Err(several("migrations of Django", &leaves, "`manage.py makemigrations --merge`"));
    };
    let app = files.iter().find_map(|(_, text)| label(text, &stems));
    let app = app.unwrap_or_else(|| components(&folder).into_iter().rev().nth(1).unwrap_or_default());
    let mut names = Names::of(place)?;
    let mut previous = (*leaf).to_owned();
    let mut next = Next::default();
    for draft in drafts {
        let called = names.after(draft, now)?;
        next.files.push(Written::new(called.up, migration_text(draft, &app, &previous)));
        previous = called.stem;
    }
    Ok(next)
}

/// What Django calls the app, by a migration that needs another one of it: `("shop", "0001_initial")`.
fn label(text: &str, stems: &[String]) -> Option<String> {
    let strings: Vec<&str> = text.split(['"', '\'']).collect();
    let pairs = strings.windows(3).enumerate().filter(|(at, _)| at % 2 == 1);
    let found = pairs.map(|(_, pair)| pair).find_map(|pair| match pair {
        [app, between, name] if between.trim() == "," && stems.iter().any(|stem| stem == name) => Some(*app),
        _ => None,
    });
    let is_label = |app: &&str| !app.is_empty() && app.chars().all(|sign| sign.is_alphanumeric() || sign == '_');
    found.filter(is_label).map(str::to_owned)
}

fn migration_text(draft: &Draft, app: &str, previous: &str) -> String {
    let listed = |text: &str| {
        let literals = statements(text).iter().map(|statement| literal(&statement.whole())).collect::<Vec<_>>();
        match literals.as_slice() {
            [] => "migrations.RunSQL.noop".to_owned(),
            literals => {
                let gap = "\n                ";
                format!("[{gap}{},\n            ]", literals.join(&format!(",{gap}")))
            }
        }
    };
    let atomic = if draft.outside { "    atomic = False\n\n" } else { "" };
    let down = draft.down.as_deref().map(|down| format!("            reverse_sql={},\n", listed(down)));
    format!(
        "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n{atomic}    \
         dependencies = [(\"{app}\", \"{previous}\")]\n\n    operations = [\n        migrations.RunSQL(\n            \
         sql={},\n{}        ),\n    ]\n",
        listed(&draft.up),
        down.unwrap_or_default()
    )
}

/// A text of several lines.
fn literal(text: &str) -> String {
    let text = text.replace('\\', "\\\\");
    // Quotes that would end the text.
    let ends = text.contains("\"\"\"") || text.ends_with('"');
    let text = if ends { text.replace('"', "\\\"") } else { text };
    format!("\"\"\"{text}\"\"\"")
}

/// The migrations in Python of a history, with what they say.
fn python_files(place: &Place<'_>) -> Vec<(PathBuf, String)> {
    let last = place.absolute(&place.last.path);
    let folder = last.parent().map(PathBuf::from).unwrap_or_default();
    let beside = place.names_in(&folder).into_iter().map(|name| folder.join(name));
    let peers = place.peers.iter().map(|peer| place.absolute(&peer.path));
    let paths: BTreeSet<PathBuf> = peers.chain(beside).filter(|path| is_python(path)).collect();
    let read = paths.into_iter().filter_map(|path| {
        let text = place.read(&path)?;
        Some((path, text))
    });
    read.filter(|(path, text)| crate::source::generator::is_migration(text) && file_name(path) != "env.py").collect()
}

fn several(what: &str, names: &[&str], merge: &str) -> Unwritable {
    let names: Vec<String> = names.iter().map(|name| Case::Snake.join(name)).collect();
    let (reason, help) = if names.is_empty() {
        (format!("the {what} have no last one: each comes before another"), "see to their order first".to_owned())
    } else {
        (format!("the {what} have several last ones: {}", names.join(", ")), format!("merge them first: {merge}"))
    };
    Unwritable::new(reason, help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_what_they_were() {
        assert_eq!(literal("DROP TABLE \"a\""), r#""""DROP TABLE \"a\"""""#);
        assert_eq!(literal("E'\\n' \"\"\""), "\"\"\"E'\\\\n' \\\"\\\"\\\"\"\"\"");
        assert_eq!(unbound("':a' 1::int '12:30' x:b"), "'\\:a' 1::int '12:30' x:b");
    }

    #[test]
    fn apps_are_called_as_their_migrations_call_them() {
        let stems = ["0001_initial".to_owned()];
        assert_eq!(
            label("dependencies = [('other', '0009_x'), ('shop', '0001_initial')]", &stems).as_deref(),
            Some("shop")
        );
        assert_eq!(label("dependencies = []", &stems), None);
    }
}
