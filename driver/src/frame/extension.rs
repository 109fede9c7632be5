//! What a server says of itself in SUPPORTED beyond the specification, and what of it is put into STARTUP.

use std::num::NonZeroU16;

use super::request::Startup;
use super::response::Supported;
use super::{Dialect, Features, TabletRouting, Version};

/// How a ScyllaDB node spreads partitions over its shards, and which shard serves the connection that asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sharding {
    /// The shard that serves this connection.
    pub shard: u16,
    /// Shards of the node.
    pub shards: NonZeroU16,
    /// How many of a token's leading bits do not take part in the choice of the shard, 0 to 63.
    pub ignore_msb: u8,
    /// The port on which the client's source port chooses the shard, if there is one.
    pub shard_aware_port: Option<u16>,
    /// The same with TLS.
    pub shard_aware_port_tls: Option<u16>,
}

/// Cassandra's list of versions, and how version 5 stands in it once it is no beta any more.
const VERSIONS: &str = "PROTOCOL_VERSIONS";
const V5: &str = "5/v5";
/// The only way to spread partitions over shards that there has ever been.
const ALGORITHM: &str = "biased-token-round-robin";
const LWT_MARK: &str = "SCYLLA_LWT_ADD_METADATA_MARK";
const LWT_MASK: &str = "LWT_OPTIMIZATION_META_BIT_MASK=";
const RATE_LIMIT: &str = "SCYLLA_RATE_LIMIT_ERROR";
const RATE_LIMIT_CODE: &str = "ERROR_CODE=";
const METADATA_ID: &str = "SCYLLA_USE_METADATA_ID";

impl Sharding {
    /// What SUPPORTED says; `None` if the server has no shards (Cassandra), or spreads partitions over them in a
    /// way that this crate does not know.
    pub fn of(supported: &Supported) -> Option<Self> {
        let algorithm = supported.first("SCYLLA_SHARDING_ALGORITHM")?;
        if algorithm != ALGORITHM {
            return None;
        }
        let number = |name: &str| supported.first(name)?.parse::<u16>().ok();
        let shards = NonZeroU16::new(number("SCYLLA_NR_SHARDS")?)?;
        Some(Sharding {
            shard: number("SCYLLA_SHARD").filter(|shard| *shard < shards.get())?,
            shards,
            ignore_msb: match supported.first("SCYLLA_SHARDING_IGNORE_MSB")?.parse() {
                Ok(bits @ 0..=63) => bits,
                _ => return None,
            },
            shard_aware_port: number("SCYLLA_SHARD_AWARE_PORT").filter(|port| *port != 0),
            shard_aware_port_tls: number("SCYLLA_SHARD_AWARE_PORT_SSL").filter(|port| *port != 0),
        })
    }
}

impl Features {
    /// All that a server offers and this crate knows: what a driver asks for. The newest version that is no beta.
    pub fn offered(supported: &Supported) -> Self {
        let scylla = supported
            .options
            .iter()
            .any(|(name, _)| name.starts_with("SCYLLA_"));
        let number = |name: &str, before: &str| {
            let mut values = supported.values(name)?.iter();
            values.find_map(|value| value.strip_prefix(before)?.parse::<u32>().ok())
        };
        let versions = supported.values(VERSIONS).unwrap_or_default();
        Features {
            version: match versions.iter().any(|version| version == V5) {
                true => Version::V5,
                false => Version::V4,
            },
            dialect: match scylla {
                true => Dialect::Scylla,
                false => Dialect::Cassandra,
            },
            lwt_mark: number(LWT_MARK, LWT_MASK),
            rate_limit_error: number(RATE_LIMIT, RATE_LIMIT_CODE).map(u32::cast_signed),
            tablets: TabletRouting::offered(supported),
            metadata_id: supported.values(METADATA_ID).is_some(),
        }
    }

    /// The options of STARTUP that ask for them. Servers look at the names alone; the values are those that
    /// other drivers send.
    pub fn startup(&self) -> Vec<(&'static str, &'static str)> {
        let mut options = vec![("CQL_VERSION", "3.0.0")];
        if self.lwt_mark.is_some() {
            options.push((LWT_MARK, "LWT_OPTIMIZATION_META_BIT_MASK=2147483648"));
        }
        if self.rate_limit_error.is_some() {
            options.push((RATE_LIMIT, ""));
        }
        if let Some(tablets) = self.tablets {
            options.push((tablets.name(), ""));
        }
        if self.metadata_id {
            options.push((METADATA_ID, ""));
        }
        options
    }

    /// Those of a server's features that a client has asked for.
    pub fn accepted(self, startup: &Startup<'_>) -> Self {
        let asked = |name: &str| startup.option(name).is_some();
        Features {
            lwt_mark: self.lwt_mark.filter(|_| asked(LWT_MARK)),
            rate_limit_error: self.rate_limit_error.filter(|_| asked(RATE_LIMIT)),
            tablets: self.tablets.and_then(|tablets| {
                let mut own = tablets.said().iter().rev().copied();
                own.find(|routing| asked(routing.name()))
            }),
            metadata_id: self.metadata_id && asked(METADATA_ID),
            ..self
        }
    }
}

impl TabletRouting {
    /// Its name in SUPPORTED and STARTUP.
    fn name(self) -> &'static str {
        match self {
            TabletRouting::V1 => "TABLETS_ROUTING_V1",
            TabletRouting::V2 => "TABLETS_ROUTING_V2_EXPERIMENTAL",
        }
    }

    /// What a server offers that can do this: the older one as well, for older clients.
    fn said(self) -> &'static [TabletRouting] {
        match self {
            TabletRouting::V1 => &[TabletRouting::V1],
            TabletRouting::V2 => &[TabletRouting::V1, TabletRouting::V2],
        }
    }

    /// The newest one that is offered. A client asks for one of them, never for both.
    fn offered(supported: &Supported) -> Option<Self> {
        let mut newest = TabletRouting::V2.said().iter().rev().copied();
        newest.find(|routing| supported.values(routing.name()).is_some())
    }
}

impl Supported {
    /// What a ScyllaDB node says to a connection: how it is sharded, and the extensions that `features` has.
    pub fn scylla(sharding: &Sharding, features: &Features) -> Self {
        let mut options = vec![
            ("CQL_VERSION", vec!["3.3.1".to_owned()]),
            ("COMPRESSION", vec!["lz4".to_owned(), "snappy".to_owned()]),
            ("SCYLLA_SHARD", vec![sharding.shard.to_string()]),
            ("SCYLLA_NR_SHARDS", vec![sharding.shards.to_string()]),
            ("SCYLLA_SHARDING_ALGORITHM", vec![ALGORITHM.to_owned()]),
            (
                "SCYLLA_SHARDING_IGNORE_MSB",
                vec![sharding.ignore_msb.to_string()],
            ),
            (
                "SCYLLA_PARTITIONER",
                vec!["org.apache.cassandra.dht.Murmur3Partitioner".to_owned()],
            ),
        ];
        if let Some(port) = sharding.shard_aware_port {
            options.push(("SCYLLA_SHARD_AWARE_PORT", vec![port.to_string()]));
        }
        if let Some(port) = sharding.shard_aware_port_tls {
            options.push(("SCYLLA_SHARD_AWARE_PORT_SSL", vec![port.to_string()]));
        }
        if let Some(mask) = features.lwt_mark {
            options.push((LWT_MARK, vec![format!("{LWT_MASK}{mask}")]));
        }
        if let Some(code) = features.rate_limit_error {
            options.push((RATE_LIMIT, vec![format!("{RATE_LIMIT_CODE}{code}")]));
        }
        if let Some(tablets) = features.tablets {
            let said = tablets.said().iter();
            options.extend(said.map(|routing| (routing.name(), vec![String::new()])));
        }
        if features.metadata_id {
            options.push((METADATA_ID, vec![String::new()]));
        }
        Supported::sorted(options)
    }

    /// What a Cassandra 5 node says, of those versions of the protocol that are given.
    pub fn cassandra(versions: &[&str]) -> Self {
        let owned = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect();
        Supported::sorted(vec![
            (VERSIONS, owned(versions)),
            ("COMPRESSION", owned(&["snappy", "lz4"])),
            ("CQL_VERSION", owned(&["3.4.7"])),
        ])
    }

    /// Servers send their options sorted by name.
    fn sorted(mut options: Vec<(&str, Vec<String>)>) -> Self {
        options.sort();
        Supported {
            options: options
                .into_iter()
                .map(|(name, values)| (name.to_owned(), values))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn supported(options: &[(&str, &str)]) -> Supported {
        let options = options
            .iter()
            .map(|(name, value)| (*name, vec![(*value).to_owned()]));
        Supported::sorted(options.collect())
    }

    /// As a ScyllaDB node answers.
    const SCYLLA: [(&str, &str); 11] = [
        ("CQL_VERSION", "3.3.1"),
        (
            "SCYLLA_LWT_ADD_METADATA_MARK",
            "LWT_OPTIMIZATION_META_BIT_MASK=2147483648",
        ),
        ("SCYLLA_NR_SHARDS", "8"),
        (
            "SCYLLA_PARTITIONER",
            "org.apache.cassandra.dht.Murmur3Partitioner",
        ),
        ("SCYLLA_RATE_LIMIT_ERROR", "ERROR_CODE=61440"),
        ("SCYLLA_SHARD", "3"),
        ("SCYLLA_SHARDING_ALGORITHM", "biased-token-round-robin"),
        ("SCYLLA_SHARDING_IGNORE_MSB", "12"),
        ("SCYLLA_SHARD_AWARE_PORT", "19042"),
        ("SCYLLA_USE_METADATA_ID", ""),
        ("TABLETS_ROUTING_V1", ""),
    ];

    fn sharding() -> Sharding {
        Sharding {
            shard: 3,
            shards: NonZeroU16::new(8).unwrap(),
            ignore_msb: 12,
            shard_aware_port: Some(19042),
            shard_aware_port_tls: None,
        }
    }

    #[test]
    fn what_scylladb_says() {
        let supported = supported(&SCYLLA);
        assert_eq!(Sharding::of(&supported), Some(sharding()));
        let offered = Features::offered(&supported);
        assert_eq!(offered, Features::of(Dialect::Scylla));
        let options = vec![
            ("CQL_VERSION", "3.0.0"),
            (
                "SCYLLA_LWT_ADD_METADATA_MARK",
                "LWT_OPTIMIZATION_META_BIT_MASK=2147483648",
            ),
            ("SCYLLA_RATE_LIMIT_ERROR", ""),
            ("TABLETS_ROUTING_V1", ""),
            ("SCYLLA_USE_METADATA_ID", ""),
        ];
        assert_eq!(offered.startup(), options);
        assert_eq!(offered.accepted(&Startup { options }), offered);
        // An older client of a newer server.
        let newer = Features {
            tablets: Some(TabletRouting::V2),
            ..offered
        };
        let options = offered.startup();
        assert_eq!(newer.accepted(&Startup { options }), offered);
        let options = vec![("CQL_VERSION", "3.0.0")];
        let accepted = offered.accepted(&Startup { options });
        assert_eq!(accepted, Features::default());
    }

    #[test]
    fn what_cassandra_says() {
        let supported = Supported::cassandra(&["3/v3", "4/v4"]);
        let names: Vec<&str> = supported
            .options
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(names, ["COMPRESSION", "CQL_VERSION", "PROTOCOL_VERSIONS"]);
        assert_eq!(
            supported.values("PROTOCOL_VERSIONS").unwrap(),
            ["3/v3", "4/v4"]
        );
        assert_eq!(Sharding::of(&supported), None);
        let offered = Features::offered(&supported);
        assert_eq!(offered, Features::of(Dialect::Cassandra));
        assert_eq!(offered.startup(), [("CQL_VERSION", "3.0.0")]);
    }

    #[test]
    fn what_is_said_is_what_is_understood() {
        let tls = Sharding {
            shard_aware_port_tls: Some(19142),
            ..sharding()
        };
        for sharding in [sharding(), tls] {
            for tablets in [None, Some(TabletRouting::V1), Some(TabletRouting::V2)] {
                let features = Features {
                    tablets,
                    ..Features::of(Dialect::Scylla)
                };
                let supported = Supported::scylla(&sharding, &features);
                assert_eq!(Sharding::of(&supported), Some(sharding));
                assert_eq!(Features::offered(&supported), features);
                assert!(supported.options.is_sorted());
                let options = features.startup();
                assert_eq!(features.accepted(&Startup { options }), features);
            }
        }
    }

    #[test]
    fn sharding_that_cannot_be_used() {
        for (name, value) in [
            ("SCYLLA_SHARDING_ALGORITHM", "another"),
            ("SCYLLA_NR_SHARDS", "0"),
            ("SCYLLA_NR_SHARDS", "65536"),
            ("SCYLLA_SHARD", "8"),
            ("SCYLLA_SHARD", ""),
            ("SCYLLA_SHARDING_IGNORE_MSB", "64"),
        ] {
            let changed = SCYLLA.map(|(n, v)| (n, if n == name { value } else { v }));
            assert_eq!(Sharding::of(&supported(&changed)), None, "{name}={value}");
        }
    }
}
