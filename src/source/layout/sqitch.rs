//! Sqitch: the files of `deploy/` in the order of `sqitch.plan`, taken back by those of the same names in `revert/`. They
//! open transactions of their own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Arrangement, Entry, Home, Layout, Role, Shape, as_the_file, stem, up};
use crate::source::Reason;
use crate::source::migration::TransactionMode;
use crate::source::order::Rank;
use crate::source::path::file_name;
use crate::source::up_tree::manifest;

pub(super) const LAYOUT: Layout = Layout {
    name: "sqitch",
    marks: "a sqitch.plan",
    recognizes: |home| home.shape == Shape::Planned,
    arrange,
    refine: as_the_file,
};

const PLAN: &str = "sqitch.plan";
const DEPLOY: &str = "deploy";

/// The folder with the plan that is for a folder of scripts.
pub(in crate::source) fn home(folder: &Path) -> Option<&Path> {
    let deploy = folder.ancestors().find(|ancestor| file_name(ancestor) == DEPLOY)?;
    deploy.parent().filter(|home| home.join(PLAN).is_file())
}

/// The script that takes back the one called `name` in the plan's folder.
pub(in crate::source) fn way_back(home: &Path, name: &str) -> Option<PathBuf> {
    let revert = home.join("revert").join(name.strip_prefix(DEPLOY)?.trim_start_matches(['/', '\\']));
    revert.is_file().then_some(revert)
}

fn arrange(home: &Home) -> Vec<Arrangement> {
    let plan = manifest(&home.directory.join(PLAN));
    let positions = positions(&plan);
    let arrange = |entry: &Entry| {
        let name = entry.name.replace('\\', "/");
        let change = name.strip_prefix(DEPLOY).map_or("", |name| name.trim_start_matches('/'));
        let (role, rank) = match positions.get(stem(change)) {
            Some(position) => (Role::Up, Rank::Position(*position)),
            None => (Role::NotRun(Reason::NotListed), Rank::named(&entry.name)),
        };
        Arrangement { role, rank, ..up(entry, TransactionMode::None) }
    };
    home.entries.iter().map(arrange).collect()
}

/// Changes of the plan that have no script.
pub(in crate::source) fn flaws(home: &Home) -> Vec<String> {
    let plan = manifest(&home.directory.join(PLAN));
    let mut missing: Vec<(usize, String)> =
        positions(&plan).into_iter().map(|(name, position)| (position, name)).collect();
    missing.sort_unstable();
    let is_missing = |name: &String| {
        let file = format!("{DEPLOY}/{name}.sql");
        let found = home.entries.iter().any(|entry| entry.name.replace('\\', "/") == file);
        !found && !home.directory.join(&file).is_file()
    };
    let missing = missing.into_iter().map(|(_, name)| name).filter(is_missing);
    missing.map(|name| format!("{PLAN} lists {name}, and there is no {DEPLOY}/{name}.sql")).collect()
}

/// The place of each script in a plan. A change that is there twice was reworked: what it was before lies in a copy that
/// is named after the tag between the two.
fn positions(plan: &str) -> BTreeMap<String, usize> {
    let mut latest: BTreeMap<&str, usize> = BTreeMap::new();
    let mut positions = BTreeMap::new();
    let mut tag = "";
    for (position, line) in plan.split(['\n', '\r']).map(str::trim).enumerate() {
        let name = line.split_whitespace().next().unwrap_or_default();
        if let Some(name) = name.strip_prefix('@') {
            tag = name;
        } else if !name.is_empty() && !name.starts_with(['%', '#']) {
            let name = name.strip_prefix(['+', '-']).unwrap_or(name);
            if let Some(before) = latest.insert(name, position) {
                positions.insert(format!("{name}@{}", reworked_at(line, name).unwrap_or(tag)), before);
            }
        }
    }
    positions.extend(latest.into_iter().map(|(name, position)| (name.to_owned(), position)));
    positions
}

/// The tag at which a line says that it reworks its change: `name [name@v1.0 other]`.
fn reworked_at<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (_, needs) = line.split_once('[')?;
    let (needs, _) = needs.split_once(']')?;
    needs.split_whitespace().find_map(|need| need.strip_prefix(name)?.strip_prefix('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_gives_the_order() {
        let plan = "%syntax-version=1.0.0\n%project=x\n\n# all\nusers 2024-01-01T00:00:00Z A <a@b> # x\n\
                    a/orders [users] 2024-01-02T00:00:00Z A <a@b>\n@v1 2024-01-03T00:00:00Z A <a@b>\n\
                    users [users@v1] 2024-01-04T00:00:00Z A <a@b>\n";
        let positions = positions(plan);
        let mut order: Vec<_> = positions.iter().map(|(name, position)| (*position, name.as_str())).collect();
        order.sort_unstable();
        let order: Vec<_> = order.into_iter().map(|(_, name)| name).collect();
        assert_eq!(order, ["users@v1", "a/orders", "users"]);
    }
}
