//! An object mapper for ScyllaDB and Apache Cassandra: models are structs, queries are checked against their keys by
//! the compiler, and requests go to the core that owns the row.
//!
//! ```no_run
//! use scylla_orm::prelude::*;
//!
//! #[derive(Model, Debug, Clone, PartialEq)]
//! #[cql(keyspace = "blog", table = "posts")]
//! pub struct Post {
//!     #[cql(partition_key)]
//!     pub author: String,
//!     #[cql(partition_key)]
//!     pub year: i32,
//!     #[cql(clustering_key(desc))]
//!     pub id: i64,
//!     #[cql(static_column)]
//!     pub pinned: Option<i64>,
//!     #[cql(index)]
//!     pub slug: String,
//!     pub title: Option<String>,
//!     pub stars: i32,
//!     pub tags: Vec<String>,
//! }
//!
//! # async fn f(post: Post) -> scylla_orm::Result<()> {
//! post.insert().await?;
//! let recent = Post::objects()
//!     .filter(Post::AUTHOR.eq("ann"))
//!     .filter(Post::YEAR.eq(2026))
//!     .filter(Post::ID.gt(100))
//!     .limit(20)
//!     .all()
//!     .await?;
//! # drop(recent);
//! # Ok(())
//! # }
//! ```
//!
//! Leave out the filter on `YEAR`, and `cargo check` says: *partition key column `year` has no `.eq(..)` or `.is_in(..)`
//! filter*.
//!
//! # Models
//!
//! [`#[derive(Model)]`](derive@prelude::Model) makes a struct the row of a table; each field is a column and a constant,
//! `Post::AUTHOR`. `None` is null. An empty list, set or map is null too, unless it is `frozen`: CQL does not tell them
//! apart. Which Rust type belongs to which CQL type is listed in [`driver::value`].
//!
//! # Reading
//!
//! | | |
//! |---|---|
//! | `Post::get(("ann", 2026, 7))` | the row with this key, or an error; `.optional()` makes it an `Option` |
//! | `Post::objects()` | a query: `.filter(..)`, `.order_by(..)`, `.limit(n)`, then a verb |
//! | `.all()` `.first()` `.get()` `.count()` `.exists()` | all rows, the first, the only one, how many, whether any |
//! | `.stream()` `.page(token)` | rows one by one, and page by page |
//! | `.only((Post::ID, Post::TITLE))` | tuples of some columns instead of whole rows |
//!
//! Values are borrowed and encoded at once: `.eq("ann")` makes no `String`, and a query borrows nothing but its session.
//! `.is_in(..)` on a partition key column sends one request per value to the replicas that have it.
//!
//! The rules, all checked by the compiler: a query filters every partition key column, and clustering columns in key
//! order, a range last; or one indexed column; else it says `.allow_filtering()`. One without filters says
//! `.limit(n)`, or `.scan()` if it means every row.
//!
//! [`.build()`](query::Query::build) gives every query of a model one type, [`Select`](query::Select), that can be stored,
//! returned, cloned and filtered further at run time; the same rules are then checked when it first runs:
//!
//! ```
//! # use scylla_orm::prelude::*;
//! # #[derive(Model)]
//! # struct Post {
//! #     #[cql(partition_key)] author: String,
//! #     #[cql(clustering_key)] id: i64,
//! # }
//! fn posts(author: &str, after: Option<i64>) -> Select<'static, Post> {
//!     let query = Post::objects().filter(Post::AUTHOR.eq(author)).build();
//!     query.filter_if(after, |id| Post::ID.gt(id))
//! }
//! # assert!(posts("ann", Some(1)).cql().is_ok());
//! ```
//!
//! # Writing
//!
//! | | |
//! |---|---|
//! | `post.insert()` | writes what is not `None`, and leaves the rest as it was: no tombstones |
//! | `post.save()` | writes the whole row, `None` as null |
//! | `post.tracked()` | remembers what was read; its `.save()` writes only what was changed |
//! | `post.delete()` | deletes the row with this key |
//! | `query.update(Post::STARS.set(5))` | changes the row that the filters name; it reads nothing |
//! | `query.delete()` | deletes a row, a range of rows, or a partition |
//! | `Post::insert_all(&posts)` | inserts many, each by a request of its own, many at once; see [`WriteAll`](write::WriteAll) |
//! | `Batch::new().with(..).with(..)` | several of these as one, done together or not at all; see [`Batch`](write::Batch) |
//!
//! `.ttl(seconds)` and `.timestamp(micros)` go with them. `.if_not_exists()`, `.if_exists()` and `.only_if(..)` make one a
//! light-weight transaction, whose answer is an [`Lwt`](exec::Lwt):
//!
//! ```no_run
//! # use scylla_orm::prelude::*;
//! # #[derive(Model)]
//! # struct Post {
//! #     #[cql(partition_key)] author: String,
//! #     title: Option<String>,
//! #     stars: i32,
//! # }
//! # async fn f() -> scylla_orm::Result<()> {
//! let post = Post::objects().filter(Post::AUTHOR.eq("ann"));
//! let update = post.update(Post::TITLE.set("new")).only_if((Post::TITLE.eq("old"), Post::STARS.lt(3)));
//! match update.await? {
//!     Lwt::Applied => println!("done"),
//!     Lwt::Existing((title, stars)) => println!("it is {title:?} with {stars} stars"),
//!     Lwt::Missing => println!("there is no such post"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Write what conditions guard by conditional writes alone. The servers order these by their own ballots, and plain writes
//! by the timestamps of the clients: Cassandra's ballots count whole milliseconds, so that of a plain write and a
//! conditional one in the same millisecond the plain one may win although it came first.
//!
//! What CQL does and a table of rows would not: a row that was made by an update, and not by an insert, vanishes when its
//! last column becomes null. A list, set or map written whole leaves a tombstone for what was there before; `.add(..)`,
//! `.append(..)` and `.put(..)` do not.
//!
//! # Sessions
//!
//! A statement runs on the session given by `.on(&session)`, else on the one in scope, else on the default. It is looked
//! up when the future is first polled. Futures of the verbs are named types in [`exec`], all `Send`, and can be dropped at
//! any moment; builders such as `post.insert()` become one by `.await` or `.into_future()`.
//!
//! # Schema
//!
//! `sync_table::<Post>()` creates the table of a model, or adds the columns and indexes that it lacks, and waits until all
//! nodes know them. It never changes or drops anything: what cannot be had by adding is refused, all of it in one error,
//! with the way out, and then nothing is done. `plan_table::<Post>()` shows what it would do. See [`sync`].
//!
//! # Architecture
//!
//! The modules below stand in the order in which a request passes them, from the caller down to the driver. A module
//! imports only modules below it in this list; a test holds that.
//!
//! ```text
//! model ─▶ query, write ─▶ exec ─▶ column ─▶ rules ─▶ cql ─▶ table ─▶ connection ─▶ driver
//!   ▲                       │
//!   └── Table::from_row ◀───┘ rows
//! ```
//!
//! A query is a [shape](cql::Shape), 128 bits of verb, flags and clauses, and the encoded values. The shape is the key by
//! which a session finds the prepared statement, and the syntax tree from which its text is made when it is not there
//! yet: executing a query builds no text and hashes none. The types of a query, [`Where`](rules::Where), exist for the
//! compiler only; the methods on them are thin shells over one type without parameters, so that many queries cost little
//! to compile.

// What generated code names. Not a part of the interface.
#[doc(hidden)]
pub mod private;

// What a model can do: the verbs.
pub mod model;

// The schema: what a model's table lacks, and adding it.
pub mod sync;

// Reads: typed queries, and those put together at run time.
pub mod query;

// Writes: insert, save, update, delete, and rows that remember what was read.
pub mod write;

// The futures of the verbs.
pub mod exec;

// Columns as values: conditions, assignments, orders.
pub mod column;

// The key rules, as types.
pub mod rules;

// From a query to a statement's text.
pub mod cql;

// Tables, views and columns, as the derive describes them.
pub mod table;

// The session, and which one a statement runs on.
pub mod connection;

// The crate's one error type.
pub mod error;

pub use connection::Session;
pub use error::{Error, ErrorKind, Result};
pub use scylla_orm_driver as driver;

/// What most programs need: `use scylla_orm::prelude::*;`.
pub mod prelude {
    pub use scylla_orm_derive::{CqlEnum, FromCql, FromRow, Model, ToCql, ToRow};
    pub use scylla_orm_driver::value::Counter;

    pub use crate::connection::Session;
    pub use crate::exec::Lwt;
    pub use crate::model::Model;
    pub use crate::query::{Query, Select};
    pub use crate::sync::{Replication, create_keyspace, drop_keyspace, plan_table, sync_table};
    pub use crate::table::CqlEnum;
    pub use crate::write::{Batch, Tracked, write_all};
}
