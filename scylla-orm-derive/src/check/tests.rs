use syn::{DeriveInput, parse_quote as q};

use crate::diagnostics::Diagnostics;
use crate::parse::{Enum, Model};

/// What a model's author is told.
#[track_caller]
fn model(input: DeriveInput, expected: &[&str]) {
    let mut diagnostics = Diagnostics::new();
    let model = Model::parse(&input, &mut diagnostics);
    if let (Some(model), true) = (model, diagnostics.is_empty()) {
        super::model(&model, &mut diagnostics);
    }
    assert_eq!(diagnostics.messages(), expected);
}

#[track_caller]
fn cql_enum(input: DeriveInput, expected: &[&str]) {
    let mut diagnostics = Diagnostics::new();
    let item = Enum::parse(&input, "a `CqlEnum`", &mut diagnostics);
    if let (Some(item), true) = (item, diagnostics.is_empty()) {
        super::cql_enum(&item, &mut diagnostics);
    }
    assert_eq!(diagnostics.messages(), expected);
}

#[test]
fn what_is_right_is_silent() {
    model(
        q! {
            #[cql(keyspace = "climate", table = "Observations", rename_all = "camelCase")]
            struct Observation {
                #[cql(partition_key)] station: String,
                #[cql(partition_key, frozen)] place: BTreeSet<i32>,
                #[cql(clustering_key(desc))] r#type: i32,
                #[cql(static_column, default)] elevation: f64,
                #[cql(index, rename = "how it was")] weather: Weather,
                #[cql(index)] tags: HashSet<String>,
                #[cql(skip)] cache: Cache<i32>,
            }
        },
        &[],
    );
    model(
        q! {
            struct Hits {
                #[cql(partition_key)] page: Uuid,
                #[cql(counter)] views: Views,
                likes: Counter,
                shares: Option<Counter>,
            }
        },
        &[],
    );
    cql_enum(
        q!(
            #[cql(rename_all = "lowercase")]
            enum E {
                A,
                #[cql(rename = "")]
                B,
            }
        ),
        &[],
    );
    cql_enum(
        q!(
            #[cql(repr = "tinyint")]
            enum E {
                A = 1,
                B,
            }
        ),
        &[],
    );
}

#[test]
fn partition_keys() {
    model(
        q!(
            struct Post {
                title: String,
            }
        ),
        &[
            "model `Post` has no partition key: mark the column that says where its rows are stored by \
           `#[cql(partition_key)]`",
        ],
    );
    model(
        q!(
            struct Post {}
        ),
        &[
            "model `Post` has no partition key: mark the column that says where its rows are stored by \
           `#[cql(partition_key)]`",
        ],
    );
}

#[test]
fn types_of_keys() {
    #[track_caller]
    fn check(ty: syn::Type, expected: &str) {
        model(
            q!(struct M { #[cql(partition_key)] a: #ty }),
            &[&format!("partition key column `a` {expected}")],
        );
        model(
            q!(struct M { #[cql(partition_key)] p: i32, #[cql(clustering_key)] a: #ty }),
            &[&format!("clustering column `a` {expected}")],
        );
    }
    check(
        q!(Vec<i32>),
        "is a collection, which can be a key only as a whole: add `frozen`, or use another type",
    );
    check(
        q!(Option<std::collections::HashMap<i32, i32>>),
        "is a collection, which can be a key only as a whole: add `frozen`, or use another type",
    );
    check(
        q!(Counter),
        "is a counter, which cannot be a key: use another type, such as `i64`",
    );
    check(
        q!(Duration),
        "is a duration, which has no order and cannot be a key: use another type, such as `i64`",
    );
    check(
        q!(Option<i32>),
        "is an `Option`, and a key is never null: leave `Option` out",
    );
}

#[test]
fn keys_with_other_keys() {
    model(
        q!(
            struct M {
                #[cql(partition_key, index, default)]
                a: i32,
            }
        ),
        &[
            "partition key column `a` is never null, so `default` does nothing: drop it",
            "partition key column `a` cannot have an index as well: drop `index`",
        ],
    );
    model(
        q!(
            struct M {
                #[cql(partition_key, clustering_key)]
                a: i32,
            }
        ),
        &["`a` cannot be both `partition_key` and `clustering_key`: drop one of the two"],
    );
    model(
        q!(
            struct M {
                #[cql(partition_key)]
                a: i32,
                #[cql(index, skip)]
                b: i32,
            }
        ),
        &["`b` is skipped, so it has no column that `index` could describe: drop one of the two"],
    );
}

#[test]
fn statics() {
    model(
        q!(
            struct M {
                #[cql(partition_key)]
                a: i32,
                #[cql(static_column)]
                b: i32,
            }
        ),
        &[
            "static column `b` needs a model with a clustering column, since else a partition is one row: drop \
           `static_column`, or add a `clustering_key`",
        ],
    );
    model(
        q!(
            struct M {
                #[cql(partition_key)]
                a: i32,
                #[cql(clustering_key)]
                c: i32,
                #[cql(static_column, index)]
                b: i32,
            }
        ),
        &["static column `b` cannot have an index: drop `index`"],
    );
    model(
        q!(
            struct M {
                #[cql(partition_key)]
                a: i32,
                #[cql(clustering_key)]
                c: i32,
                #[cql(static_column)]
                b: Counter,
            }
        ),
        &["static column `b` cannot be a counter: drop `static_column`, or use another type"],
    );
}

#[test]
fn counters() {
    model(
        q!(
            struct M {
                #[cql(partition_key)]
                a: i32,
                views: Counter,
                title: String,
            }
        ),
        &[
            "column `title` cannot stand beside the counter `views`: outside the key, a table has only counters or \
           none, so move one of them to another model",
        ],
    );
    model(
        q!(
            struct M {
                #[cql(partition_key)]
                a: i32,
                #[cql(counter)]
                views: i64,
            }
        ),
        &["counter column `views` needs the type `Counter`"],
    );
    model(
        q!(
            struct M {
                #[cql(partition_key)]
                a: i32,
                #[cql(index)]
                views: Counter,
            }
        ),
        &["counter column `views` cannot have an index: drop `index`"],
    );
}

#[test]
fn single_columns() {
    model(
        q!(
            struct M {
                #[cql(partition_key)]
                a: i32,
                #[cql(frozen)]
                b: Option<Uuid>,
            }
        ),
        &[
            "column `b` is a single value, and only collections, tuples and user-defined types are frozen: drop \
           `frozen`",
        ],
    );
    model(
        q!(
            struct M {
                #[cql(partition_key)]
                a: i32,
                #[cql(default)]
                b: Option<Uuid>,
            }
        ),
        &["column `b` is an `Option`, which is null by itself: drop `default` or `Option`"],
    );
}

#[test]
fn types_that_cql_does_not_have() {
    model(
        q!(
            struct M {
                #[cql(partition_key)]
                a: Option<u32>,
                #[cql(frozen)]
                b: (i32, Vec<char>),
                c: Vec<u8>,
            }
        ),
        &[
            "column `a` has the type `u32`, which CQL does not have: use `i64`",
            "column `b` has the type `char`, which CQL does not have: use `String`",
        ],
    );
}

#[test]
fn names() {
    model(
        q!(
            struct M {
                #[cql(partition_key)]
                a: i32,
                #[cql(rename = "a")]
                b: i32,
            }
        ),
        &["fields `a` and `b` both have the column `a`: rename one of them"],
    );
    model(
        q!(
            #[cql(rename_all = "camelCase")]
            struct M {
                #[cql(partition_key)]
                user_id: i32,
                userId: i32,
            }
        ),
        &["fields `user_id` and `userId` both have the column `userId`: rename one of them"],
    );
    model(
        q!(
            struct M {
                #[cql(partition_key)]
                a: i32,
                A: i32,
            }
        ),
        &[
            "fields `a` and `A` both give the constant `M::A`: give one of them another name, and keep the column's \
           name by `rename`",
        ],
    );
    model(
        q!(
            struct M {
                #[cql(partition_key)]
                a: i32,
                #[cql(rename = "")]
                b: i32,
            }
        ),
        &["the name of a column cannot be empty"],
    );
    for text in ["", "a b", "my.table", "ä"] {
        model(
            q!(
                #[cql(table = #text)]
                struct M {
                    #[cql(partition_key)]
                    a: i32,
                }
            ),
            &["names of keyspaces and tables consist of ASCII letters, digits and `_`"],
        );
    }
}

#[test]
fn number_of_columns() {
    let fields = |n: i32| (0..n).map(|i| quote::format_ident!("c{i}"));
    let (most, more) = (fields(126), fields(127));
    model(
        q!(struct M { #[cql(partition_key)] key: i32, #(#most: i32),* }),
        &[],
    );
    model(
        q!(struct M { #[cql(partition_key)] key: i32, #(#more: i32),* }),
        &["`M` has 128 columns, and a model at most 127"],
    );
}

#[test]
fn shapes_of_items() {
    model(
        q!(
            struct M(i32);
        ),
        &["a model is a struct with named fields"],
    );
    model(
        q!(
            enum M {
                A,
            }
        ),
        &["a model is a struct with named fields"],
    );
    model(
        q!(
            struct M<T> {
                #[cql(partition_key)]
                a: T,
            }
        ),
        &["a model cannot have generic parameters: write the types out"],
    );
    cql_enum(
        q!(
            struct E;
        ),
        &["`CqlEnum` is for enums"],
    );
    cql_enum(
        q!(
            enum E<'a> {
                A,
            }
        ),
        &["a `CqlEnum` cannot have generic parameters: write the types out"],
    );
}

#[test]
fn values_of_keys() {
    model(
        q!(
            #[cql(rename_all = "camelcase")]
            struct M {
                #[cql(partition_key)]
                a: i32,
            }
        ),
        &["unknown value `camelcase`: did you mean `camelCase`?"],
    );
    model(
        q!(
            #[cql(rename_all = "x")]
            struct M {
                #[cql(partition_key)]
                a: i32,
            }
        ),
        &[
            "unknown value `x`: known are `lowercase`, `UPPERCASE`, `PascalCase`, `camelCase`, `snake_case`, \
           `SCREAMING_SNAKE_CASE`, `kebab-case`, `SCREAMING-KEBAB-CASE`",
        ],
    );
    model(
        q!(
            #[cql(crate = "a b")]
            struct M {
                #[cql(partition_key)]
                a: i32,
            }
        ),
        &["`crate` takes the path of scylla-orm, such as `crate = \"my_app::orm\"`"],
    );
}

#[test]
fn enums() {
    cql_enum(
        q!(
            enum E {}
        ),
        &["`E` has no variants, so no value of it could be stored"],
    );
    cql_enum(
        q!(
            enum E {
                A,
                B(i32),
            }
        ),
        &["variant `B` has fields: a `CqlEnum` is one value of CQL, so its variants have none"],
    );
    cql_enum(
        q!(
            #[cql(rename_all = "lowercase")]
            enum E {
                Ab,
                AB,
            }
        ),
        &["variants `Ab` and `AB` are both stored as `ab`: rename one of them"],
    );
    cql_enum(
        q!(
            #[cql(repr = "integer")]
            enum E {
                A,
            }
        ),
        &["unknown value `integer`: known are `text`, `tinyint`, `smallint`, `int`, `bigint`"],
    );
    cql_enum(
        q!(
            #[cql(repr = "int")]
            enum E {
                #[cql(rename = "a")]
                A,
            }
        ),
        &["an enum that is stored as `int` has numbers, not names: set them by `Variant = 1`"],
    );
    cql_enum(
        q!(
            #[cql(repr = "int", rename_all = "lowercase")]
            enum E {
                A,
            }
        ),
        &["an enum that is stored as `int` has numbers, not names: set them by `Variant = 1`"],
    );
}
