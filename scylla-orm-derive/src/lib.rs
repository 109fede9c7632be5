//! Derives of `scylla-orm`. Use them through that crate, which re-exports them.
//!
//! # Architecture
//!
//! An input is read (`parse`), looked at as a whole (`check`), and turned into code (`expand`); mistakes are collected
//! on the way (`diagnostics`). A module imports only modules below it in the list.

/// From what was meant to code: one function per generated item.
mod expand;

/// What must hold between the fields of a model, or the variants of an enum.
mod check;

/// From syntax to what was meant.
mod parse;

/// The mistakes found in one input.
mod diagnostics;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct the row of a table.
///
/// ```
/// use scylla_orm::prelude::*;
///
/// #[derive(Model, Debug, Clone, PartialEq)]
/// #[cql(keyspace = "blog", table = "posts")]
/// pub struct Post {
///     /// Who wrote it.
///     #[cql(partition_key)]
///     pub author: String,
///     #[cql(clustering_key(desc))]
///     pub created: i64,
///     #[cql(static_column)]
///     pub pinned: Option<i64>,
///     #[cql(index)]
///     pub slug: String,
///     pub title: Option<String>,
/// }
///
/// // A query that the compiler has checked against the key.
/// let query = Post::objects()
///     .filter(Post::AUTHOR.eq("ann"))
///     .filter(Post::CREATED.lt(7))
///     .build();
/// # drop(query);
/// ```
///
/// Each field is a column and gives a constant, the field's name in capitals: `Post::AUTHOR`. It has the visibility of
/// the struct and the documentation of the field. The verbs (`objects`, `get`, `insert`, `save`, …) are those of the
/// trait `Model`; a method of your own with the same name wins, and `Model::delete(&post)` is still there.
///
/// # Attributes of the struct
///
/// | `#[cql(…)]` | meaning | without it |
/// |---|---|---|
/// | `keyspace = "…"` | the table's keyspace | the one of the session |
/// | `table = "…"` | the table's name | the struct's name in `snake_case` |
/// | `rename_all = "…"` | the case of the columns' names, as in serde: `"camelCase"` and so on | the fields' names |
/// | `crate = "…"` | the path of `scylla-orm`, where a crate re-exports it | `::scylla_orm` |
///
/// # Attributes of a field
///
/// | `#[cql(…)]` | meaning |
/// |---|---|
/// | `partition_key` | A part of the partition key, which says where rows are stored. At least one field has it; several are in the order of the fields. |
/// | `clustering_key`, `clustering_key(desc)` | A clustering column: the rows of a partition are sorted by it. Several are in the order of the fields. |
/// | `static_column` | One value per partition, shared by its rows. |
/// | `index` | The column has a secondary index. |
/// | `counter` | A counter. Its type, `Counter`, says so already. |
/// | `frozen` | The collection, tuple or user-defined type is stored and compared as a whole. |
/// | `rename = "…"` | The column's name. Any name will do: it is quoted where CQL asks for it. |
/// | `default` | Null is read as `Default::default()`. |
/// | `skip` | Not a column: the field is filled by `Default::default()`. |
///
/// # Types of fields
///
/// Those listed in `scylla_orm::driver::value`, enums with [`CqlEnum`], and `Option` of each, where `None` is null. An
/// empty collection that is not frozen is null in CQL, so it needs no `Option`. A type of your own must be as visible
/// as the struct, since the column's constant is.
///
/// # Errors
///
/// What is wrong is reported at the field, in one message: a model without a partition key, a collection, a counter or
/// an `Option` in the key, a static column without a clustering column, a counter beside other values, two fields with
/// the same column.
#[proc_macro_derive(Model, attributes(cql))]
pub fn model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::model(&input).into()
}

/// Makes an enum a value of CQL: the type of a field, or of the elements of a collection.
///
/// ```
/// use scylla_orm::prelude::*;
///
/// #[derive(CqlEnum, Debug, Clone, Copy, PartialEq)]
/// #[cql(rename_all = "kebab-case")]
/// enum Weather {
///     Sun,
///     #[cql(rename = "drizzle")]
///     LightRain,
///     HeavyRain,
/// }
///
/// #[derive(CqlEnum, Debug, Clone, Copy, PartialEq)]
/// #[cql(repr = "tinyint")]
/// enum Priority {
///     Low = 1,
///     High = 10,
/// }
///
/// #[derive(Model)]
/// struct Report {
///     #[cql(partition_key)]
///     station: String,
///     #[cql(clustering_key(desc))]
///     priority: Priority,
///     weather: Weather,
/// }
///
/// let urgent = Report::objects()
///     .filter(Report::STATION.eq("Seattle"))
///     .filter(Report::PRIORITY.ge(Priority::High))
///     .build();
/// # drop(urgent);
/// # let _ = (Weather::Sun, Weather::LightRain, Weather::HeavyRain, Priority::Low);
/// # fn f(r: Report) -> (String, Priority, Weather) { (r.station, r.priority, r.weather) }
/// ```
///
/// Its variants have no fields. It is stored as text, the variant's name, unless `repr` says otherwise. What is read
/// and is none of the variants is an error.
///
/// | `#[cql(…)]` | of | meaning |
/// |---|---|---|
/// | `rename_all = "…"` | the enum | the case of the names, as in serde |
/// | `repr = "…"` | the enum | `"text"`, or one of `"tinyint"`, `"smallint"`, `"int"`, `"bigint"`: the variants' numbers, as Rust counts them. Only numbers have an order (`.gt(..)` and so on). |
/// | `crate = "…"` | the enum | the path of `scylla-orm` |
/// | `rename = "…"` | a variant | its name |
#[proc_macro_derive(CqlEnum, attributes(cql))]
pub fn cql_enum(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::cql_enum(&input).into()
}
