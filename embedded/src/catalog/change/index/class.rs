//! The class of an index, and the options that classes have.

use std::collections::BTreeMap;

use scylla_orm_driver::value::Type;

use crate::catalog::table::{Column, is_attached};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::ddl::{CreateIndex, PropertyValue};

type Options = BTreeMap<Box<str>, Box<str>>;

/// What an index stored with the table does to texts before it compares them.
const ANALYZERS: [&str; 3] = ["case_sensitive", "normalize", "ascii"];

/// What is told of an index of vectors.
const VECTORS: [&str; 4] = [
    "construction_beam_width",
    "maximum_node_connections",
    "optimize_for",
    "similarity_function",
];

/// The class as the statement names it; those that exist differ between the servers.
///
/// # Errors
/// Classes that are not there.
pub(super) fn checked(
    statement: &CreateIndex,
    column: &Column,
    flavor: Flavor,
) -> Result<Option<Box<str>>, Failure> {
    match (&statement.class, statement.custom, flavor) {
        (None, false, _) => Ok(None),
        (None, true, Flavor::Scylla) => Err(Failure::invalid(
            "CUSTOM index requires specifying the index class",
        )),
        (None, true, Flavor::Cassandra) => Err(not_found("legacy_local_table")),
        (Some(_), false, Flavor::Scylla) => Err(Failure::invalid(
            "Cannot specify index class for a non-CUSTOM index",
        )),
        (Some(class), true, Flavor::Scylla) => match (&**class, &column.ty) {
            ("vector_index", Type::Vector(of, _)) if **of == Type::Float => Ok(Some(class.clone())),
            ("vector_index", _) => Err(Failure::invalid(
                "Vector indexes are only supported on columns of vectors of floats",
            )),
            _ => Err(Failure::invalid(format!(
                "Non-supported custom class '{class}' provided"
            ))),
        },
        (Some(class), _, Flavor::Cassandra) if is_attached(class) => Ok(Some(class.clone())),
        (Some(class), custom, Flavor::Cassandra) => match &**class {
            "legacy_local_table" if !custom => Ok(None),
            name if name.to_ascii_lowercase().ends_with("sasiindex") => Err(Failure::invalid(
                "SASI indexes are disabled. Enable in cassandra.yaml to use.",
            )),
            name => Err(not_found(name)),
        },
    }
}

fn not_found(class: &str) -> Failure {
    Failure::config(format!("Unable to find custom indexer class '{class}'"))
}

/// The options of an index on `column`.
///
/// # Errors
/// Options that its class does not have, or not on such a column.
pub(super) fn options(
    statement: &CreateIndex,
    class: Option<&str>,
    column: &Column,
    flavor: Flavor,
) -> Result<Options, Failure> {
    let mut options = Options::new();
    for property in &statement.properties {
        match (&*property.name, &property.value) {
            ("options", PropertyValue::Map(pairs)) => options.extend(pairs.iter().cloned()),
            (name, _) => return Err(Failure::syntax(format!("Unknown property '{name}'"))),
        }
    }
    if class.is_none() && !options.is_empty() {
        return Err(Failure::invalid(
            "Cannot specify options for a non-CUSTOM index",
        ));
    }
    for reserved in ["class_name", "target"] {
        if options.contains_key(reserved) {
            return Err(Failure::invalid(format!(
                "Cannot specify {reserved} as a CUSTOM option"
            )));
        }
    }
    if flavor == Flavor::Cassandra && class.is_some_and(is_attached) {
        attached(&options, statement, column)?;
    }
    Ok(options)
}

/// What an index stored with the table allows.
fn attached(options: &Options, statement: &CreateIndex, column: &Column) -> Result<(), Failure> {
    let known = |name: &&str| ANALYZERS.contains(name) || VECTORS.contains(name);
    let names = options.keys().map(|name| &**name);
    let unknown: Vec<&str> = names.filter(|name| !known(name)).collect();
    if !unknown.is_empty() {
        return Err(Failure::config(format!(
            "Properties specified [{}] are not understood by StorageAttachedIndex",
            unknown.join(", ")
        )));
    }
    let ty = member(&column.ty);
    if options.keys().any(|name| ANALYZERS.contains(&&**name)) {
        if !matches!(ty, Type::Text | Type::Ascii) {
            return Err(Failure::invalid(format!(
                "CQL type {ty} cannot be analyzed."
            )));
        }
        for (name, value) in options
            .iter()
            .filter(|(name, _)| ANALYZERS.contains(&&***name))
        {
            if !["true", "false"]
                .iter()
                .any(|word| value.eq_ignore_ascii_case(word))
            {
                return Err(Failure::invalid(format!(
                    "Illegal value for boolean option '{name}': {value}"
                )));
            }
        }
    }
    if !options.keys().any(|name| VECTORS.contains(&&**name)) {
        return Ok(());
    }
    if !matches!(ty, Type::Vector(..)) {
        return Err(Failure::invalid(format!(
            "CQL type {ty} cannot have vector options"
        )));
    }
    vector(options, statement)
}

fn vector(options: &Options, statement: &CreateIndex) -> Result<(), Failure> {
    for (option, shown) in [
        ("maximum_node_connections", "Maximum node connections"),
        ("construction_beam_width", "Construction beam width"),
    ] {
        if options.contains_key(option) {
            return Err(Failure::invalid(format!(
                "{shown} cannot be set without enabling SAI_VECTOR_ALLOW_CUSTOM_PARAMETERS"
            )));
        }
    }
    let function = options.get("similarity_function");
    let function = function.map(|function| function.to_ascii_uppercase());
    match function.as_deref() {
        None | Some("EUCLIDEAN" | "DOT_PRODUCT" | "COSINE") => Ok(()),
        Some(function) => Err(Failure::invalid(format!(
            "Similarity function {function} was not recognized for index {}. Valid values are: EUCLIDEAN, \
             DOT_PRODUCT, COSINE",
            statement.name.as_deref().unwrap_or("null")
        ))),
    }
}

/// What is indexed of a column: the members of a collection, else its value.
fn member(ty: &Type) -> &Type {
    match ty {
        Type::List(member) | Type::Set(member) | Type::Map(_, member) => member,
        other => other,
    }
}
