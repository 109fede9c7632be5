//! The options of a table: what stands behind WITH.

use std::collections::BTreeMap;

use crate::catalog::options::Shape::{Flag, Float, Integer, Map, Text};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::ddl::{Property, PropertyValue};

/// The longest TTL: 20 years, in seconds.
const MAX_TTL: i32 = 630_720_000;

/// The options of a table; every option of the server has a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Options(BTreeMap<Box<str>, PropertyValue>);

/// The keys and values of an option that is a map.
pub(crate) type Pairs<'a> = &'a [(Box<str>, Box<str>)];

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

    /// Seconds that rows live if a statement does not say otherwise; 0 is for ever.
    pub(crate) fn default_time_to_live(&self) -> i32 {
        let text = self.text("default_time_to_live");
        text.and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// Puts in what a statement says; of two of a name the last one counts.
    ///
    /// # Errors
    /// Syntax for unknown names and values of the wrong shape, config for values out of range.
    pub(crate) fn set(&mut self, properties: &[Property], flavor: Flavor) -> Result<(), Failure> {
        for property in properties {
            let name = &*property.name;
            // The id of a table to be created again, and what is put into it by tools: read over.
            if name == "id" || name == "extensions" {
                continue;
            }
            let known = known(flavor).into_iter().find(|(known, ..)| *known == name);
            let Some((_, shape, _)) = known else {
                return Err(Failure::syntax(format!("Unknown property '{name}'")));
            };
            check_shape(name, shape, &property.value)?;
            check_range(name, &property.value)?;
            self.0.insert(property.name.clone(), property.value.clone());
        }
        Ok(())
    }
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

fn check_shape(name: &str, shape: Shape, value: &PropertyValue) -> Result<(), Failure> {
    let wrong = |what: &str| Failure::syntax(format!("Invalid {what} value for '{name}'"));
    match (shape, value) {
        (Map, PropertyValue::Map(_)) | (Text, PropertyValue::Text(_)) => Ok(()),
        (Map, PropertyValue::Text(_)) => Err(Failure::syntax(format!(
            "Invalid value for property '{name}'. It should be a map."
        ))),
        (_, PropertyValue::Map(_)) => Err(Failure::syntax(format!(
            "Invalid value for property '{name}'. It should be a string."
        ))),
        (Integer, PropertyValue::Text(text)) => match text.parse::<i32>() {
            Ok(_) => Ok(()),
            Err(_) => Err(wrong(&format!("integer value {text}"))),
        },
        (Float, PropertyValue::Text(text)) => match text.parse::<f64>() {
            Ok(_) => Ok(()),
            Err(_) => Err(wrong(&format!("double value {text}"))),
        },
        (Flag, PropertyValue::Text(text)) => {
            let flags = ["true", "false", "yes", "no", "1", "0"];
            match flags.iter().any(|flag| text.eq_ignore_ascii_case(flag)) {
                true => Ok(()),
                false => Err(wrong(&format!("boolean value {text}"))),
            }
        }
    }
}

fn check_range(name: &str, value: &PropertyValue) -> Result<(), Failure> {
    let PropertyValue::Text(text) = value else {
        return match value {
            PropertyValue::Map(pairs) if name == "compaction" => check_compaction(pairs),
            _ => Ok(()),
        };
    };
    let number: f64 = text.parse().unwrap_or(0.0);
    let least = match name {
        "default_time_to_live" if number > f64::from(MAX_TTL) => {
            return Err(Failure::config(format!(
                "{name} must be less than or equal to {MAX_TTL} (got {text})"
            )));
        }
        "bloom_filter_fp_chance" if number <= 0.0 || number > 1.0 => {
            return Err(Failure::config(format!(
                "{name} must be larger than 0 and less than or equal to 1.0 (got {text})"
            )));
        }
        "crc_check_chance" if !(0.0..=1.0).contains(&number) => {
            return Err(Failure::config(format!(
                "{name} must be larger than or equal to 0 and smaller than or equal to 1.0 (got {text})"
            )));
        }
        "default_time_to_live" | "gc_grace_seconds" | "memtable_flush_period_in_ms" => 0,
        "min_index_interval" | "max_index_interval" => 1,
        _ => return Ok(()),
    };
    match number < f64::from(least) {
        true => Err(Failure::config(format!(
            "{name} must be greater than or equal to {least} (got {text})"
        ))),
        false => Ok(()),
    }
}

fn check_compaction(pairs: &[(Box<str>, Box<str>)]) -> Result<(), Failure> {
    let class = pairs.iter().find(|(name, _)| &**name == "class");
    let Some((_, class)) = class else {
        return Err(Failure::config(
            "Missing sub-option 'class' for the 'compaction' option.",
        ));
    };
    let name = class.rsplit('.').next().unwrap_or(class);
    match name.ends_with("CompactionStrategy") {
        true => Ok(()),
        false => Err(Failure::config(format!(
            "Unable to find compaction strategy class '{class}'"
        ))),
    }
}
