//! The options of a table: what stands behind WITH.

mod check;
mod compaction;
mod compression;
mod retry;
mod scylla;

use std::collections::{BTreeMap, HashSet};

use uuid::Uuid;

use crate::catalog::options::Shape::{Flag, Float, Integer, Map, Text};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::ddl::{Property, PropertyValue};

pub(crate) use check::{flag, flags};

/// The options of a table; every option of the server has a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Options(BTreeMap<Box<str>, PropertyValue>);

/// The keys and values of an option that is a map.
pub(crate) type Pairs<'a> = &'a [(Box<str>, Box<str>)];

/// The same as the server keeps them.
type Kept = Vec<(Box<str>, Box<str>)>;

/// What the value of an option looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    Integer,
    Float,
    Flag,
    Map,
}

impl Options {
    /// Those of a table that says nothing of them.
    pub(crate) fn new(flavor: Flavor) -> Self {
        let text = |value: &str| PropertyValue::Text(value.into());
        let map = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(k, v)| (Box::from(*k), Box::from(*v)));
            PropertyValue::Map(pairs.collect())
        };
        let mut options = Options::default();
        for (name, _, default) in known(flavor) {
            if let Some(default) = default {
                options.0.insert(name.into(), text(default));
            }
        }
        let (compaction, compression) = flavor.pick(
            (
                vec![("class", "IncrementalCompactionStrategy")],
                vec![(
                    "sstable_compression",
                    "org.apache.cassandra.io.compress.LZ4Compressor",
                )],
            ),
            (
                vec![
                    (
                        "class",
                        "org.apache.cassandra.db.compaction.SizeTieredCompactionStrategy",
                    ),
                    ("max_threshold", "32"),
                    ("min_threshold", "4"),
                ],
                vec![
                    ("chunk_length_in_kb", "16"),
                    ("class", "org.apache.cassandra.io.compress.LZ4Compressor"),
                ],
            ),
        );
        let rows = flavor.pick("ALL", "NONE");
        let caching = map(&[("keys", "ALL"), ("rows_per_partition", rows)]);
        options.0.insert("caching".into(), caching);
        options.0.insert("compaction".into(), map(&compaction));
        options.0.insert("compression".into(), map(&compression));
        options
    }

    /// A number or text by name.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name) {
            Some(PropertyValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// All numbers and texts, by name.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(name, value)| match value {
            PropertyValue::Text(text) => Some((&**name, &**text)),
            PropertyValue::Map(_) => None,
        })
    }

    /// All maps, by name.
    pub(crate) fn maps(&self) -> impl Iterator<Item = (&str, Pairs<'_>)> {
        self.0.iter().filter_map(|(name, value)| match value {
            PropertyValue::Map(pairs) => Some((&**name, &**pairs)),
            PropertyValue::Text(_) => None,
        })
    }

    /// Refuses what only a view can be told.
    ///
    /// # Errors
    /// In ScyllaDB's words.
    pub(crate) fn check_base(&self) -> Result<(), Failure> {
        match self.text("synchronous_updates").and_then(flag) {
            Some(true) => Err(Failure::invalid(
                "The synchronous_updates option is only applicable to materialized views, not to base tables",
            )),
            _ => Ok(()),
        }
    }

    /// Seconds that rows live if a statement does not say otherwise; 0 is for ever.
    pub(crate) fn default_time_to_live(&self) -> i32 {
        let text = self.text("default_time_to_live");
        text.and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// Puts in what a statement says.
    ///
    /// # Errors
    /// Syntax for unknown names, names given twice and values of the wrong shape, config for values that cannot be.
    pub(crate) fn set(&mut self, properties: &[Property], flavor: Flavor) -> Result<(), Failure> {
        let mut names = HashSet::new();
        for property in properties {
            let name = &*property.name;
            if !names.insert(name) {
                let multiple = flavor.pick("Multiple definition", "Multiple definitions");
                return Err(Failure::syntax(format!("{multiple} for property '{name}'")));
            }
            // The id of a table to be created again has its own place; what tools put in is read over.
            if name == "id" || name == "extensions" {
                continue;
            }
            let known = known(flavor).into_iter().find(|(known, ..)| *known == name);
            let Some((_, shape, _)) = known else {
                return Err(Failure::syntax(format!("Unknown property '{name}'")));
            };
            check::shape(name, shape, &property.value, flavor)?;
            check::range(name, &property.value, flavor)?;
            let value = check::value(name, &property.value, flavor)?;
            self.0.insert(property.name.clone(), value);
        }
        let number = |name| self.text(name).and_then(|text| text.parse::<i32>().ok());
        match (number("min_index_interval"), number("max_index_interval")) {
            (Some(min), Some(max)) if max < min => Err(Failure::config(format!(
                "max_index_interval must be greater than or equal to min_index_interval ({min}) (got {max})"
            ))),
            _ => Ok(()),
        }
    }
}

/// What is wrong with the form of options: Cassandra finds it before it looks whether the table is there, and only then
/// whether it knows them all, and whether they are in their ranges.
///
/// # Errors
/// As [`Options::set`].
pub(super) fn check_form(properties: &[Property], flavor: Flavor) -> Result<(), Failure> {
    for property in properties {
        let name = &*property.name;
        let known = known(flavor).into_iter().find(|(known, ..)| *known == name);
        if let Some((_, shape, _)) = known {
            check::shape(name, shape, &property.value, flavor)?;
            check::value(name, &property.value, flavor)?;
        }
    }
    Ok(())
}

/// The id that a statement gives a table, if it does.
///
/// # Errors
/// Config for what is no id.
pub(crate) fn id(properties: &[Property]) -> Result<Option<Uuid>, Failure> {
    let Some(property) = properties.iter().find(|p| &*p.name == "id") else {
        return Ok(None);
    };
    let id = match &property.value {
        PropertyValue::Text(text) => text.parse().ok(),
        PropertyValue::Map(_) => None,
    };
    id.map(Some)
        .ok_or_else(|| Failure::config("Invalid table id"))
}

/// The options that a server knows, with their defaults where those are not maps.
fn known(flavor: Flavor) -> Vec<(&'static str, Shape, Option<&'static str>)> {
    let mut known = vec![
        ("bloom_filter_fp_chance", Float, Some("0.01")),
        ("caching", Map, None),
        ("cdc", flavor.pick(Map, Flag), None),
        ("comment", Text, Some("")),
        ("compaction", Map, None),
        ("compression", Map, None),
        ("crc_check_chance", Float, Some("1.0")),
        ("default_time_to_live", Integer, Some("0")),
        ("gc_grace_seconds", Integer, Some("864000")),
        ("max_index_interval", Integer, Some("2048")),
        ("memtable_flush_period_in_ms", Integer, Some("0")),
        ("min_index_interval", Integer, Some("128")),
        (
            "speculative_retry",
            Text,
            Some(flavor.pick("99.0PERCENTILE", "99p")),
        ),
    ];
    known.extend(match flavor {
        Flavor::Scylla => vec![
            ("dclocal_read_repair_chance", Float, Some("0.0")),
            ("read_repair_chance", Float, Some("0.0")),
            ("in_memory", Flag, None),
            ("paxos_grace_seconds", Integer, None),
            ("per_partition_rate_limit", Map, None),
            ("synchronous_updates", Flag, None),
            ("tablets", Map, None),
            ("tombstone_gc", Map, None),
        ],
        Flavor::Cassandra => vec![
            ("additional_write_policy", Text, Some("99p")),
            ("allow_auto_snapshot", Flag, Some("true")),
            ("incremental_backups", Flag, Some("true")),
            ("memtable", Text, None),
            ("read_repair", Text, Some("BLOCKING")),
        ],
    });
    known
}
