//! How data would be compacted on disk: nothing is, but what a server refuses is refused.

use std::collections::BTreeMap;

use crate::catalog::options::{Kept, Pairs};
use crate::failure::Failure;
use crate::flavor::Flavor;

const PACKAGE: &str = "org.apache.cassandra.db.compaction.";

const COMMON: [&str; 6] = [
    "enabled",
    "log_all",
    "only_purge_repaired_tombstones",
    "tombstone_compaction_interval",
    "tombstone_threshold",
    "unchecked_tombstone_compaction",
];

const THRESHOLDS: [&str; 2] = ["max_threshold", "min_threshold"];

const TIERED: [&str; 3] = ["bucket_high", "bucket_low", "min_sstable_size"];

/// Each strategy and what it understands beside what all do.
fn strategies(flavor: Flavor) -> Vec<(&'static str, Vec<&'static str>)> {
    let with = |more: &[&'static str]| [&THRESHOLDS[..], more].concat();
    let windows = [
        "compaction_window_size",
        "compaction_window_unit",
        "expired_sstable_check_frequency_seconds",
        "timestamp_resolution",
        "unsafe_aggressive_sstable_expiration",
    ];
    let mut known = vec![
        ("SizeTieredCompactionStrategy", with(&TIERED)),
        (
            "LeveledCompactionStrategy",
            with(&[
                "sstable_size_in_mb",
                "fanout_size",
                "single_sstable_uplevel",
            ]),
        ),
        (
            "TimeWindowCompactionStrategy",
            [&with(&TIERED)[..], &windows].concat(),
        ),
    ];
    match flavor {
        Flavor::Scylla => known.extend([
            (
                "IncrementalCompactionStrategy",
                with(&[
                    "bucket_high",
                    "bucket_low",
                    "min_sstable_size",
                    "sstable_size_in_mb",
                    "space_amplification_goal",
                ]),
            ),
            ("NullCompactionStrategy", Vec::new()),
        ]),
        Flavor::Cassandra => known.push((
            "UnifiedCompactionStrategy",
            vec![
                "base_shard_count",
                "expired_sstable_check_frequency_seconds",
                "flush_size_override",
                "max_sstables_to_compact",
                "min_sstable_size",
                "overlap_inclusion_method",
                "scaling_parameters",
                "sstable_growth",
                "target_sstable_size",
                "unsafe_aggressive_sstable_expiration",
            ],
        )),
    }
    known
}

/// The pairs as the server keeps them.
///
/// # Errors
/// Config for strategies and options that it does not know, and values that they cannot have.
pub(super) fn checked(pairs: Pairs<'_>, flavor: Flavor) -> Result<Kept, Failure> {
    let options: BTreeMap<&str, &str> = pairs.iter().map(|(k, v)| (&**k, &**v)).collect();
    let Some(class) = options.get("class") else {
        return Err(Failure::config(flavor.pick(
            "Missing sub-option 'class' for the 'compaction' option.",
            "Missing sub-option 'class' for the 'compaction' option",
        )));
    };
    let short = class.strip_prefix(PACKAGE).unwrap_or(class);
    let strategies = strategies(flavor);
    let Some((short, own)) = strategies.iter().find(|(name, _)| *name == short) else {
        let full = match class.contains('.') || flavor == Flavor::Scylla {
            true => (*class).to_owned(),
            false => format!("{PACKAGE}{class}"),
        };
        return Err(Failure::config(format!(
            "Unable to find compaction strategy class '{full}'"
        )));
    };
    values(&options, short, flavor)?;
    let unknown = options
        .keys()
        .find(|name| **name != "class" && !COMMON.contains(name) && !own.contains(name));
    if let Some(unknown) = unknown {
        let value = options.get(unknown).copied().unwrap_or_default();
        return Err(Failure::config(flavor.pick(
            format!("Invalid compaction strategy options {{{{{unknown}, {value}}}}} for chosen strategy type"),
            format!("Properties specified [{unknown}] are not understood by {short}"),
        )));
    }
    if flavor == Flavor::Scylla {
        return Ok(pairs.to_vec());
    }
    let mut kept: BTreeMap<&str, String> =
        options.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
    kept.insert("class", format!("{PACKAGE}{short}"));
    if own.contains(&"min_threshold") {
        kept.entry("min_threshold")
            .or_insert_with(|| "4".to_owned());
        kept.entry("max_threshold")
            .or_insert_with(|| "32".to_owned());
    }
    Ok(kept
        .into_iter()
        .map(|(k, v)| (k.into(), v.into()))
        .collect())
}

/// Refuses values that an option cannot have.
fn values(options: &BTreeMap<&str, &str>, class: &str, flavor: Flavor) -> Result<(), Failure> {
    let integer = |name: &str, default: i64| match options.get(name) {
        None => Ok(default),
        Some(text) => text.parse::<i64>().map_err(|_| {
            Failure::config(format!(
                "Invalid value {text} for '{name}' compaction sub-option - must be an integer"
            ))
        }),
    };
    let (min, max) = (integer("min_threshold", 4)?, integer("max_threshold", 32)?);
    if min < 2 {
        return Err(Failure::config(format!(
            "Min compaction threshold cannot be less than 2 (got {min})"
        )));
    }
    if min > max {
        return Err(Failure::config(format!(
            "Min compaction threshold (got {min}) cannot be greater than max compaction threshold (got {max})"
        )));
    }
    let float = |name: &str, default: f64| match options.get(name) {
        None => Ok(default),
        Some(text) => text
            .parse::<f64>()
            .map_err(|_| Failure::config(format!("{text} is not a parsable float for {name}"))),
    };
    let (low, high) = (float("bucket_low", 0.5)?, float("bucket_high", 1.5)?);
    if high <= low {
        return Err(Failure::config(format!(
            "bucket_high value ({high:?}) is less than or equal to the bucket_low value ({low:?})"
        )));
    }
    if let Some(enabled) = options.get("enabled")
        && !["true", "false"]
            .iter()
            .any(|word| enabled.eq_ignore_ascii_case(word))
    {
        return Err(Failure::config(format!(
            "enabled should either be 'true' or 'false', not {enabled}"
        )));
    }
    of_class(options, class, flavor)
}

fn of_class(options: &BTreeMap<&str, &str>, class: &str, flavor: Flavor) -> Result<(), Failure> {
    if let Some(size) = options.get("sstable_size_in_mb")
        && size.parse::<u32>().is_err()
    {
        return Err(Failure::config(format!(
            "{size} is not a parsable int (base10) for sstable_size_in_mb"
        )));
    }
    if let Some(unit) = options.get("compaction_window_unit")
        && !["MINUTES", "HOURS", "DAYS"].contains(unit)
    {
        return Err(Failure::config(flavor.pick(
            format!("Invalid window unit {unit} for compaction_window_unit"),
            format!("{unit} is not valid for compaction_window_unit"),
        )));
    }
    if let Some(size) = options.get("compaction_window_size") {
        let number = size.parse::<i64>().map_err(|_| {
            Failure::config(format!(
                "{size} is not a parsable int (base10) for compaction_window_size"
            ))
        })?;
        if number < 1 {
            return Err(Failure::config(format!(
                "{number} must be greater than 1 for compaction_window_size"
            )));
        }
    }
    match options.get("scaling_parameters") {
        Some(scaling) if class == "UnifiedCompactionStrategy" => scaling_parameters(scaling),
        _ => Ok(()),
    }
}

fn scaling_parameters(text: &str) -> Result<(), Failure> {
    for one in text.split(',').map(str::trim) {
        let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let signed = one.strip_prefix(['+', '-']).unwrap_or(one);
        let lettered = one.strip_prefix(['L', 'T']).is_some_and(number);
        if one != "N" && !lettered && !number(signed) {
            return Err(Failure::config(format!(
                "Scaling parameter {one} must match N|L[0-9]+|T[0-9]+|[+-]?[0-9]+"
            )));
        }
    }
    Ok(())
}
