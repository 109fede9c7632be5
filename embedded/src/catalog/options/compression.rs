//! How data would be compressed on disk: nothing is, but what a server refuses is refused.

use crate::catalog::options::{Kept, Pairs};
use crate::failure::Failure;
use crate::flavor::Flavor;

const PACKAGE: &str = "org.apache.cassandra.io.compress.";

const CLASSES: [&str; 6] = [
    "LZ4Compressor",
    "LZ4WithDictsCompressor",
    "SnappyCompressor",
    "DeflateCompressor",
    "ZstdCompressor",
    "NoopCompressor",
];

/// Options besides the class, and which class alone has them.
const OPTIONS: [(&str, Option<&str>); 8] = [
    ("chunk_length_in_kb", None),
    ("chunk_length_kb", None),
    ("crc_check_chance", None),
    ("min_compress_ratio", None),
    ("max_compressed_length", None),
    ("lz4_compressor_type", Some("LZ4Compressor")),
    ("lz4_high_compressor_level", Some("LZ4Compressor")),
    ("compression_level", Some("ZstdCompressor")),
];

/// The pairs as the server keeps them.
///
/// # Errors
/// Config for classes and options that it does not know.
pub(super) fn checked(pairs: Pairs<'_>, flavor: Flavor) -> Result<Kept, Failure> {
    let option = |name: &str| {
        let found = pairs.iter().find(|(own, _)| &**own == name);
        found.map(|(_, value)| &**value)
    };
    match flavor {
        Flavor::Scylla => scylla(pairs, option("sstable_compression").or(option("class"))),
        Flavor::Cassandra => cassandra(pairs, option("class"), option("enabled")),
    }
}

fn cassandra(
    pairs: Pairs<'_>,
    class: Option<&str>,
    enabled: Option<&str>,
) -> Result<Kept, Failure> {
    if enabled.is_some_and(|enabled| enabled.eq_ignore_ascii_case("false")) {
        return Ok(vec![("enabled".into(), "false".into())]);
    }
    let class = match class {
        None if pairs.is_empty() => return Ok(Vec::new()),
        None => {
            return Err(Failure::config(
                "Missing sub-option 'class' for the 'compression' option.",
            ));
        }
        Some("") => {
            return Err(Failure::config(
                "The 'class' option must not be empty. To disable compression use 'enabled' : false",
            ));
        }
        Some(class) => class,
    };
    let short = class.strip_prefix(PACKAGE).unwrap_or(class);
    let known = CLASSES.iter().find(|known| **known == short);
    let Some(short) = known.filter(|short| **short != "LZ4WithDictsCompressor") else {
        let class = match class.contains('.') {
            true => class.to_owned(),
            false => format!("{PACKAGE}{class}"),
        };
        return Err(Failure::config(format!(
            "Could not create Compression for type {class}"
        )));
    };
    let mut kept: Kept = Vec::new();
    for (name, value) in pairs {
        let of_class = |(own, class): &(&str, Option<&str>)| {
            *own == &**name && class.is_none_or(|class| class == *short)
        };
        match &**name {
            "class" => kept.push((name.clone(), format!("{PACKAGE}{short}").into())),
            "enabled" => {}
            "chunk_length_in_kb" => {
                chunk(value)?;
                kept.push((name.clone(), value.clone()));
            }
            _ if OPTIONS.iter().any(of_class) => kept.push((name.clone(), value.clone())),
            _ => {
                return Err(Failure::config(format!(
                    "Unknown compression options {name}"
                )));
            }
        }
    }
    if !kept.iter().any(|(name, _)| &**name == "chunk_length_in_kb") {
        kept.push(("chunk_length_in_kb".into(), "16".into()));
    }
    Ok(kept)
}

fn scylla(pairs: Pairs<'_>, class: Option<&str>) -> Result<Kept, Failure> {
    let class = match class {
        None if pairs.is_empty() => return Ok(Vec::new()),
        None => {
            return Err(Failure::config(
                "Missing sub-option 'sstable_compression' for the 'compression' option.",
            ));
        }
        Some("") => return Ok(pairs.to_vec()),
        Some(class) => class,
    };
    let short = class.strip_prefix(PACKAGE).unwrap_or(class);
    if !CLASSES.contains(&short) && short != "ZstdWithDictsCompressor" {
        return Err(Failure::config(format!(
            "Unsupported compression class '{class}'."
        )));
    }
    for (name, value) in pairs {
        match &**name {
            "sstable_compression" | "class" => {}
            "chunk_length_in_kb" | "chunk_length_kb" => chunk(value)?,
            _ if OPTIONS.iter().any(|(own, _)| *own == &**name) => {}
            _ => {
                return Err(Failure::config(format!(
                    "Unknown compression option '{name}'."
                )));
            }
        }
    }
    Ok(pairs.to_vec())
}

fn chunk(value: &str) -> Result<(), Failure> {
    match value.parse::<u32>() {
        Ok(length) if length.is_power_of_two() => Ok(()),
        Ok(_) => Err(Failure::config("chunk_length_in_kb must be a power of 2")),
        Err(_) => Err(Failure::config("Invalid value for chunk_length_in_kb")),
    }
}
