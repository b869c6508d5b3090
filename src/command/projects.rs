//! Which projects of the configuration are meant, and which of the named files belong to each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::InputArgs;
use crate::config::{Config, Project};
use crate::source::absolute;
use crate::suggest::nearest;

/// A history to look at.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Its settings.
    pub(super) config: Config,
    /// The files and folders of it that are meant.
    pub(super) input: InputArgs,
}

/// The parts of what is named: one where there are no projects. `wanted` is the project that is asked for.
pub(super) fn parts(
    mut config: Config,
    input: &InputArgs,
    wanted: Option<&str>,
    directory: &Path,
) -> Result<Vec<Part>, super::Error> {
    let projects = std::mem::take(&mut config.projects);
    if let Some(wanted) = wanted {
        let names = projects.iter().map(|project| project.name.as_str());
        let near = nearest(wanted, names).map(str::to_owned);
        let found = projects.into_iter().find(|project| project.name == wanted);
        let found = found.ok_or_else(|| super::Error::UnknownProject { name: wanted.to_owned(), near })?;
        return Ok(vec![Part { config: found.config, input: input.clone() }]);
    }
    if projects.is_empty() {
        return Ok(vec![Part { config, input: input.clone() }]);
    }
    // By the number of the project; the common settings come first, under none.
    let mut named: BTreeMap<Option<usize>, Vec<PathBuf>> = BTreeMap::new();
    if input.paths.is_empty() {
        named.extend((0..projects.len()).map(|number| (Some(number), Vec::new())));
        if !config.paths.is_empty() {
            named.insert(None, Vec::new());
        }
    }
    for path in &input.paths {
        let stands_for = if path.as_os_str() == "-" { input.stdin_filename.as_ref() } else { Some(path) };
        let absolute = stands_for.map(|path| absolute(directory, path));
        let inside = absolute.as_deref().map(|path| below(&projects, path)).unwrap_or_default();
        match owner(&projects, absolute.as_deref()) {
            None if !inside.is_empty() => {
                for number in inside {
                    named.entry(Some(number)).or_default();
                }
            }
            owner => named.entry(owner).or_default().push(path.clone()),
        }
    }
    let part = |(number, paths): (Option<usize>, Vec<PathBuf>)| {
        let own = number.and_then(|number| projects.get(number)).map_or(&config, |project| &project.config);
        Part { config: own.clone(), input: InputArgs { paths, ..input.clone() } }
    };
    Ok(named.into_iter().map(part).collect())
}

/// The project with the nearest folder that holds `path`.
fn owner(projects: &[Project], path: Option<&Path>) -> Option<usize> {
    let path = path?;
    let holds = |project: &Project| {
        let roots = project.config.paths.iter().filter(|root| path.starts_with(absolute(root, Path::new(""))));
        roots.map(|root| root.components().count()).max()
    };
    let numbered = projects.iter().enumerate().filter_map(|(number, project)| Some((holds(project)?, number)));
    numbered.max().map(|(_, number)| number)
}

/// The projects with folders below `path`.
fn below(projects: &[Project], path: &Path) -> Vec<usize> {
    let is_below =
        |project: &Project| project.config.paths.iter().any(|root| absolute(root, Path::new("")).starts_with(path));
    projects.iter().enumerate().filter(|(_, project)| is_below(project)).map(|(number, _)| number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let project = |name: &str, path: &str| Project {
            name: name.to_owned(),
            config: Config { paths: vec![path.into()], ..Config::default() },
        };
        Config {
            projects: vec![project("shop", "/app/shop"), project("billing", "/app/shop/billing")],
            ..Config::default()
        }
    }

    /// The paths of the configuration and the files that are named, part by part.
    fn split(paths: &[&str]) -> Vec<(Vec<PathBuf>, Vec<PathBuf>)> {
        let input =
            InputArgs { paths: paths.iter().map(PathBuf::from).collect(), stdin_filename: None, run_generators: false };
        let parts = parts(config(), &input, None, Path::new("/app")).unwrap();
        parts.into_iter().map(|part| (part.config.paths, part.input.paths)).collect()
    }

    #[test]
    fn files_go_to_the_nearest_project() {
        let paths = |paths: &[&str]| paths.iter().map(PathBuf::from).collect::<Vec<_>>();
        let (shop, billing) = (paths(&["/app/shop"]), paths(&["/app/shop/billing"]));
        assert_eq!(split(&["shop/1.sql"]), [(shop.clone(), paths(&["shop/1.sql"]))]);
        assert_eq!(split(&["shop/billing/1.sql"]), [(billing.clone(), paths(&["shop/billing/1.sql"]))]);
        assert_eq!(split(&["other/../shop/1.sql"]), [(shop.clone(), paths(&["other/../shop/1.sql"]))]);
        assert_eq!(split(&["other/1.sql"]), [(paths(&[]), paths(&["other/1.sql"]))]);
        assert_eq!(split(&["."]), [(shop.clone(), paths(&[])), (billing.clone(), paths(&[]))], "a folder above them");
        assert_eq!(split(&[]), [(shop, paths(&[])), (billing, paths(&[]))]);
    }

    #[test]
    fn a_project_can_be_asked_for() {
        let input = InputArgs { paths: Vec::new(), stdin_filename: None, run_generators: false };
        let asked = |name| parts(config(), &input, Some(name), Path::new("/app"));
        assert_eq!(asked("billing").unwrap()[0].config.paths, [Path::new("/app/shop/billing")]);
        assert_eq!(asked("biling").unwrap_err().to_string(), "there is no project named 'biling' in the configuration");
    }
}
