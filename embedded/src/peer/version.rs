//! Which versions of the protocol a connection is served in, and how others are refused.

use bytes::BytesMut;
use scylla_orm_driver::frame::response::{ServerError, ServerErrorKind};
use scylla_orm_driver::frame::{Flags, Header, Version};

use crate::flavor::Flavor;
use crate::peer::answer::{Answer, Format};
use crate::peer::{Peer, Stage, Then};

/// What Cassandra 5 says that it speaks. The oldest and the newest are listed as it does, and refused.
pub(super) const CASSANDRA: [&str; 4] = ["3/v3", "4/v4", "5/v5", "6/v6-beta"];

/// The version that is a beta in Cassandra 5.
const BETA: u8 = 6;

impl Peer {
    /// Takes the version of a request for that of the connection. The first ones may differ: a client can ask in one what
    /// it may use, and begin in another.
    pub(super) fn accept_version(&mut self, header: &Header) -> Result<(), ServerError> {
        let (newest, fresh) = (self.newest(), self.stage == Stage::Fresh);
        match Version::try_from(header.version) {
            Ok(version) if version <= newest && fresh => {
                self.format.features.version = version;
                Ok(())
            }
            Ok(version) if version == self.format.features.version => Ok(()),
            Ok(version) if version <= newest => {
                let (got, before) = (version.number(), self.format.features.version.number());
                Err(ServerError::new(
                    ServerErrorKind::Protocol,
                    format!(
                        "Invalid message version. Got {got}/v{got} but previous messages on this connection had version {before}/v{before}"
                    ),
                ))
            }
            _ => Err(self.unsupported(header.version, header.flags)),
        }
    }

    /// ScyllaDB closes after this. Cassandra drops what has come, and leaves the rest to the client.
    pub(super) fn refuse_version(
        &self,
        error: ServerError,
        version: u8,
        read: &mut BytesMut,
        write: &mut Vec<u8>,
    ) -> Then {
        let mut format = Format::default();
        format.features.version = self.newest();
        let at = write.len();
        Answer::error(error).put(0, &format, write);
        if self.is_beta(version)
            && let Some(header) = write.get_mut(at..at + 2)
        {
            header.copy_from_slice(&[BETA | 0x80, Flags::BETA.0]);
        }
        match (self.shared.flavor, self.stage) {
            (Flavor::Cassandra, Stage::Fresh) => {
                read.clear();
                Then::Continue
            }
            _ => Then::Close,
        }
    }

    /// The error that answers a version which is not served here.
    pub(super) fn unsupported(&self, version: u8, flags: Flags) -> ServerError {
        let text = match self.shared.flavor {
            Flavor::Scylla => format!("Invalid or unsupported protocol version: {version}"),
            Flavor::Cassandra if version == BETA && !flags.has(Flags::BETA) => {
                "Beta version of the protocol used (6/v6-beta), but USE_BETA flag is unset"
                    .to_owned()
            }
            Flavor::Cassandra => format!(
                "Invalid or unsupported protocol version ({version}); supported versions are ({})",
                CASSANDRA.join(", ")
            ),
        };
        ServerError::new(ServerErrorKind::Protocol, text)
    }

    fn is_beta(&self, version: u8) -> bool {
        version == BETA && self.shared.flavor == Flavor::Cassandra
    }

    fn newest(&self) -> Version {
        self.shared.flavor.pick(Version::V4, Version::V5)
    }
}
