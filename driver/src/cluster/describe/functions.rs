//! User-defined functions and aggregates.

use crate::cluster::record::Record;
use crate::topology::{AggregateInfo, FunctionInfo};
use crate::value::Type;

use super::types::{Types, parse};
use super::{Complaints, named};

/// The functions of a keyspace, by name and arguments.
pub(super) fn read(
    keyspace: &str,
    records: &[Record<'_>],
    types: &Types,
    complaints: &mut Complaints,
) -> Vec<FunctionInfo> {
    let function = |record: &Record<'_>| {
        let names: Vec<String> = record.read("argument_names").unwrap_or_default();
        Some(FunctionInfo {
            keyspace: keyspace.to_owned(),
            name: named(record, "function_name", complaints)?,
            arguments: names.into_iter().zip(arguments(record, types)).collect(),
            returns: ty(&record.text("return_type"), types),
            language: record.text("language"),
            body: record.text("body"),
            called_on_null: record.read("called_on_null_input").unwrap_or(false),
        })
    };
    let mut all: Vec<FunctionInfo> = records.iter().filter_map(function).collect();
    all.sort_by_cached_key(|f| (f.name.clone(), format!("{:?}", f.arguments)));
    all
}

/// The aggregates of a keyspace, by name and arguments.
pub(super) fn aggregates(
    keyspace: &str,
    records: &[Record<'_>],
    types: &Types,
    complaints: &mut Complaints,
) -> Vec<AggregateInfo> {
    let aggregate = |record: &Record<'_>| {
        Some(AggregateInfo {
            keyspace: keyspace.to_owned(),
            name: named(record, "aggregate_name", complaints)?,
            arguments: arguments(record, types),
            returns: ty(&record.text("return_type"), types),
            state_function: record.text("state_func"),
            state: ty(&record.text("state_type"), types),
            final_function: record.read("final_func"),
            initial: record.read("initcond"),
        })
    };
    let mut all: Vec<AggregateInfo> = records.iter().filter_map(aggregate).collect();
    all.sort_by_cached_key(|a| (a.name.clone(), format!("{:?}", a.arguments)));
    all
}

fn arguments(record: &Record<'_>, types: &Types) -> Vec<Type> {
    let texts: Vec<String> = record.read("argument_types").unwrap_or_default();
    texts.iter().map(|text| ty(text, types)).collect()
}

fn ty(text: &str, types: &Types) -> Type {
    parse(text, &|name| types.get(name).cloned())
}
