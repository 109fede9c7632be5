//! The version of the protocol and the compression that a connection uses: chosen by what the server offers.

use crate::conn::config::ConnConfig;
use crate::frame::response::Supported;
use crate::frame::segment::Form;
use crate::frame::{Compression, Features, Version};

/// What the handshake has settled on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Agreed {
    pub(super) version: Version,
    pub(super) compression: Option<Compression>,
}

impl Agreed {
    /// How segments look; `None` in version 4, which has none.
    pub(super) fn form(&self) -> Option<Form> {
        Form::of(self.version, self.compression)
    }

    /// How bodies are compressed; `None` in version 5, where segments are.
    pub(super) fn of_bodies(&self) -> Option<Compression> {
        self.compression.filter(|_| self.version == Version::V4)
    }
}

/// The newest version that the server offers and the configuration allows, with all extensions that this crate knows,
/// and the configured compression, if the server has it. A compression that version 5 does not have gets version 4.
pub(super) fn choose(supported: &Supported, config: &ConnConfig) -> (Features, Agreed) {
    let mut features = Features::offered(supported);
    features.version = features.version.min(config.version);
    let compression = config.compression.filter(|wanted| {
        let offered = supported.values("COMPRESSION").unwrap_or_default();
        let has = offered.iter().any(|name| name == wanted.name());
        if !has {
            tracing::warn!(%wanted, "the server does not have this compression: going on without");
        }
        has
    });
    if compression.is_some_and(|wanted| !wanted.is_of(features.version)) {
        features.version = Version::V4;
    }
    let agreed = Agreed {
        version: features.version,
        compression,
    };
    (features, agreed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(versions: &[&str], config: &ConnConfig, expected: Agreed) {
        let (features, agreed) = choose(&Supported::cassandra(versions), config);
        assert_eq!(agreed, expected);
        assert_eq!(features.version, expected.version);
    }

    const CASSANDRA_5: [&str; 4] = ["3/v3", "4/v4", "5/v5", "6/v6-beta"];

    #[test]
    fn the_newest_that_is_no_beta() {
        let of = |version| Agreed {
            version,
            compression: None,
        };
        let config = ConnConfig::default();
        check(&CASSANDRA_5, &config, of(Version::V5));
        check(&["3/v3", "4/v4", "5/v5-beta"], &config, of(Version::V4));
        check(&["3/v3", "4/v4"], &config, of(Version::V4));
        check(&[], &config, of(Version::V4));
        let capped = ConnConfig {
            version: Version::V4,
            ..config
        };
        check(&CASSANDRA_5, &capped, of(Version::V4));
    }

    #[test]
    fn the_configured_compression_decides_where_versions_differ() {
        for wanted in Compression::ALL {
            let config = ConnConfig {
                compression: Some(*wanted),
                ..ConnConfig::default()
            };
            let version = match wanted.name() {
                "lz4" => Version::V5,
                _ => Version::V4,
            };
            let expected = Agreed {
                version,
                compression: Some(*wanted),
            };
            check(&CASSANDRA_5, &config, expected);
            let mut nothing = Supported::cassandra(&CASSANDRA_5);
            nothing.options.retain(|(name, _)| name != "COMPRESSION");
            let (_, agreed) = choose(&nothing, &config);
            let expected = Agreed {
                version: Version::V5,
                compression: None,
            };
            assert_eq!(agreed, expected);
        }
    }
}
