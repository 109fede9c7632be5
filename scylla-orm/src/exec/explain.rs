//! Why a server refuses a statement of a model: the table is not there, or not what the model says.
//!
//! The servers' texts differ from version to version, so it is not the text that is read but the schema.

use scylla_orm_driver::topology::TableInfo;

use crate::cql::{identifier, qualified};
use crate::error::{Error, ErrorKind};
use crate::table::TableDef;

use super::expect;

/// Whether a failure can come from a table that changed after its statement was prepared.
pub(super) fn is_worth_a_look(error: &scylla_orm_driver::Error) -> bool {
    use scylla_orm_driver::ErrorKind as Kind;
    match error.kind() {
        Kind::StatementChanged => true,
        Kind::Invalid { message } => {
            let message = message.to_ascii_lowercase();
            [
                "exist",
                "unconfigured",
                "undefined",
                "unknown",
                "unrecognized",
            ]
            .iter()
            .any(|word| message.contains(word))
        }
        _ => false,
    }
}

/// What is wrong between the model and the database; the driver's error itself if nothing is.
pub(super) async fn explain(
    driver: &scylla_orm_driver::Session,
    table: &TableDef,
    keyspace: Option<&str>,
    error: scylla_orm_driver::Error,
) -> Error {
    use scylla_orm_driver::ErrorKind as Kind;
    let refused = matches!(error.kind(), Kind::Invalid { .. } | Kind::StatementChanged);
    let kind = match keyspace {
        Some(keyspace) if refused => reason(driver, table, keyspace, &error).await,
        _ => None,
    };
    match kind {
        Some(kind) => {
            let explained = Error::new(kind).of(table.model);
            match error.statement() {
                Some(text) => explained.in_cql(text),
                None => explained,
            }
        }
        None => Error::from(error).of(table.model),
    }
}

async fn reason(
    driver: &scylla_orm_driver::Session,
    table: &TableDef,
    keyspace: &str,
    error: &scylla_orm_driver::Error,
) -> Option<ErrorKind> {
    // If the schema cannot be read, the error itself says more than why.
    let Some(found) = driver.describe_table(keyspace, table.table).await.ok()? else {
        let there = driver.describe_keyspace(keyspace).await.ok()?.is_some();
        return Some(if there {
            ErrorKind::MissingTable {
                table: qualified(Some(keyspace), table.table).into(),
            }
        } else {
            ErrorKind::MissingKeyspace {
                keyspace: keyspace.into(),
            }
        });
    };
    let filtering = error.to_string().contains("FILTERING");
    missing_columns(table, &found)
        .or_else(|| other_type(table, &found))
        .or_else(|| other_key(table, &found))
        .or_else(|| filtering.then(|| missing_index(table, &found)).flatten())
}

fn missing_columns(table: &TableDef, found: &TableInfo) -> Option<ErrorKind> {
    let missing = table
        .columns
        .iter()
        .filter(|c| found.column(c.name).is_none());
    let columns: Vec<Box<str>> = missing.map(|column| column.name.into()).collect();
    (!columns.is_empty()).then(|| ErrorKind::MissingColumns {
        table: name(found),
        columns,
    })
}

fn other_type(table: &TableDef, found: &TableInfo) -> Option<ErrorKind> {
    table.columns.iter().find_map(|column| {
        let (expected, found_ty) = ((column.ty)(), &found.column(column.name)?.ty);
        (!expect::suits(&expected, found_ty)).then(|| ErrorKind::Mismatch {
            table: name(found),
            column: Some(column.name.into()),
            expected: expected.to_string().into(),
            found: found_ty.to_string().into(),
        })
    })
}

fn other_key(table: &TableDef, found: &TableInfo) -> Option<ErrorKind> {
    let names = |indexes: &[u8]| {
        indexes
            .iter()
            .map(|&i| table.column(i).name)
            .collect::<Vec<_>>()
    };
    let expected = key(
        &names(table.partition_key()),
        &names(table.clustering_key()),
    );
    let partition: Vec<&str> = found.partition_key().map(|c| &*c.name).collect();
    let clustering: Vec<&str> = found.clustering_key().map(|c| &*c.name).collect();
    let key = key(&partition, &clustering);
    (expected != key).then(|| ErrorKind::Mismatch {
        table: name(found),
        column: None,
        expected: expected.into(),
        found: key.into(),
    })
}

fn missing_index(table: &TableDef, found: &TableInfo) -> Option<ErrorKind> {
    let is_on = |target: &str, column: &str| {
        // `v`, `values(v)`, and so on; the name may be quoted in it.
        let target = target.split_once('(').map_or(target, |(_, inner)| inner);
        target.trim_end_matches(')').trim_matches('"') == column
    };
    let column = table.columns.iter().find(|column| {
        column.indexed
            && !found
                .indexes
                .iter()
                .any(|index| is_on(&index.target, column.name))
    })?;
    Some(ErrorKind::Mismatch {
        table: name(found),
        column: None,
        expected: format!("an index on `{}`", column.name).into(),
        found: "none".into(),
    })
}

/// A primary key as it is written in CQL.
fn key(partition: &[&str], clustering: &[&str]) -> String {
    let list = |names: &[&str]| {
        let names: Vec<_> = names.iter().map(|name| identifier(name)).collect();
        names.join(", ")
    };
    let partition = match partition {
        [one] => identifier(one).into_owned(),
        several => format!("({})", list(several)),
    };
    match clustering {
        [] => format!("the primary key ({partition})"),
        columns => format!("the primary key ({partition}, {})", list(columns)),
    }
}

fn name(found: &TableInfo) -> Box<str> {
    qualified(Some(&found.keyspace), &found.name).into()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use scylla_orm_derive::Model;
    use scylla_orm_driver::topology::{ColumnInfo, ColumnKind, IndexInfo};
    use scylla_orm_driver::value::Type;

    use super::*;
    use crate::model::Model;
    use crate::table::Table;

    #[derive(Model)]
    #[cql(crate = "crate", keyspace = "ks")]
    struct Item {
        #[cql(partition_key)]
        a: i32,
        #[cql(partition_key)]
        b: String,
        #[cql(clustering_key)]
        c: i32,
        #[cql(index)]
        v: String,
        links: HashMap<String, i32>,
    }

    fn column(name: &str, ty: Type, kind: ColumnKind) -> ColumnInfo {
        ColumnInfo {
            name: name.into(),
            ty,
            kind,
            position: 0,
            descending: false,
        }
    }

    /// The table as the model has it.
    fn table() -> TableInfo {
        let links = Type::Map(Box::new(Type::Text), Box::new(Type::Int));
        TableInfo {
            keyspace: "ks".into(),
            name: "item".into(),
            id: None,
            columns: vec![
                column("a", Type::Int, ColumnKind::Partition),
                column("b", Type::Text, ColumnKind::Partition),
                column("c", Type::Int, ColumnKind::Clustering),
                column("links", links, ColumnKind::Regular),
                column("v", Type::Text, ColumnKind::Regular),
            ],
            indexes: vec![IndexInfo {
                name: "item_v_idx".into(),
                kind: "COMPOSITES".into(),
                target: "v".into(),
                class: None,
            }],
            options: BTreeMap::new(),
        }
    }

    /// `change` the table; `expected` is what is said of it.
    fn check(change: impl FnOnce(&mut TableInfo), expected: Option<&str>) {
        let (model, mut found) = (Item::definition(), table());
        change(&mut found);
        let kind = missing_columns(model, &found)
            .or_else(|| other_type(model, &found))
            .or_else(|| other_key(model, &found))
            .or_else(|| missing_index(model, &found));
        let text = kind.map(|kind| Error::new(kind).to_string());
        let text = text.as_deref().map(|text| text.split_once(';').unwrap().0);
        assert_eq!(text, expected);
    }

    #[test]
    fn says_what_differs() {
        drop(Item::objects());
        check(|_| (), None);
        check(
            |table| table.columns.truncate(3),
            Some("table `ks.item` has no column `v` and no column `links`"),
        );
        check(
            |table| table.columns[4].ty = Type::Blob,
            Some("column `v` of table `ks.item` is `text` in the model and `blob` in the database"),
        );
        check(
            |table| table.columns[1].kind = ColumnKind::Clustering,
            Some(
                "table `ks.item` has the primary key ((a, b), c) in the model and the primary key (a, b, c) in the \
                 database",
            ),
        );
        check(
            |table| table.indexes.clear(),
            Some("table `ks.item` has an index on `v` in the model and none in the database"),
        );
        check(
            |table| table.indexes[0].target = "values(\"v\")".into(),
            None,
        );
        check(|table| table.columns[4].ty = Type::Ascii, None);
    }
}
