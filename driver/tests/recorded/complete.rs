//! The recordings have something of everything, so that none of it goes missing unseen.

use std::collections::BTreeSet;

use scylla_orm_driver::frame::response::{Event, QueryResult, Response};
use scylla_orm_driver::frame::{Opcode, Version};
use scylla_orm_driver::value::Type;

use super::tape;

const VERSIONS: [Version; 2] = [Version::V4, Version::V5];

fn check(what: &str, found: &BTreeSet<String>, expected: &[&str]) {
    let missing: Vec<_> = expected
        .iter()
        .filter(|name| !found.contains(**name))
        .collect();
    assert!(
        missing.is_empty(),
        "no recording has {what} {missing:?}; they have {found:?}"
    );
}

fn responses() -> Vec<(Version, Response)> {
    let frames = tape::all()
        .into_iter()
        .filter(|frame| frame.header.response);
    let read = |frame: tape::Recorded| {
        (
            frame.features.version,
            frame.response(frame.body()).unwrap().1,
        )
    };
    frames.map(read).collect()
}

#[test]
fn messages() {
    let found = tape::all()
        .iter()
        .map(|frame| format!("{} {}", frame.features.version, frame.header.opcode))
        .collect();
    for version in VERSIONS {
        // Cassandra's own authenticators never ask twice.
        let all = (0..=0x10)
            .filter_map(|byte| Opcode::try_from(byte).ok())
            .filter(|o| *o != Opcode::AuthChallenge);
        let expected: Vec<_> = all.map(|opcode| format!("{version} {opcode}")).collect();
        check(
            "messages",
            &found,
            &expected.iter().map(String::as_str).collect::<Vec<_>>(),
        );
    }
}

#[test]
fn results_and_events() {
    let (mut results, mut events) = (BTreeSet::new(), BTreeSet::new());
    for (_, response) in responses() {
        match response {
            Response::Result(result) => results.insert(first_word(&result)),
            Response::Event(Event::Schema(change)) => {
                events.insert(format!("{:?} {}", change.kind, first_word(&change.target)))
            }
            _ => continue,
        };
    }
    check(
        "results",
        &results,
        &["Void", "Rows", "SetKeyspace", "Prepared", "SchemaChange"],
    );
    let mut expected = Vec::new();
    for target in ["Keyspace", "Table", "Type", "Function", "Aggregate"] {
        expected.extend([format!("Created {target}"), format!("Dropped {target}")]);
    }
    expected.extend(["Keyspace", "Table", "Type"].map(|target| format!("Updated {target}")));
    check(
        "events",
        &events,
        &expected.iter().map(String::as_str).collect::<Vec<_>>(),
    );
}

#[test]
fn errors() {
    let mut found = BTreeSet::new();
    for (_, response) in responses() {
        if let Response::Error(error) = response {
            found.insert(first_word(&error.kind));
        }
    }
    let expected = [
        "Protocol",
        "BadCredentials",
        "Unavailable",
        "Overloaded",
        "ReadFailure",
        "FunctionFailure",
        "Syntax",
        "Unauthorized",
        "Invalid",
        "Config",
        "AlreadyExists",
        "Unprepared",
    ];
    check("errors", &found, &expected);
}

#[test]
fn prefixes_and_pages() {
    let mut found = BTreeSet::new();
    for frame in tape::all().iter().filter(|frame| frame.header.response) {
        let (prefix, response) = frame.response(frame.body()).unwrap();
        let mut note = |there: bool, what: &str| {
            if there {
                found.insert(what.to_owned());
            }
        };
        note(prefix.tracing.is_some(), "tracing");
        note(!prefix.warnings.is_empty(), "warnings");
        note(
            prefix.tracing.is_some() && !prefix.warnings.is_empty(),
            "both",
        );
        if let Response::Result(QueryResult::Rows(rows)) = &response {
            note(rows.metadata.paging_state.is_some(), "page");
            note(tape::skips_columns(frame, &prefix), "skipped");
            note(rows.count == 0, "none");
        }
    }
    check(
        "prefixes and pages",
        &found,
        &["tracing", "warnings", "both", "page", "skipped", "none"],
    );
}

#[test]
fn types() {
    let mut found = BTreeSet::new();
    for (_, response) in responses() {
        let columns = match &response {
            Response::Result(QueryResult::Rows(rows)) => &rows.metadata.columns,
            Response::Result(QueryResult::Prepared(prepared)) => &prepared.markers,
            _ => continue,
        };
        columns
            .iter()
            .for_each(|column| note(&column.ty, &mut found));
    }
    let expected = [
        "Ascii",
        "BigInt",
        "Blob",
        "Boolean",
        "Counter",
        "Date",
        "Decimal",
        "Double",
        "Duration",
        "Float",
        "Inet",
        "Int",
        "SmallInt",
        "Text",
        "Time",
        "Timestamp",
        "TimeUuid",
        "TinyInt",
        "Uuid",
        "VarInt",
        "List",
        "Set",
        "Map",
        "Tuple",
        "User",
        "Vector",
        "Custom",
    ];
    check("types", &found, &expected);
}

fn note(ty: &Type, found: &mut BTreeSet<String>) {
    found.insert(first_word(ty));
    match ty {
        Type::List(t) | Type::Set(t) | Type::Vector(t, _) => note(t, found),
        Type::Map(k, v) => [k, v].into_iter().for_each(|t| note(t, found)),
        Type::Tuple(types) => types.iter().for_each(|t| note(t, found)),
        Type::User(user) => user.fields.iter().for_each(|(_, t)| note(t, found)),
        _ => {}
    }
}

/// The name of a variant.
fn first_word(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let end = text
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(text.len());
    text[..end].to_owned()
}
