//! Generated code in unfriendly surroundings: lints that users deny, names that mean something else, no imports,
//! models in functions, a user's own methods and constants.

#![deny(
    warnings,
    missing_docs,
    unreachable_pub,
    unnameable_types,
    missing_debug_implementations,
    missing_copy_implementations,
    nonstandard_style,
    future_incompatible,
    rust_2018_idioms,
    unused_qualifications,
    unused_results,
    trivial_casts,
    clippy::all,
    clippy::pedantic
)]
#![forbid(unsafe_code)]

use scylla_orm::prelude::{CqlEnum, Model, Select};

/// Without one import, among names of the prelude and of `core` that mean something else.
mod shadowed {
    #![allow(dead_code, non_camel_case_types)]

    struct Option;
    struct Result;
    struct Some;
    struct None;
    struct Ok;
    struct Err;
    struct Vec;
    struct String;
    struct Box;
    struct Sized;
    struct Default;
    struct Clone;
    struct Iterator;
    struct Into;
    struct Send;
    struct Fault;
    struct Cells;
    struct Type;
    struct Table;
    struct Column;
    mod std {}
    mod core {}
    mod private {}
    mod scylla_orm {}

    #[derive(::scylla_orm::prelude::Model)]
    #[cql(keyspace = "blog")]
    pub(crate) struct Post {
        #[cql(partition_key)]
        pub(crate) id: ::core::primitive::i32,
        title: ::core::option::Option<::std::string::String>,
        #[cql(default)]
        score: i64,
        #[cql(skip)]
        cache: ::std::vec::Vec<::core::primitive::u8>,
        state: State,
        level: Level,
    }

    #[derive(::scylla_orm::prelude::CqlEnum)]
    pub(crate) enum State {
        Some,
        None,
    }

    #[derive(::scylla_orm::prelude::CqlEnum)]
    #[cql(repr = "int")]
    pub(crate) enum Level {
        Ok = 1,
        Err = 2,
    }
}

/// Fields named like types, crates, keywords, and like what the derive itself uses.
mod odd {
    use ::scylla_orm::prelude::Model;

    #[derive(Model, Debug)]
    #[cql(keyspace = "odd", rename_all = "camelCase")]
    #[allow(non_snake_case)]
    pub(crate) struct Odd {
        #[cql(partition_key)]
        pub(crate) uuid: uuid::Uuid,
        #[cql(clustering_key)]
        pub(crate) chrono: chrono::NaiveDate,
        #[cql(clustering_key)]
        pub(crate) r#type: i32,
        pub(crate) r#match: i32,
        pub(crate) std: std::collections::BTreeSet<i32>,
        pub(crate) core: core::net::IpAddr,
        pub(crate) scylla_orm: i32,
        pub(crate) i32: i32,
        pub(crate) u8: Vec<u8>,
        pub(crate) bool: bool,
        pub(crate) str: String,
        pub(crate) String: String,
        pub(crate) Q: i32,
        pub(crate) T: i32,
        pub(crate) cells: i32,
        pub(crate) index: i32,
        pub(crate) out: i32,
        pub(crate) check: i32,
        pub(crate) self_: i32,
        pub(crate) _hidden: i32,
        #[cql(rename = "select from")]
        pub(crate) words: i32,
        pub(crate) größe: i32,
    }

    /// A struct named like its column.
    #[derive(Model, Debug)]
    #[allow(non_camel_case_types)]
    pub(crate) struct author {
        #[cql(partition_key)]
        pub(crate) author: String,
    }
}

/// Constants of columns need documentation of their own in a public model.
pub mod public {
    use ::scylla_orm::prelude::{CqlEnum, Model};

    /// A model whose users read its documentation.
    #[derive(Model, Debug, Clone, Copy, PartialEq)]
    #[cql(keyspace = "blog")]
    pub struct Public {
        /// Its key.
        #[cql(partition_key)]
        pub id: i32,
        pub(crate) undocumented: i32,
    }

    /// Stored as text.
    #[derive(CqlEnum, Debug, Clone, Copy, PartialEq)]
    pub enum State {
        /// On.
        On,
        /// Off.
        Off,
    }
}

/// A user's own names win, and ours are still there.
mod own {
    use ::scylla_orm::prelude::Model;

    #[derive(Model, Debug)]
    #[cql(keyspace = "blog")]
    pub(crate) struct Own {
        #[cql(partition_key)]
        pub(crate) id: i32,
        pub(crate) v: i32,
    }

    impl Own {
        pub(crate) const NAME: &'static str = "own";

        pub(crate) fn delete(&self) -> i32 {
            self.v
        }

        pub(crate) fn objects() -> i32 {
            7
        }

        pub(crate) fn from_row() -> i32 {
            8
        }

        pub(crate) fn definition() -> i32 {
            9
        }
    }
}

/// From a macro, types come in invisible parentheses.
macro_rules! model {
    ($name:ident, $($field:ident: $ty:ty),*) => {
        #[derive(Model, Debug)]
        #[cql(keyspace = "macros")]
        struct $name {
            #[cql(partition_key)]
            key: i32,
            $($field: $ty,)*
        }
    };
}
model!(FromMacro, tags: Vec<String>, count: Option<i64>);

/// The text of a checked query.
fn text<M: Model>(query: &Select<'_, M>) -> String {
    query.cql().expect("the rules hold").0
}

#[test]
fn a_model_in_a_function() {
    #[derive(CqlEnum, Debug, Clone, Copy)]
    enum Size {
        Small,
        Large,
    }

    #[derive(Model, Debug)]
    #[cql(keyspace = "blog", table = "local")]
    struct Local {
        #[cql(partition_key)]
        id: i32,
        #[cql(static_column)]
        size: Option<Size>,
        #[cql(clustering_key)]
        day: i32,
    }

    let row = Local {
        id: 1,
        size: None,
        day: 2,
    };
    let query = Local::objects()
        .filter(Local::ID.eq(row.id))
        .filter(Local::DAY.eq(row.day));
    assert_eq!(
        text(&query.build()),
        "SELECT id, size, day FROM blog.local WHERE id = ? AND day = ?"
    );
    let sizes = (row.size, Size::Small, Size::Large);
    assert!(matches!(sizes, (None, Size::Small, Size::Large)));
}

#[test]
fn odd_names() {
    use odd::{Odd, author};
    let query = Odd::objects()
        .filter(Odd::UUID.eq(uuid::Uuid::nil()))
        .filter(Odd::CHRONO.eq(chrono::NaiveDate::MIN))
        .filter(Odd::TYPE.gt(1))
        .allow_filtering()
        .filter(Odd::STR.eq("x"))
        .filter(Odd::WORDS.eq(1))
        .filter(Odd::_HIDDEN.eq(1))
        .filter(Odd::GRÖSSE.eq(1));
    assert_eq!(
        text(&query.build()),
        "SELECT uuid, chrono, type, match, std, core, \"scyllaOrm\", i32, u8, bool, str, string, q, t, cells, \
         \"index\", out, check, self, hidden, \"select from\", \"größe\" FROM odd.odd WHERE uuid = ? AND chrono = ? \
         AND type > ? AND str = ? AND \"select from\" = ? AND hidden = ? AND \"größe\" = ? ALLOW FILTERING"
    );
    let query = author::objects().filter(author::AUTHOR.eq("ann")).dynamic();
    assert!(query.limit(1).cql().is_ok());
}

#[test]
fn own_names() {
    use own::Own;
    let row = Own { id: 1, v: 3 };
    assert_eq!(
        (
            Own::NAME,
            row.delete(),
            Own::objects(),
            Own::from_row(),
            Own::definition()
        ),
        ("own", 3, 7, 8, 9)
    );
    let query = <Own as Model>::objects().filter(Own::ID.eq(row.id)).build();
    assert_eq!(text(&query), "SELECT id, v FROM blog.own WHERE id = ?");
    drop(Model::delete(&row));
}

#[test]
fn local_names_keep_their_meaning() {
    fn shadow(id: bool, title: i32) -> (bool, i32) {
        (id, title)
    }
    assert_eq!(shadow(true, 1), (true, 1));
    let query = shadowed::Post::objects()
        .filter(shadowed::Post::ID.eq(1))
        .build();
    assert_eq!(
        text(&query),
        "SELECT id, title, score, state, level FROM blog.post WHERE id = ?"
    );
    let query = FromMacro::objects().filter(FromMacro::KEY.eq(1)).build();
    assert_eq!(
        text(&query),
        "SELECT key, tags, count FROM macros.from_macro WHERE key = ?"
    );
}
