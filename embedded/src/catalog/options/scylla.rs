//! What ScyllaDB's own options may say.

use crate::catalog::options::Pairs;
use crate::failure::Failure;

/// Checks an option whose value is a map; those that it does not know are fine.
///
/// # Errors
/// Config, in ScyllaDB's words; invalid for change data capture, which is not imitated.
pub(super) fn check(name: &str, pairs: Pairs<'_>) -> Result<(), Failure> {
    match name {
        "per_partition_rate_limit" => rate_limit(pairs),
        "tombstone_gc" => pairs.iter().try_for_each(tombstones),
        "cdc" => changes(pairs),
        _ => Ok(()),
    }
}

fn rate_limit(pairs: Pairs<'_>) -> Result<(), Failure> {
    let known = |name: &str| matches!(name, "max_reads_per_second" | "max_writes_per_second");
    for (name, value) in pairs.iter().filter(|(name, _)| known(name)) {
        if value.parse::<i64>().is_err() {
            return Err(Failure::config(format!(
                "Invalid value for {name} option: expected a non-negative number"
            )));
        }
    }
    let mut unknown: Vec<&str> = pairs.iter().map(|(name, _)| &**name).collect();
    unknown.retain(|name| !known(name));
    unknown.sort_unstable();
    match unknown.is_empty() {
        true => Ok(()),
        false => Err(Failure::config(format!(
            "Unknown keys in map for per_partition_rate_limit extension: {}",
            unknown.join(", ")
        ))),
    }
}

fn tombstones((name, value): &(Box<str>, Box<str>)) -> Result<(), Failure> {
    let fits = match &**name {
        "mode" => matches!(&**value, "disabled" | "repair" | "timeout" | "immediate"),
        "propagation_delay_in_seconds" => value.parse::<i64>().is_ok_and(|seconds| seconds >= 0),
        _ => {
            let text = format!("Invalid tombstone_gc option: {name}");
            return Err(Failure::config(text));
        }
    };
    match fits {
        true => Ok(()),
        false => Err(Failure::config(format!(
            "Invalid value for tombstone_gc option {name}: {value}"
        ))),
    }
}

fn changes(pairs: Pairs<'_>) -> Result<(), Failure> {
    let mut enabled = false;
    for (name, value) in pairs {
        let lower = value.to_ascii_lowercase();
        let flag = match &*lower {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        };
        let fits = match &*name.to_ascii_lowercase() {
            "enabled" => {
                enabled = flag == Some(true);
                flag.is_some()
            }
            "preimage" => flag.is_some() || lower == "full",
            "postimage" => flag.is_some(),
            "delta" => matches!(&*lower, "keys" | "full"),
            "ttl" => match value.parse::<i32>() {
                Ok(ttl) if ttl < 0 => {
                    return Err(Failure::config("Invalid CDC option: ttl must be >= 0"));
                }
                parsed => parsed.is_ok(),
            },
            _ => {
                return Err(Failure::config(format!("Invalid CDC option: {name}")));
            }
        };
        if !fits {
            return Err(Failure::config(format!(
                "Invalid value for CDC option \"{name}\": {value}"
            )));
        }
    }
    // A table whose log stays empty would mislead whoever reads it.
    match enabled {
        true => Err(Failure::invalid(
            "The embedded cluster keeps no log of changes: CDC cannot be enabled",
        )),
        false => Ok(()),
    }
}
