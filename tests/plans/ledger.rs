//! What was written and acknowledged: by key, the number that has to be there. No entry is there any more where the writer
//! removed the row.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use crate::Failure;
use crate::wire::Session;

/// Keys with the number that was acknowledged last; none where the row was deleted.
pub(crate) type Entries = BTreeMap<String, Option<u64>>;

/// What all writers wrote.
#[derive(Default)]
pub(crate) struct Ledger(Mutex<Entries>);

impl Ledger {
    /// The server said that this is written.
    pub(crate) fn acknowledged(&self, key: String, number: Option<u64>) {
        self.entries().insert(key, number);
    }

    /// All of it, as it is now.
    pub(crate) fn snapshot(&self) -> Entries {
        self.entries().clone()
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap()
    }
}

/// What is not there, or is older than acknowledged; as `query` sees it. `exactly`: nobody writes any more, so that nothing
/// is newer either.
pub(crate) fn lost(session: &mut Session, query: &str, ledger: &Ledger, exactly: bool) -> Result<Vec<String>, Failure> {
    let before = ledger.snapshot();
    let mut there = BTreeMap::new();
    for row in session.run(query)? {
        let [Some(key), number] = <[_; 2]>::try_from(row).map_err(|_| "not two columns")? else { continue };
        if there.insert(key.clone(), number).is_some() {
            return Err(format!("the key {key} is there twice").into());
        }
    }
    let after = ledger.snapshot();
    let mut lost = Vec::new();
    for (key, wanted) in &before {
        // A writer notes that it removes a row before it does.
        let may_be_gone = !exactly && after.get(key).is_some_and(Option::is_none);
        let found = there.get(key).and_then(|number| number.as_ref()?.parse::<u64>().ok());
        let holds = match (wanted, found) {
            _ if may_be_gone => true,
            (None, _) => !there.contains_key(key),
            (Some(_), None) => false,
            (Some(wanted), Some(found)) => found == *wanted || (found > *wanted && !exactly),
        };
        if !holds {
            lost.push(format!("{key} is {:?}, acknowledged was {wanted:?}", there.get(key)));
        }
    }
    Ok(lost)
}
