//! Responses of all kinds, in both versions, with all that may stand before them.

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use scylla_orm_driver::frame::response::{
    AuthChallenge, AuthSuccess, Authenticate, Event, Metadata, Prefix, Prepared, QueryResult,
    Ready, Response, Rows, SchemaChange, SchemaChangeKind, SchemaTarget, ServerError,
    ServerErrorKind as Kind, Supported, TopologyChange, WriteType,
};
use scylla_orm_driver::frame::{Features, Version};

use super::arbitrary::{bytes, columns, consistency, features, quiet, text};

fn prefix() -> impl Strategy<Value = Prefix> {
    let payload = vec((text(), option::of(bytes())), 0..3);
    (option::of(any::<u128>()), vec(text(), 0..3), payload).prop_map(
        |(tracing, warnings, payload)| Prefix {
            tracing: tracing.map(uuid::Uuid::from_u128),
            warnings,
            payload,
        },
    )
}

fn metadata() -> impl Strategy<Value = Metadata> {
    (columns(), option::of(bytes())).prop_map(|(columns, paging_state)| {
        let mut metadata = Metadata::new(columns.into());
        metadata.paging_state = paging_state;
        metadata
    })
}

/// Rows whose cells are any bytes: a message does not look into them.
fn rows() -> impl Strategy<Value = QueryResult> {
    metadata().prop_flat_map(|metadata| {
        let row = vec(option::of(bytes()), metadata.columns.len());
        vec(row, 0..4)
            .prop_map(move |rows| QueryResult::Rows(Rows::new(metadata.clone(), rows).unwrap()))
    })
}

fn prepared() -> impl Strategy<Value = QueryResult> {
    (
        bytes(),
        columns(),
        option::of(metadata()),
        vec(0..4_u16, 0..3),
    )
        .prop_map(|(id, markers, result, partition_key)| {
            let mut result = result.unwrap_or(Metadata::new([].into()));
            result.paging_state = None;
            QueryResult::Prepared(Prepared {
                id,
                result_id: Bytes::new(),
                markers: markers.into(),
                partition_key,
                lwt: false,
                result,
            })
        })
}

fn schema_change() -> impl Strategy<Value = SchemaChange> {
    let kind = prop_oneof![
        Just(SchemaChangeKind::Created),
        Just(SchemaChangeKind::Updated),
        Just(SchemaChangeKind::Dropped)
    ];
    let routine = || (text(), vec(text(), 0..3));
    let target = prop_oneof![
        Just(SchemaTarget::Keyspace),
        text().prop_map(SchemaTarget::Table),
        text().prop_map(SchemaTarget::Type),
        routine().prop_map(|(name, arguments)| SchemaTarget::Function { name, arguments }),
        routine().prop_map(|(name, arguments)| SchemaTarget::Aggregate { name, arguments }),
    ];
    (kind, text(), target).prop_map(|(kind, keyspace, target)| SchemaChange {
        kind,
        keyspace,
        target,
    })
}

fn event() -> impl Strategy<Value = Event> {
    let node = || (any::<IpAddr>(), any::<u16>()).prop_map(|(ip, port)| SocketAddr::new(ip, port));
    let change = prop_oneof![
        Just(TopologyChange::NewNode),
        Just(TopologyChange::RemovedNode),
        Just(TopologyChange::MovedNode)
    ];
    prop_oneof![
        (change, node()).prop_map(|(change, node)| Event::Topology { change, node }),
        (any::<bool>(), node()).prop_map(|(up, node)| Event::Status { up, node }),
        schema_change().prop_map(Event::Schema),
        "[a-z]{0,9}".prop_map(|kind| Event::Unknown { kind }),
    ]
}

fn simple_kind() -> impl Strategy<Value = Kind> {
    proptest::sample::select(vec![
        Kind::Server,
        Kind::Protocol,
        Kind::BadCredentials,
        Kind::Overloaded,
        Kind::Bootstrapping,
        Kind::Truncate,
        Kind::CdcWriteFailure,
        Kind::Syntax,
        Kind::Unauthorized,
        Kind::Invalid,
        Kind::Config,
        Kind::Unknown { code: 0x7777 },
    ])
}

fn kind() -> impl Strategy<Value = Kind> {
    let write = || {
        let known = ["SIMPLE", "BATCH", "COUNTER", "CAS", "VIEW", "CDC", "else"];
        proptest::sample::select(known.to_vec()).prop_map(WriteType::named)
    };
    let replicas = || (consistency(), any::<i32>(), any::<i32>());
    let failed = || vec((any::<IpAddr>(), any::<u16>()), 0..4);
    prop_oneof![
        simple_kind(),
        replicas().prop_map(|(consistency, required, alive)| Kind::Unavailable {
            consistency,
            required,
            alive
        }),
        (replicas(), write()).prop_map(|((consistency, received, required), write)| {
            Kind::WriteTimeout {
                consistency,
                received,
                required,
                write,
            }
        }),
        (replicas(), any::<bool>()).prop_map(
            |((consistency, received, required), data_present)| Kind::ReadTimeout {
                consistency,
                received,
                required,
                data_present
            }
        ),
        (replicas(), failed(), any::<bool>()).prop_map(
            |((consistency, received, required), reasons, data_present)| {
                Kind::ReadFailure {
                    consistency,
                    received,
                    required,
                    failures: count(&reasons),
                    reasons,
                    data_present,
                }
            }
        ),
        (replicas(), failed(), write()).prop_map(
            |((consistency, received, required), reasons, write)| {
                Kind::WriteFailure {
                    consistency,
                    received,
                    required,
                    failures: count(&reasons),
                    reasons,
                    write,
                }
            }
        ),
        replicas().prop_map(|(consistency, received, required)| Kind::CasWriteUnknown {
            consistency,
            received,
            required
        }),
        (text(), text(), vec(text(), 0..3)).prop_map(|(keyspace, function, arguments)| {
            Kind::FunctionFailure {
                keyspace,
                function,
                arguments,
            }
        }),
        (text(), text()).prop_map(|(keyspace, table)| Kind::AlreadyExists { keyspace, table }),
        bytes().prop_map(|id| Kind::Unprepared { id }),
        (any::<bool>(), any::<bool>()).prop_map(|(write, by_coordinator)| Kind::RateLimited {
            write,
            by_coordinator
        }),
    ]
}

fn count(reasons: &[(IpAddr, u16)]) -> i32 {
    i32::try_from(reasons.len()).unwrap()
}

/// Version 4 says how many nodes have failed, but not which; what was not negotiated comes as something else.
fn as_said(kind: Kind, features: &Features) -> Kind {
    let mut kind = kind;
    match &mut kind {
        Kind::ReadFailure { reasons, .. } | Kind::WriteFailure { reasons, .. }
            if features.version < Version::V5 =>
        {
            reasons.clear();
        }
        Kind::RateLimited { .. } if features.rate_limit_error.is_none() => return Kind::Config,
        _ => {}
    }
    kind
}

fn response() -> impl Strategy<Value = Response> {
    let result = prop_oneof![
        1 => Just(QueryResult::Void),
        6 => rows(),
        4 => prepared(),
        1 => text().prop_map(QueryResult::SetKeyspace),
        2 => schema_change().prop_map(QueryResult::SchemaChange),
    ];
    prop_oneof![
        8 => result.prop_map(Response::Result),
        8 => (kind(), text()).prop_map(|(kind, message)| Response::Error(ServerError { kind, message })),
        4 => event().prop_map(Response::Event),
        1 => Just(Response::Ready(Ready)),
        1 => text().prop_map(|class| Response::Authenticate(Authenticate { class })),
        1 => vec((text(), vec(text(), 0..3)), 0..5).prop_map(|options| Response::Supported(Supported { options })),
        1 => option::of(bytes()).prop_map(|token| Response::AuthChallenge(AuthChallenge { token })),
        1 => option::of(bytes()).prop_map(|token| Response::AuthSuccess(AuthSuccess { token })),
    ]
}

proptest! {
    #![proptest_config(quiet())]

    #[test]
    fn a_response_is_read_as_it_was_written(prefix in prefix(), response in response(), features in features()) {
        let expected = match response.clone() {
            Response::Error(error) => Response::Error(ServerError { kind: as_said(error.kind, &features), ..error }),
            other => other,
        };
        let mut body = Vec::new();
        prefix.encode(&mut body).unwrap();
        response.encode(&features, &mut body).unwrap();
        let read = |body: Vec<u8>| Response::decode(response.opcode(), prefix.flags(), body.into(), &features, None);
        prop_assert_eq!(read(body.clone()), Ok((prefix.clone(), expected)));
        // The last byte belongs to the message, unless rows end with a cell, which is not looked at.
        body.pop();
        if let (false, Ok((_, again))) = (body.is_empty(), read(body)) {
            prop_assert_ne!(again, response);
        }
    }
}
