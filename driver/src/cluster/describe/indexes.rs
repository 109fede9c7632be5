//! Secondary indexes of tables.

use std::collections::{BTreeMap, HashMap};

use crate::cluster::record::Record;
use crate::topology::IndexInfo;

use super::{Complaints, named};

/// The indexes of each table, by name.
pub(super) fn by_table(
    records: &[Record<'_>],
    complaints: &mut Complaints,
) -> HashMap<String, Vec<IndexInfo>> {
    let mut all: HashMap<String, Vec<IndexInfo>> = HashMap::new();
    for record in records {
        let Some(name) = named(record, "index_name", complaints) else {
            continue;
        };
        let mut options: BTreeMap<String, String> = record.read("options").unwrap_or_default();
        all.entry(record.text("table_name"))
            .or_default()
            .push(IndexInfo {
                name,
                kind: record.text("kind"),
                target: options.remove("target").unwrap_or_default(),
                class: options.remove("class_name"),
            });
    }
    for indexes in all.values_mut() {
        indexes.sort_by(|a, b| a.name.cmp(&b.name));
    }
    all
}
