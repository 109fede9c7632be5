//! Secondary indexes of tables.

use std::collections::{BTreeMap, HashMap};

use crate::cluster::record::Record;
use crate::topology::IndexInfo;

/// The indexes of each table, by name.
pub(super) fn by_table(records: &[Record<'_>]) -> HashMap<String, Vec<IndexInfo>> {
    let mut all: HashMap<String, Vec<IndexInfo>> = HashMap::new();
    for record in records {
        let mut options: BTreeMap<String, String> = record.read("options").unwrap_or_default();
        all.entry(record.text("table_name"))
            .or_default()
            .push(IndexInfo {
                name: record.text("index_name"),
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
