//! Values of options: their shape, their range, and how the server writes them down.

use crate::catalog::options::Shape::{self, Flag, Float, Integer, Map, Text};
use crate::catalog::options::{Kept, Pairs, compaction, compression, retry, scylla};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::ddl::PropertyValue;

/// The longest TTL: 20 years, in seconds.
const MAX_TTL: i32 = 630_720_000;

/// No table of a Bloom filter has so many buckets that fewer false positives could be had.
const LEAST_CHANCE: f64 = 6.71e-5;

/// Refuses a value that does not look like one of the option.
pub(super) fn shape(
    name: &str,
    shape: Shape,
    value: &PropertyValue,
    flavor: Flavor,
) -> Result<(), Failure> {
    let wrong = |what: &str, text: &str, more: &str| {
        Err(Failure::syntax(format!(
            "Invalid {what} value {text} for '{name}'{more}"
        )))
    };
    match (shape, value) {
        (Map, PropertyValue::Map(_)) | (Text, PropertyValue::Text(_)) => Ok(()),
        (Map, PropertyValue::Text(_)) => Err(Failure::syntax(format!(
            "Invalid value for property '{name}'. It should be a map."
        ))),
        (_, PropertyValue::Map(_)) => Err(Failure::syntax(format!(
            "Invalid value for property '{name}'. It should be a string"
        ))),
        (Integer, PropertyValue::Text(text)) => match text.parse::<i32>() {
            Ok(_) => Ok(()),
            Err(_) => wrong("integer", text, ""),
        },
        (Float, PropertyValue::Text(text)) => match text.parse::<f64>() {
            Ok(_) => Ok(()),
            Err(_) => wrong("double", text, ""),
        },
        (Flag, PropertyValue::Text(text)) => match flag(text) {
            Some(_) => Ok(()),
            None => wrong("boolean", text, flags(flavor)),
        },
    }
}

/// What a text says that means yes or no.
pub(crate) fn flag(text: &str) -> Option<bool> {
    let is = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match (is(["true", "yes", "1"]), is(["false", "no", "0"])) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// What Cassandra adds where a text means neither yes nor no.
pub(crate) fn flags(flavor: Flavor) -> &'static str {
    flavor.pick(
        "",
        ". Positive values can be '1', 'true' or 'yes'. Negative values can be '0', 'false' or 'no'.",
    )
}

/// A value of the right shape as the server keeps it.
pub(super) fn value(
    name: &str,
    value: &PropertyValue,
    flavor: Flavor,
) -> Result<PropertyValue, Failure> {
    match value {
        PropertyValue::Text(text) => Ok(PropertyValue::Text(written(name, text, flavor)?)),
        PropertyValue::Map(pairs) => Ok(PropertyValue::Map(match name {
            "compaction" => compaction::checked(pairs, flavor)?,
            "compression" => compression::checked(pairs, flavor)?,
            "caching" => caching(pairs, flavor)?,
            _ if flavor == Flavor::Scylla => {
                scylla::check(name, pairs)?;
                pairs.clone()
            }
            _ => pairs.clone(),
        })),
    }
}

/// Refuses a number that is too small or too large.
pub(super) fn range(name: &str, value: &PropertyValue, flavor: Flavor) -> Result<(), Failure> {
    let PropertyValue::Text(text) = value else {
        return Ok(());
    };
    let number: f64 = text.parse().unwrap_or(0.0);
    let shown = match flavor {
        Flavor::Cassandra => as_java(number),
        Flavor::Scylla => text.to_string(),
    };
    let least = match name {
        "default_time_to_live" if number > f64::from(MAX_TTL) => {
            return Err(Failure::config(format!(
                "{name} must be less than or equal to {MAX_TTL} (got {text})"
            )));
        }
        "bloom_filter_fp_chance" if number <= LEAST_CHANCE || number > 1.0 => {
            return Err(Failure::config(format!(
                "{name} must be larger than {} and less than or equal to 1.0 (got {shown})",
                flavor.pick("6.71e-05", "6.71E-5")
            )));
        }
        "crc_check_chance" if !(0.0..=1.0).contains(&number) => {
            return Err(Failure::config(format!(
                "{name} must be larger than or equal to 0 and smaller than or equal to 1.0 (got {shown})"
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

/// A number as Java writes it: 2 as 2.0, 0.00000001 as 1.0E-8.
fn as_java(number: f64) -> String {
    if number == 0.0 || (1e-3..1e7).contains(&number.abs()) {
        return format!("{number:?}");
    }
    let text = format!("{number:E}");
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => text,
    }
}

fn written(name: &str, text: &str, flavor: Flavor) -> Result<Box<str>, Failure> {
    Ok(match (name, flavor) {
        ("speculative_retry" | "additional_write_policy", Flavor::Cassandra) => {
            retry::cassandra(text)?.into()
        }
        ("speculative_retry", Flavor::Scylla) => retry::scylla(text)?.into(),
        ("read_repair", Flavor::Cassandra) => text.to_ascii_uppercase().into(),
        ("memtable", Flavor::Cassandra) if text != "default" => {
            return Err(Failure::config(format!(
                "Memtable configuration \"{text}\" not found."
            )));
        }
        _ => text.into(),
    })
}

fn caching(pairs: Pairs<'_>, flavor: Flavor) -> Result<Kept, Failure> {
    let (mut keys, mut rows) = ("ALL", flavor.pick("ALL", "NONE"));
    for (name, value) in pairs {
        let all_or_none = value.eq_ignore_ascii_case("all") || value.eq_ignore_ascii_case("none");
        match &**name {
            "keys" if all_or_none => keys = value,
            "rows_per_partition" if all_or_none || value.parse::<u32>().is_ok() => rows = value,
            "keys" | "rows_per_partition" => {
                let allowed = match &**name {
                    "keys" => "only 'ALL' and 'NONE' are allowed",
                    _ => "only 'ALL', 'NONE', and integer values are allowed",
                };
                return Err(Failure::config(flavor.pick(
                    format!("Invalid value: {value}"),
                    format!("Invalid value '{value}' for caching sub-option '{name}': {allowed}"),
                )));
            }
            // ScyllaDB can switch caching off.
            "enabled" if flavor == Flavor::Scylla => {}
            _ => {
                return Err(Failure::config(flavor.pick(
                    format!("Invalid caching option: {name}"),
                    format!(
                        "Invalid caching sub-options [{name}]: only 'keys' and 'rows_per_partition' are allowed"
                    ),
                )));
            }
        }
    }
    let pair = |name: &str, value: &str| (name.into(), value.to_ascii_uppercase().into());
    Ok(vec![pair("keys", keys), pair("rows_per_partition", rows)])
}
