//! What has to be said, and must not, of SQL that a file of another language carries.

use crate::finding::Finding;
use crate::rule::RuleId;
use crate::source::migration::Migration;
use crate::spec;

/// Says where SQL could not be read. Findings on changes that are no SQL speak of the whole change; and nothing is
/// edited, since what is written between quotes of another language may need its escapes.
pub(super) fn say(migrations: &[Migration], findings: &mut Vec<Finding>) {
    if migrations.iter().all(|migration| migration.carrier.is_none()) {
        return;
    }
    for finding in findings.iter_mut() {
        let carrier = migrations.get(finding.file as usize).and_then(|migration| migration.carrier.as_ref());
        let Some(carrier) = carrier else { continue };
        if carrier.foreign {
            finding.fix = None;
        }
        let whole = carrier.whole(finding.span);
        if whole != finding.span {
            finding.span = whole;
            finding.statement = whole;
        }
    }
    let rule = RuleId("unrecognized-statement");
    for (file, migration) in (0_u32..).zip(migrations).filter(|(_, migration)| migration.reported) {
        for span in migration.carrier.iter().flat_map(|carrier| &carrier.unread) {
            let message = "what this does is only known when it runs, and was not read";
            let finding = Finding::new(rule, spec::level(rule), file, *span, *span, message);
            let help = Some("write the SQL out in one text, or check what it becomes by hand".to_owned());
            findings.push(Finding { label: "here".to_owned(), help, ..finding });
        }
    }
}
