//! The page of `switchback status` in a real browser: what is hidden and shown, and that strangers' text stays text.
//! Without Chromium it says that it is skipped; `SWITCHBACK_REQUIRE_CHROMIUM=1` makes that a failure.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken fixture has to stop the test")]
#![allow(clippy::disallowed_methods, clippy::print_stderr, reason = "tests read variables and say what they skip")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use switchback::date::Date;
use switchback::report::Style;
use switchback::report::status::{Board, html};
use switchback::settings::Settings;
use switchback::source::migration::{Migration, TransactionMode};
use switchback::source::origin::Origin;
use switchback::source::{Input, Request, load};
use switchback::status;

/// What would be asked of the page by hand: each line is a step and what it is to show.
const CHECKS: &str = r#"
const results = [];
const shown = () => document.querySelectorAll(".card:not([hidden])").length;
const search = document.getElementById("filter");
const type = (text) => { search.value = text; search.dispatchEvent(new Event("input", { bubbles: true })); };
const choose = (state) => document.querySelector(`input[value="${state}"]`).click();
const ink = () => getComputedStyle(document.body).backgroundColor;
results.push("all " + shown());
choose("overdue"); results.push("overdue " + shown());
choose("done"); results.push("done " + shown());
choose("open"); results.push("open " + shown());
choose("all"); type("@identity"); results.push("owner " + shown());
type("FULL_NAME split"); results.push("words " + shown());
type("nothing like it"); results.push("none " + shown() + " " + document.getElementById("shown").textContent);
type("");
const rows = document.querySelectorAll(".chart li:not([hidden])").length;
results.push("rows " + rows);
const before = ink();
document.querySelector(".theme").click();
results.push("theme " + (before !== ink()));
document.querySelector(".theme").click();
results.push("back " + (before === ink()));
const named = (element) => element.labels?.length || element.getAttribute("aria-label") || element.textContent.trim();
results.push("unnamed " + Array.from(document.querySelectorAll("input, button, a")).filter((one) => !named(one)).length);
results.push("landmarks " + ["header", "main", "footer", "form[role=search]"].filter((one) => document.querySelector(one)).length);
results.push("duplicates " + (document.querySelectorAll("[id]").length - new Set(Array.from(document.querySelectorAll("[id]"), (one) => one.id)).size));
results.push("wide " + (document.documentElement.scrollWidth > document.documentElement.clientWidth));
document.title = results.join("; ");
"#;

fn browser() -> Option<PathBuf> {
    let folders = ["/usr/bin", "/usr/local/bin", "/snap/bin"].map(Path::new);
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found = folders.iter().flat_map(|folder| names.map(|name| folder.join(name))).find(|path| path.exists());
    let required = std::env::var_os("SWITCHBACK_REQUIRE_CHROMIUM").is_some_and(|value| value == "1");
    assert!(found.is_some() || !required, "Chromium is missing: apt-get install chromium");
    if found.is_none() {
        eprintln!("skipped: there is no Chromium here");
    }
    found
}

/// Runs the browser on `page`, with nothing kept from other runs.
fn run(browser: &Path, test: &str, page: &str, arguments: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser").join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("profile")).unwrap();
    fs::write(folder.join("page.html"), page).unwrap();
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
    command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    command.args(["--disable-dev-shm-usage", "--virtual-time-budget=5000"]);
    command.arg(format!("--user-data-dir={}", folder.join("profile").display()));
    command.args(arguments).arg(format!("file://{}", folder.join("page.html").display()));
    command.current_dir(&folder).output().unwrap()
}

/// The title of the page after the checks have run in it.
fn title(browser: &Path, test: &str, page: &str) -> String {
    let page = page.replace("</body>", &format!("<script>{CHECKS}</script></body>"));
    let output = run(browser, test, &page, &["--dump-dom"]);
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let title = dom.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
    title.unwrap_or_else(|| panic!("no title: {}", String::from_utf8_lossy(&output.stderr))).to_owned()
}

fn page(migrations: &[Migration]) -> String {
    let today = Date::parse("2026-11-26").unwrap();
    let status = status::of(migrations, &Settings::default(), today, None);
    let origin = Origin::default();
    let style = Style::default();
    let mut bytes = Vec::new();
    let board = Board { status: &status, migrations, origin: &origin, all: true, style, actions: false };
    html::write(&board, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn shop() -> Vec<Migration> {
    let inputs = vec![Input::Path(PathBuf::from("fixtures/status"))];
    load(&Request::new(common::root().to_owned(), inputs)).unwrap().migrations
}

#[test]
fn the_page_filters_and_changes_its_colors() {
    let Some(browser) = browser() else { return };
    assert_eq!(
        title(&browser, "filters", &page(&shop())),
        "all 5; overdue 1; done 1; open 4; owner 1; words 1; none 0 0 of 5 shown; rows 5; theme true; back true; \
         unnamed 0; landmarks 4; duplicates 0; wide false"
    );
}

#[test]
fn nothing_that_strangers_write_runs() {
    let Some(browser) = browser() else { return };
    let value = "</h2><img src=x onerror=document.title=1><script>document.body.textContent=1</script>";
    let hostile = [
        format!("CREATE TYPE mood AS ENUM ('{value}'); CREATE TABLE m (s mood, a integer);"),
        "ALTER TYPE mood ADD VALUE 'new'; ALTER TABLE m ADD COLUMN b integer;".to_owned(),
        format!(
            "-- switchback: retire m.a replaced-by(m.b) owner({value}) by(2026-01-01)\n\
             UPDATE m SET s = 'new' WHERE s = '{value}';"
        ),
    ];
    let one = |(number, sql): (usize, &String)| {
        let path = format!("2026010{number}000000_a.sql");
        common::migration(&path, &path, sql, TransactionMode::None)
    };
    let migrations: Vec<Migration> = (1..).zip(&hostile).map(one).collect();
    let title = title(&browser, "hostile", &page(&migrations));
    assert!(title.starts_with("all 2; overdue 1; done 0; open 2; "), "{title}");
}

#[test]
fn it_can_be_looked_at() {
    let Some(browser) = browser() else { return };
    let page = page(&shop());
    for (name, theme) in [("light", "light"), ("dark", "dark")] {
        let page = page.replace("<html lang=\"en\">", &format!("<html lang=\"en\" data-theme=\"{theme}\">"));
        let output = run(&browser, name, &page, &["--window-size=1200,2400", "--screenshot=page.png"]);
        let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser").join(name).join("page.png");
        let bytes = fs::metadata(&picture).map_or(0, |metadata| metadata.len());
        assert!(bytes > 20_000, "an empty picture: {}", String::from_utf8_lossy(&output.stderr));
    }
}
