//! EVENT: something happened in the cluster.

use std::fmt;
use std::net::SocketAddr;

use super::SchemaChange;
use crate::frame::Opcode;
use crate::wire::{Malformed, Reader, TooLong, Why, put_inet, put_string, put_string_list};

/// Something happened in the cluster. Sent without being asked, on stream −1, after REGISTER.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A node came, went or moved.
    Topology {
        /// Which of these.
        change: TopologyChange,
        /// The node's address for clients.
        node: SocketAddr,
    },
    /// A node is up or down, as the server sees it.
    Status {
        /// Whether it is up.
        up: bool,
        /// The node's address for clients.
        node: SocketAddr,
    },
    /// The schema changed.
    Schema(SchemaChange),
    /// Addresses by which clients of some networks reach nodes have changed (ScyllaDB since 2026.1).
    ClientRoutes {
        /// What has happened; `UPDATE_NODES` is all that there is.
        change: String,
        /// The connections, as `system.client_routes` names them.
        connections: Vec<String>,
        /// The host ids of the nodes, as text.
        hosts: Vec<String>,
    },
    /// An event of a type that this crate does not know; its content is not read.
    Unknown {
        /// The type, as the server spells it.
        kind: String,
    },
}

/// What happened to a node's place in the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TopologyChange {
    /// It joined.
    NewNode,
    /// It left.
    RemovedNode,
    /// Its tokens changed.
    MovedNode,
}

/// The types of events that REGISTER can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// `TOPOLOGY_CHANGE`
    Topology,
    /// `STATUS_CHANGE`
    Status,
    /// `SCHEMA_CHANGE`
    Schema,
    /// `CLIENT_ROUTES_CHANGE`: servers that do not know it refuse the whole of REGISTER.
    ClientRoutes,
}

impl Event {
    /// EVENT
    pub const OPCODE: Opcode = Opcode::Event;

    /// The type to register for, unless it is unknown.
    pub fn kind(&self) -> Option<EventKind> {
        match self {
            Event::Topology { .. } => Some(EventKind::Topology),
            Event::Status { .. } => Some(EventKind::Status),
            Event::Schema(_) => Some(EventKind::Schema),
            Event::ClientRoutes { .. } => Some(EventKind::ClientRoutes),
            Event::Unknown { .. } => None,
        }
    }

    /// Appends its body.
    ///
    /// # Errors
    /// If a name is longer than 65,535 bytes.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), TooLong> {
        if let Some(kind) = self.kind() {
            put_string(out, kind.name(), "event")?;
        }
        match self {
            Event::Topology { change, node } => {
                let change = match change {
                    TopologyChange::NewNode => "NEW_NODE",
                    TopologyChange::RemovedNode => "REMOVED_NODE",
                    TopologyChange::MovedNode => "MOVED_NODE",
                };
                put_string(out, change, "change")?;
                put_inet(out, *node);
                Ok(())
            }
            Event::Status { up, node } => {
                put_string(out, if *up { "UP" } else { "DOWN" }, "status")?;
                put_inet(out, *node);
                Ok(())
            }
            Event::Schema(change) => change.encode(out),
            Event::ClientRoutes {
                change,
                connections,
                hosts,
            } => {
                put_string(out, change, "change")?;
                put_string_list(out, connections, "connections")?;
                put_string_list(out, hosts, "hosts")
            }
            Event::Unknown { kind } => put_string(out, kind, "event"),
        }
    }

    /// Reads its body.
    ///
    /// # Errors
    /// If it is of a known type and cut short, or says something that the type does not define.
    pub fn decode(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let kind = reader.string("event")?;
        match EventKind::named(kind) {
            Some(EventKind::Topology) => {
                let at = reader.clone();
                let change = match reader.string("change")? {
                    "NEW_NODE" => TopologyChange::NewNode,
                    "REMOVED_NODE" => TopologyChange::RemovedNode,
                    "MOVED_NODE" => TopologyChange::MovedNode,
                    _ => return Err(at.malformed("change", Why::Unknown)),
                };
                let node = reader.inet("node")?;
                Ok(Event::Topology { change, node })
            }
            Some(EventKind::Status) => {
                let at = reader.clone();
                let up = match reader.string("status")? {
                    "UP" => true,
                    "DOWN" => false,
                    _ => return Err(at.malformed("status", Why::Unknown)),
                };
                let node = reader.inet("node")?;
                Ok(Event::Status { up, node })
            }
            Some(EventKind::Schema) => SchemaChange::decode(reader).map(Event::Schema),
            Some(EventKind::ClientRoutes) => {
                let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
                Ok(Event::ClientRoutes {
                    change: reader.string("change")?.to_owned(),
                    connections: owned(reader.string_list("connections")?),
                    hosts: owned(reader.string_list("hosts")?),
                })
            }
            None => Ok(Event::Unknown {
                kind: kind.to_owned(),
            }),
        }
    }
}

impl EventKind {
    /// Those that every server knows.
    pub const ALL: [EventKind; 3] = [EventKind::Topology, EventKind::Status, EventKind::Schema];

    /// As the protocol spells it.
    pub fn name(self) -> &'static str {
        match self {
            EventKind::Topology => "TOPOLOGY_CHANGE",
            EventKind::Status => "STATUS_CHANGE",
            EventKind::Schema => "SCHEMA_CHANGE",
            EventKind::ClientRoutes => "CLIENT_ROUTES_CHANGE",
        }
    }

    /// The one that the protocol spells so.
    pub fn named(name: &str) -> Option<EventKind> {
        let mut all = EventKind::ALL.into_iter().chain([EventKind::ClientRoutes]);
        all.find(|kind| kind.name() == name)
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::response::{Response, SchemaChangeKind, SchemaTarget};
    use crate::frame::{Features, check};

    fn check(event: Event, body: &str) {
        check::response(&Features::default(), &Response::Event(event), body);
    }

    #[test]
    fn bytes() {
        let node = "127.0.0.2:9042".parse().unwrap();
        check(
            Event::Status { up: false, node },
            "000d5354415455535f4348414e4745 0004444f574e 04 7f000002 00002352",
        );
        let node = "[::1]:9042".parse().unwrap();
        check(
            Event::Status { up: true, node },
            "000d5354415455535f4348414e4745 00025550 10 00000000000000000000000000000001 00002352",
        );
        for (change, name) in [
            (TopologyChange::NewNode, "0008 4e45575f4e4f4445"),
            (TopologyChange::RemovedNode, "000c 52454d4f5645445f4e4f4445"),
            (TopologyChange::MovedNode, "000a 4d4f5645445f4e4f4445"),
        ] {
            let node = "10.0.0.1:19042".parse().unwrap();
            check(
                Event::Topology { change, node },
                &format!("000f544f504f4c4f47595f4348414e4745 {name} 04 0a000001 00004a62"),
            );
        }
        let change = SchemaChange {
            kind: SchemaChangeKind::Created,
            keyspace: "ks".to_owned(),
            target: SchemaTarget::Keyspace,
        };
        check(
            Event::Schema(change),
            "000d534348454d415f4348414e4745 0007 43524541544544 0008 4b45595350414345 0002 6b73",
        );
        let routes = Event::ClientRoutes {
            change: "UPDATE_NODES".to_owned(),
            connections: vec!["a".to_owned()],
            hosts: Vec::new(),
        };
        check(
            routes,
            "0014434c49454e545f524f555445535f4348414e4745 000c5550444154455f4e4f444553 0001 0001 61 0000",
        );
    }

    #[test]
    fn an_unknown_type_is_no_error_and_an_unknown_change_is_one() {
        let read = |body: &str| Event::decode(&mut Reader::new(&check::hex(body)));
        let kind = "NEW".to_owned();
        assert_eq!(read("0003 4e4557 01020304"), Ok(Event::Unknown { kind }));
        let error = read("000d5354415455535f4348414e4745 00025551 04 7f000002 00002352");
        assert_eq!(
            error.map_err(|e| (e.field, e.why)),
            Err(("status", Why::Unknown))
        );
    }
}
