//! Tools whose migrations are programs that print SQL: what is refused of it has to be what we say, and nothing else.

use std::fs;

use crate::claims::Claims;
use crate::tool::{Back, Tool, run};
use crate::watched::Watched;

/// Prints what each of `commands` prints, and runs it in this order. The last one has to be refused.
fn print_and_run(name: &'static str, number: usize, commands: &[&[&str]]) {
    let tool = Tool { name, number, up: &[], back: Back::Never };
    if !tool.is_installed() {
        return;
    }
    let Some(server) = Watched::start(number) else { return };
    let tree = tool.tree("printed", None);
    fs::create_dir(tree.join("migrations")).unwrap();
    let database = server.database("printed");
    for (at, command) in commands.iter().enumerate() {
        let file = format!("migrations/{at}.sql");
        let sql = run(command, &tree, &server, &database).unwrap_or_else(|output| panic!("{name}: {output}"));
        fs::write(tree.join(&file), &sql).unwrap();
        let runs = run(&["psql", "-X", "-v", "ON_ERROR_STOP=1", "-f", &file], &tree, &server, &database);
        let last = at + 1 == commands.len();
        assert_eq!(runs.is_err(), last, "{name}: {sql}\n{runs:?}");
        let refused = if last { vec![file] } else { Vec::new() };
        assert_eq!(Claims::of(&tree).refused, refused, "{name}: {sql}");
    }
    assert_eq!(server.errors(&database), ["25001"], "{name}");
}

#[test]
fn alembic() {
    let steps: &[&[&str]] = &[
        &["alembic", "upgrade", "a", "--sql"],
        &["alembic", "upgrade", "a:b", "--sql"],
        &["alembic", "upgrade", "b:c", "--sql"],
    ];
    print_and_run("alembic", 12, steps);
}

#[test]
fn django() {
    let steps: &[&[&str]] = &[
        &["django-admin", "sqlmigrate", "shop", "0001"],
        &["django-admin", "sqlmigrate", "shop", "0002"],
        &["django-admin", "sqlmigrate", "shop", "0003"],
    ];
    print_and_run("django", 13, steps);
}
