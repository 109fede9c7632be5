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

/// Makes a struct or an enum a value that can be sent.
///
/// ```
/// use scylla_orm::driver::value::{ToCql as _, Type};
/// use scylla_orm::prelude::*;
///
/// // The user-defined type `address`. Its fields are found by their names, whatever their order.
/// #[derive(ToCql, FromCql)]
/// struct Address {
///     street: String,
///     #[cql(rename = "zip_code")]
///     zip: Option<i32>,
/// }
///
/// // An `int`.
/// #[derive(ToCql, FromCql)]
/// struct Meters(i32);
///
/// // A `tuple<double, double>`.
/// #[derive(ToCql, FromCql)]
/// struct Position(f64, f64);
///
/// // `text`.
/// #[derive(ToCql, FromCql)]
/// #[cql(rename_all = "lowercase")]
/// enum Weather {
///     Sun,
///     Rain,
/// }
///
/// assert!(Meters(5).fits(&Type::Int));
/// assert!(Position(47.6, -122.3).fits(&Type::Tuple(vec![Type::Double, Type::Double])));
/// assert!(Weather::Sun.fits(&Type::Text) && Weather::Rain.fits(&Type::Text));
/// # let _ = Address { street: String::new(), zip: None };
/// ```
///
/// A struct with named fields is a user-defined type: a field of the type that the struct does not have is sent as null,
/// and each field of the struct must be one of the type's. A struct without names is a tuple; if it has a single field, it
/// is sent as that field is. An enum, whose variants have no fields, is text or a number, as with [`CqlEnum`].
///
/// What is not sent, because the type of the column does not suit it, is an error before anything is sent.
///
/// | `#[cql(…)]` | of | meaning |
/// |---|---|---|
/// | `rename_all = "…"` | a struct, an enum | the case of the names, as in serde |
/// | `by_order` | a struct | fields go by their order, not by their names |
/// | `deny_unknown_fields` | a struct | the type may have no other fields |
/// | `transparent` | a struct | it is what its only field is |
/// | `repr = "…"` | an enum | `"text"`, or the integer that its numbers are |
/// | `crate = "…"` | all | the path of `scylla-orm`; `crate = "scylla_orm_driver"` for the driver alone |
/// | `rename = "…"` | a field, a variant | its name |
/// | `skip` | a field | it is not sent |
/// | `with = "…"` | a field | a module that converts it: `to_cql(&T) -> impl ToCql` |
///
/// Types may have parameters; what a field needs of them is asked of them. Attributes of a model are passed over, so that
/// one struct can be both.
#[proc_macro_derive(ToCql, attributes(cql))]
pub fn to_cql(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::record(&input, parse::Derive::ToCql).into()
}

/// Makes a struct or an enum a value that can be read; the other direction of [`ToCql`], with the same attributes.
///
/// ```
/// use scylla_orm::prelude::*;
///
/// // Borrowed from the answer.
/// #[derive(FromCql)]
/// struct Person<'a> {
///     name: &'a str,
///     #[cql(default)]
///     tags: Vec<&'a str>,
///     #[cql(with = "minutes")]
///     spent: std::time::Duration,
/// }
///
/// mod minutes {
///     use scylla_orm::driver::value::Fault;
///     use std::time::Duration;
///
///     pub fn to_cql(spent: &Duration) -> i64 {
///         (spent.as_secs() / 60) as i64
///     }
///
///     pub fn from_cql(minutes: i64) -> Result<Duration, Fault> {
///         let minutes = u64::try_from(minutes).map_err(|_| Fault::Range)?;
///         Ok(Duration::from_secs(minutes * 60))
///     }
/// }
/// # fn f(p: Person) -> (&str, Vec<&str>, std::time::Duration) { (p.name, p.tags, p.spent) }
/// # let _ = minutes::to_cql;
/// ```
///
/// A field of the user-defined type that the struct does not have is passed over. One that is null, or that the sender's
/// version of the type did not have, needs an `Option` or `default`.
///
/// | `#[cql(…)]` | of | meaning |
/// |---|---|---|
/// | `default` | a field | null, or a field that the type does not have, is read as `Default::default()` |
/// | `skip` | a field | it is filled by `Default::default()` |
/// | `with = "…"` | a field | a module that converts it: `from_cql(C) -> Result<T, Fault>` of any `C` that can be read |
#[proc_macro_derive(FromCql, attributes(cql))]
pub fn from_cql(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::record(&input, parse::Derive::FromCql).into()
}

/// Makes a struct the values of a statement: each marker takes the field of its name.
///
/// ```
/// use scylla_orm::prelude::*;
///
/// #[derive(ToRow)]
/// struct Reading<'a> {
///     station: &'a str,
///     #[cql(flatten)]
///     at: Place,
///     celsius: Option<f32>,
/// }
///
/// #[derive(ToRow)]
/// struct Place {
///     x: f64,
///     y: f64,
/// }
///
/// # async fn f(session: &scylla_orm::driver::Session) -> Result<(), scylla_orm::driver::Error> {
/// let reading = Reading { station: "Seattle", at: Place { x: 47.6, y: -122.3 }, celsius: None };
/// let insert = "INSERT INTO climate.readings (station, celsius, x, y) VALUES (?, ?, ?, ?)";
/// session.query(insert, reading).await?;
/// # Ok(())
/// # }
/// ```
///
/// A marker is called like its column, or as the statement says: `:after`. Each marker must have a field, and each field a
/// marker. A struct without names goes by its order.
///
/// The attributes are those of [`ToCql`], where they say something about a row, and:
///
/// | `#[cql(…)]` | of | meaning |
/// |---|---|---|
/// | `flatten` | a field | a struct with `ToRow`, whose fields stand for it |
#[proc_macro_derive(ToRow, attributes(cql))]
pub fn to_row(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::record(&input, parse::Derive::ToRow).into()
}

/// Makes a struct what a row can be read into: each field is read from the column of its name.
///
/// ```
/// use scylla_orm::prelude::*;
///
/// #[derive(FromRow)]
/// struct Reading<'a> {
///     station: &'a str,
///     celsius: Option<f32>,
///     #[cql(default)]
///     tags: Vec<String>,
/// }
///
/// # async fn f(session: &scylla_orm::driver::Session) -> Result<(), scylla_orm::driver::Error> {
/// let answer = session.query("SELECT * FROM climate.readings LIMIT 10", ()).await?;
/// for reading in answer.rows_as::<Reading>()? {
///     let Reading { station, celsius, tags } = reading?;
///     println!("{station}: {celsius:?} {tags:?}");
/// }
/// # Ok(())
/// # }
/// ```
///
/// The columns are looked at once per result; then the rows are read in a straight line. It is straightest when the first
/// columns are the fields in their order. Columns without a field are passed over, unless `deny_unknown_fields` says
/// otherwise; a field without a column is an error, unless it has `default`. A struct without names goes by its order,
/// and then there must be as many columns.
///
/// The attributes are those of [`FromCql`], where they say something about a row, and:
///
/// | `#[cql(…)]` | of | meaning |
/// |---|---|---|
/// | `flatten` | a field | a type with `FromRow` that reads the same row: a struct, or a `Row` for all of it |
#[proc_macro_derive(FromRow, attributes(cql))]
pub fn from_row(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::record(&input, parse::Derive::FromRow).into()
}
