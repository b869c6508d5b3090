//! Changes of Sqitch: a line in `sqitch.plan`, a script in `deploy/`, and one in `revert/`.

use std::path::Path;

use super::name::Case;
use super::place::Place;
use super::{Draft, Next, Unwritable, Written, sql};
use crate::date::Moment;

const PLAN: &str = "sqitch.plan";

/// Changes at the end of the plan.
pub(super) fn files(place: &Place<'_>, drafts: &[Draft], now: Moment) -> Result<Next, Unwritable> {
    let last = place.absolute(&place.last.path);
    let home = last.ancestors().skip(1).find(|folder| place.is_taken(&folder.join(PLAN)));
    let home = home.map(Path::to_owned).unwrap_or_default();
    let path = home.join(PLAN);
    let Some(before) = place.read(&path) else {
        return Err(Unwritable::new(format!("{} cannot be read", place.shown(&path)), "use `sqitch add`"));
    };
    let case = if place.last.short_name().contains('-') { Case::Kebab } else { Case::Snake };
    let mut plan = Plan::of(&before);
    let mut next = Next::default();
    let script = |folder: &str, name: &str| home.join(folder).join(format!("{name}.sql"));
    for draft in drafts {
        let is_free = |name: &String| {
            !plan.names.contains(name)
                && ["deploy", "revert"].iter().all(|folder| !place.is_taken(&script(folder, name)))
        };
        let first = case.join(&draft.name);
        let numbered = (2..1000).map(|number| case.join(&format!("{} {number}", draft.name)));
        let Some(name) = std::iter::once(first).chain(numbered).find(is_free) else {
            return Err(Unwritable::new("all names for the change are taken", "use `sqitch add`"));
        };
        next.files.push(Written::new(script("deploy", &name), plan.script("Deploy", &name, &draft.up, draft.outside)));
        if let Some(down) = &draft.down {
            next.files.push(Written::new(script("revert", &name), plan.script("Revert", &name, down, draft.outside)));
        }
        plan.add(&name, now);
    }
    next.files.push(Written { path, before: Some(before), text: plan.text });
    if !place.names_in(&home.join("verify")).is_empty() {
        next.notes.push("write what verifies the new changes into verify/ by hand".to_owned());
    }
    Ok(next)
}

/// The plan as it will be.
struct Plan {
    text: String,
    names: Vec<String>,
    project: Option<String>,
    planner: String,
}

impl Plan {
    fn of(text: &str) -> Self {
        let mut plan = Self {
            text: text.to_owned(),
            names: Vec::new(),
            project: None,
            planner: "switchback <switchback@localhost>".to_owned(),
        };
        for line in text.split(['\n', '\r']).map(str::trim) {
            if let Some(project) = line.strip_prefix("%project=") {
                plan.project = Some(project.trim().to_owned());
            } else if !line.is_empty() && !line.starts_with(['%', '#', '@']) {
                let name = line.split_whitespace().next().unwrap_or_default();
                plan.names.push(name.trim_start_matches(['+', '-']).to_owned());
            }
            if let Some(planner) = planner(line) {
                planner.clone_into(&mut plan.planner);
            }
        }
        if !plan.text.is_empty() && !plan.text.ends_with('\n') {
            plan.text.push('\n');
        }
        plan
    }

    fn add(&mut self, name: &str, now: Moment) {
        self.text.extend([name, " ", &now.to_string(), " ", &self.planner, "\n"]);
        self.names.push(name.to_owned());
    }

    /// A script: in a transaction of its own, unless its statements refuse one.
    fn script(&self, verb: &str, name: &str, text: &str, outside: bool) -> String {
        let project = self.project.as_ref().map(|project| format!("{project}:")).unwrap_or_default();
        let title =
            if verb == "Deploy" { format!("{project}{name} to pg") } else { format!("{project}{name} from pg") };
        let body = sql::body(text);
        let body = if outside { body } else { format!("BEGIN;\n\n{body}\nCOMMIT;\n") };
        format!("-- {verb} {title}\n\n{body}")
    }
}

/// Who planned the change of a line: what stands between its time and its note.
fn planner(line: &str) -> Option<&str> {
    let line = line.split_once(" # ").map_or(line, |(line, _)| line);
    let end = line.rfind('>')?;
    let line = line.get(..=end)?;
    let time = line.split_whitespace().find(|word| Moment::parse(word).is_some())?;
    let (_, planner) = line.split_once(time)?;
    let planner = planner.trim();
    planner.contains('<').then_some(planner)
}
