//! How a session speaks: the version of the protocol, and how it is compressed.

use std::fmt;

use scylla_orm::driver::frame::{Compression, Version};

/// How a session speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mode {
    pub(crate) version: Version,
    pub(crate) compression: Option<Compression>,
}

/// Version 4 as it is.
pub(crate) const PLAIN: Mode = Mode {
    version: Version::V4,
    compression: None,
};

/// All of them. Compressed is only what shows how that is done: the script `results`.
pub(crate) fn all() -> Vec<Mode> {
    let lz4 = Compression::named("lz4");
    let snappy = Compression::named("snappy");
    let modes = [
        (Version::V4, None),
        (Version::V4, lz4),
        (Version::V4, snappy),
        (Version::V5, None),
        (Version::V5, lz4),
    ];
    let mode = |(version, compression)| Mode {
        version,
        compression,
    };
    modes.map(mode).into()
}

impl Mode {
    /// Whether this script is recorded in it.
    pub(crate) fn takes(self, script: &str) -> bool {
        self.compression.is_none() || script == "results"
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.compression {
            Some(compression) => write!(f, "{}-{}", self.version, compression.name()),
            None => self.version.fmt(f),
        }
    }
}
