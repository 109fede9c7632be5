//! Requests of all kinds, in both versions.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use scylla_orm_driver::frame::request::{
    AuthResponse, Batch, BatchKind, BatchSource, BatchStatement, Execute, Options, Prepare, Query,
    Register, Request, Startup,
};
use scylla_orm_driver::frame::{Consistency, Features, Flags, Params, Values, Version};
use scylla_orm_driver::wire::{Cell, put_string, put_value};

use super::arbitrary::{blob, consistency, features, quiet, text};

/// What parameters are made of: they borrow.
#[derive(Debug, Clone)]
struct Parts {
    consistency: Consistency,
    values: (u16, bool, Vec<u8>),
    skip_metadata: bool,
    page_size: Option<i32>,
    paging_state: Option<Vec<u8>>,
    serial_consistency: Option<Consistency>,
    timestamp: Option<i64>,
    keyspace: Option<String>,
    now_in_seconds: Option<i32>,
}

/// Null, unset or bytes, each with a name or none.
fn values() -> impl Strategy<Value = (u16, bool, Vec<u8>)> {
    let value = (text(), option::weighted(0.8, blob()), any::<bool>());
    (vec(value, 0..5), any::<bool>()).prop_map(|(values, named)| {
        let mut out = Vec::new();
        for (name, value, unset) in &values {
            if named {
                put_string(&mut out, name, "name").unwrap();
            }
            let cell = match (value, unset) {
                (Some(bytes), _) => Cell::Value(bytes),
                (None, true) => Cell::Unset,
                (None, false) => Cell::Null,
            };
            put_value(&mut out, cell, "value").unwrap();
        }
        (u16::try_from(values.len()).unwrap(), named, out)
    })
}

fn parts() -> impl Strategy<Value = Parts> {
    let paging = (any::<bool>(), option::of(any::<i32>()), option::of(blob()));
    let when = (option::of(any::<i64>()), option::of(any::<i32>()));
    let levels = (consistency(), option::of(consistency()));
    (levels, values(), paging, when, option::of(text())).prop_map(
        |((consistency, serial_consistency), values, paging, when, keyspace)| Parts {
            consistency,
            values,
            skip_metadata: paging.0,
            page_size: paging.1,
            paging_state: paging.2,
            serial_consistency,
            timestamp: when.0,
            keyspace,
            now_in_seconds: when.1,
        },
    )
}

impl Parts {
    fn values(&self) -> Values<'_> {
        match &self.values {
            (0, ..) => Values::default(),
            (count, true, bytes) => Values::named(*count, bytes),
            (count, false, bytes) => Values::new(*count, bytes),
        }
    }

    fn params(&self, features: &Features) -> Params<'_> {
        // Version 4 has no way to say these.
        let newer = features.version >= Version::V5;
        Params {
            consistency: self.consistency,
            values: self.values(),
            skip_metadata: self.skip_metadata,
            page_size: self.page_size,
            paging_state: self.paging_state.as_deref(),
            serial_consistency: self.serial_consistency,
            timestamp: self.timestamp,
            keyspace: self.keyspace.as_deref().filter(|_| newer),
            now_in_seconds: self.now_in_seconds.filter(|_| newer),
        }
    }
}

/// Written, read as the same, and written again to the same bytes; one byte less is no request.
fn check(request: &Request<'_>, features: &Features) -> Result<(), TestCaseError> {
    let mut body = Vec::new();
    request.encode(features, &mut body).unwrap();
    let read = Request::decode(request.opcode(), Flags::NONE, &body, features);
    prop_assert_eq!(read.as_ref(), Ok(request));
    if let Some((_, short)) = body.split_last() {
        let read = Request::decode(request.opcode(), Flags::NONE, short, features);
        prop_assert_ne!(read.as_ref(), Ok(request));
    }
    Ok(())
}

proptest! {
    #![proptest_config(quiet())]

    #[test]
    fn query_and_execute(text in text(), ids in (blob(), blob()), parts in parts(), features in features()) {
        let params = parts.params(&features);
        check(&Request::Query(Query { text: &text, params }), &features)?;
        let result_id = if features.has_result_ids() { &ids.1[..] } else { &[] };
        check(&Request::Execute(Execute { id: &ids.0, result_id, params, tablet: 0 }), &features)?;
    }

    #[test]
    fn prepare(text in text(), keyspace in option::of(text()), features in features()) {
        let keyspace = keyspace.as_deref().filter(|_| features.version >= Version::V5);
        check(&Request::Prepare(Prepare { text: &text, keyspace }), &features)?;
    }

    #[test]
    fn batch(
        kind in prop_oneof![Just(BatchKind::Logged), Just(BatchKind::Unlogged), Just(BatchKind::Counter)],
        statements in vec((text(), option::of(blob()), values()), 0..5),
        parts in parts(),
        features in features(),
    ) {
        let params = parts.params(&features);
        let statements = statements.iter().map(|(text, id, (count, named, bytes))| BatchStatement {
            source: match id {
                Some(id) => BatchSource::Prepared(id),
                None => BatchSource::Text(text),
            },
            // A batch's values have no names.
            values: match named {
                false => Values::new(*count, bytes),
                true => Values::default(),
            },
        });
        let batch = Batch {
            kind,
            statements: statements.collect(),
            consistency: params.consistency,
            serial_consistency: params.serial_consistency,
            timestamp: params.timestamp,
            keyspace: params.keyspace,
            now_in_seconds: params.now_in_seconds,
        };
        check(&Request::Batch(batch), &features)?;
    }

    #[test]
    fn handshake(options in vec((text(), text()), 0..5), token in option::of(blob()), features in features()) {
        let both: Vec<(&str, &str)> = options.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let events = both.iter().map(|(name, _)| *name).collect();
        check(&Request::Startup(Startup { options: both }), &features)?;
        check(&Request::Register(Register { events }), &features)?;
        check(&Request::AuthResponse(AuthResponse { token: token.as_deref() }), &features)?;
        check(&Request::Options(Options), &features)?;
    }
}
