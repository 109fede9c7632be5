//! What the cluster says of functions and aggregates.

use crate::value::Type;

/// A user-defined function.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FunctionInfo {
    /// The keyspace that it is in.
    pub keyspace: String,
    /// Its name.
    pub name: String,
    /// Its arguments in order: name and type.
    pub arguments: Vec<(String, Type)>,
    /// The type of what it returns.
    pub returns: Type,
    /// What it is written in: `java`, `lua`, `wasm`.
    pub language: String,
    /// Its text.
    pub body: String,
    /// Whether it is called if an argument is null; else it returns null then.
    pub called_on_null: bool,
}

/// A user-defined aggregate.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AggregateInfo {
    /// The keyspace that it is in.
    pub keyspace: String,
    /// Its name.
    pub name: String,
    /// The types of its arguments.
    pub arguments: Vec<Type>,
    /// The type of what it returns.
    pub returns: Type,
    /// The function that takes in one row: its name.
    pub state_function: String,
    /// The type of what is kept between rows.
    pub state: Type,
    /// The function that makes the result of the last state: its name.
    pub final_function: Option<String>,
    /// What it begins with, as a literal of CQL; `None`: null.
    pub initial: Option<String>,
}
