//! What stands behind WITH in CREATE TABLE.

use std::collections::BTreeMap;

use crate::catalog::describe::{map, quoted};
use crate::catalog::options::Options;
use crate::flavor::Flavor;

/// The options that are numbers or flags, and so have no quotes.
const BARE: [&str; 12] = [
    "allow_auto_snapshot",
    "bloom_filter_fp_chance",
    "cdc",
    "crc_check_chance",
    "default_time_to_live",
    "gc_grace_seconds",
    "in_memory",
    "incremental_backups",
    "max_index_interval",
    "memtable_flush_period_in_ms",
    "min_index_interval",
    "paxos_grace_seconds",
];

/// Options that ScyllaDB has for old clients, and does not tell any more.
const SILENT: [&str; 2] = ["dclocal_read_repair_chance", "read_repair_chance"];

/// `name = value` of each option, in the server's order.
pub(super) fn all(options: &Options, flavor: Flavor) -> Vec<String> {
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in options.texts().filter(|(name, _)| !SILENT.contains(name)) {
        let value = match BARE.contains(&name) {
            true => number(value, flavor),
            false => quoted(value),
        };
        values.insert(name.to_owned(), value);
    }
    for (name, pairs) in options.maps() {
        let sorted: BTreeMap<&str, &str> = pairs.iter().map(|(k, v)| (&**k, &**v)).collect();
        values.insert(name.to_owned(), map(sorted));
    }
    if flavor == Flavor::Cassandra {
        for (name, default) in [("cdc", "false"), ("extensions", "{}")] {
            values
                .entry(name.to_owned())
                .or_insert_with(|| default.to_owned());
        }
        // It tells of the memtable behind the compression.
        let memtable = values.remove("memtable");
        let memtable = memtable.unwrap_or_else(|| "'default'".to_owned());
        values.insert("compression\u{0}memtable".to_owned(), memtable);
    }
    let named = |(name, value): (String, String)| {
        let name = name.rsplit('\u{0}').next().unwrap_or(&name).to_owned();
        format!("{name} = {value}")
    };
    values.into_iter().map(named).collect()
}

/// Java writes 1.0 where C++ writes 1.
fn number(text: &str, flavor: Flavor) -> String {
    match (flavor, text.parse::<f64>()) {
        (Flavor::Scylla, Ok(number)) => number.to_string(),
        _ => text.to_ascii_lowercase(),
    }
}
