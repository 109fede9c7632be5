//! The beginning of a connection: OPTIONS, STARTUP, AUTH_RESPONSE.

use scylla_orm_driver::frame::request::{AuthResponse, Request, Startup};
use scylla_orm_driver::frame::response::{
    AuthSuccess, Authenticate, Response, ServerError, ServerErrorKind, Supported,
};
use scylla_orm_driver::frame::segment::Form;
use scylla_orm_driver::frame::{Compression, Dialect, Features, Sharding};

use crate::catalog::nodes::IGNORE_MSB;
use crate::flavor::Flavor;
use crate::node::Shared;
use crate::peer::answer::{Answer, Format};
use crate::peer::{Peer, Stage, version};

impl Shared {
    /// What the embedded server offers.
    pub(super) fn offered(&self) -> Features {
        let mut features = Features::of(dialect(self.flavor));
        features.tablets = features.tablets.and(self.tablets);
        features
    }
}

impl Peer {
    /// A request before the connection is open for statements.
    pub(super) fn greet(&mut self, request: &Request<'_>) -> Answer {
        match (self.stage, request) {
            (Stage::Fresh, Request::Startup(startup)) => self.start(startup),
            (Stage::Fresh, Request::Options(_)) => {
                Answer::of(Response::Supported(self.supported()))
            }
            (Stage::Authenticating, Request::AuthResponse(response)) => self.authenticate(response),
            (Stage::Fresh, other) => {
                Answer::error(self.unexpected(other.opcode(), Some("STARTUP or OPTIONS")))
            }
            (_, other) => Answer::error(self.unexpected(other.opcode(), Some("SASL_RESPONSE"))),
        }
    }

    /// What SUPPORTED says here.
    pub(super) fn supported(&self) -> Supported {
        let node = self.place();
        let shard_aware = node.shard_aware.map(|address| address.port());
        let (plain, tls) = self.shared.speaks();
        let mut supported = match self.shared.flavor {
            Flavor::Cassandra => Supported::cassandra(&version::CASSANDRA),
            Flavor::Scylla => {
                let sharding = Sharding {
                    shard: self.shard,
                    shards: node.shard_count,
                    ignore_msb: IGNORE_MSB,
                    shard_aware_port: shard_aware.filter(|_| plain),
                    shard_aware_port_tls: shard_aware.filter(|_| tls),
                };
                Supported::scylla(&sharding, &self.shared.offered())
            }
        };
        if self.shared.flavor == Flavor::Scylla {
            let host_id = node.host_id.to_string();
            supported
                .options
                .push(("SCYLLA_HOST_ID".to_owned(), vec![host_id]));
            supported.options.sort();
        }
        supported
    }

    fn start(&mut self, startup: &Startup<'_>) -> Answer {
        if startup.option("CQL_VERSION").is_none() && self.shared.flavor == Flavor::Cassandra {
            return refused(
                ServerErrorKind::Protocol,
                "Missing value CQL_VERSION in STARTUP message",
            );
        }
        let version = self.format.features.version;
        let compression = match startup
            .option("COMPRESSION")
            .map(|name| (name, Compression::named(name)))
        {
            None => None,
            Some((name, None)) => {
                let text = format!("Unknown compression algorithm: {name}");
                return refused(ServerErrorKind::Protocol, &text);
            }
            Some((_, Some(compression))) if !compression.is_of(version) => {
                let text = "Snappy compression is not supported in protocol V5";
                return refused(ServerErrorKind::Protocol, text);
            }
            Some((_, compression)) => compression,
        };
        self.segments.begin(Form::of(version, compression));
        self.format = Format {
            features: self.shared.offered().accepted(startup),
            compression: compression.filter(|_| !self.segments.have_begun()),
        };
        self.format.features.version = version;
        if self.shared.engine.asks_who() {
            self.stage = Stage::Authenticating;
            let class = Authenticate::PASSWORD.to_owned();
            return Answer::of(Response::Authenticate(Authenticate { class }));
        }
        self.stage = Stage::Ready;
        Answer::ready()
    }

    fn authenticate(&mut self, response: &AuthResponse<'_>) -> Answer {
        let (user, password) = response.credentials().unwrap_or_default();
        let datacenter = &self.place().datacenter;
        match self.shared.engine.log_in(user, password, datacenter) {
            Ok(()) => {
                self.user = Some(user.into());
                self.stage = Stage::Ready;
                Answer::of(Response::AuthSuccess(AuthSuccess { token: None }))
            }
            Err(failure) => Answer::last(failure.into()),
        }
    }
}

/// An error after which the connection ends.
fn refused(kind: ServerErrorKind, text: &str) -> Answer {
    Answer::last(ServerError::new(kind, text))
}

fn dialect(flavor: Flavor) -> Dialect {
    match flavor {
        Flavor::Scylla => Dialect::Scylla,
        Flavor::Cassandra => Dialect::Cassandra,
    }
}
