//! From what is there and what the model says to a plan. Pure.

use std::collections::BTreeSet;

use scylla_orm_driver::topology::{ColumnInfo, ColumnKind, TableInfo};
use scylla_orm_driver::value::Type;

use crate::table::{ColumnDef, Kind, TableDef};

use super::found::{Found, Taken};
use super::{Plan, Refusal, Step, Untouched, ddl, stored};

mod index;

/// What the table lacks, what is refused, what is left alone.
pub(super) fn plan(
    table: &'static TableDef,
    keyspace: &str,
    found: Found<'_>,
    taken: &Taken<'_>,
) -> Plan {
    let mut diff = Diff {
        table,
        keyspace,
        plan: Plan {
            model: table.model,
            table: ddl::qualified(keyspace, table.table),
            steps: Vec::new(),
            refused: Vec::new(),
            untouched: Vec::new(),
        },
    };
    match found {
        Found::NoKeyspace => diff.plan.refused.push(Refusal::NoKeyspace {
            keyspace: keyspace.to_owned(),
        }),
        Found::View => diff.plan.refused.push(Refusal::View),
        Found::Nothing => {
            let cql = ddl::create_table(table, keyspace);
            diff.plan.steps.push(Step::CreateTable { cql });
            diff.indexes(&[], taken);
        }
        Found::Table(info) => {
            diff.key(info);
            diff.columns(info);
            diff.indexes(&info.indexes, taken);
        }
    }
    diff.plan
}

/// A plan in the making.
struct Diff<'a> {
    table: &'static TableDef,
    keyspace: &'a str,
    plan: Plan,
}

impl Diff<'_> {
    /// Names and places of the key's columns.
    fn key(&mut self, info: &TableInfo) {
        let table = self.table;
        let names = |key: &'static [u8]| key.iter().map(|&index| table.column(index).name);
        let found = ddl::primary_key(
            info.partition_key().map(|column| &*column.name),
            info.clustering_key().map(|column| &*column.name),
        );
        let declared =
            ddl::primary_key(names(table.partition_key()), names(table.clustering_key()));
        if found != declared {
            self.plan.refused.push(Refusal::Key { found, declared });
        }
    }

    fn columns(&mut self, info: &TableInfo) {
        let mut missing = Vec::new();
        for column in self.table.columns {
            match info.column(column.name) {
                Some(found) => self.column(column, found),
                // The refusal of the key says it.
                None if is_key(column) => {}
                None => match mixes_counters(column, info) {
                    true => self.plan.refused.push(Refusal::Counter {
                        column: column.name,
                        declared: column.kind == Kind::Counter,
                    }),
                    false => missing.push(column),
                },
            }
        }
        if !missing.is_empty() {
            self.plan.steps.push(Step::AddColumns {
                columns: missing.iter().map(|column| column.name).collect(),
                cql: ddl::add_columns(self.table, self.keyspace, &missing),
            });
        }
        let known: BTreeSet<&str> = self.table.columns.iter().map(|c| c.name).collect();
        let unknown = info.columns.iter().filter(|found| {
            let key = matches!(found.kind, ColumnKind::Partition | ColumnKind::Clustering);
            !key && !known.contains(&*found.name)
        });
        self.plan
            .untouched
            .extend(unknown.map(|found| Untouched::Column {
                name: found.name.clone(),
                ty: found.ty.clone(),
            }));
    }

    /// A column that both have.
    fn column(&mut self, column: &ColumnDef, found: &ColumnInfo) {
        let declared = stored::declared(column);
        if !stored::same(&found.ty, &declared) {
            self.plan.refused.push(Refusal::Type {
                column: column.name,
                found: found.ty.clone(),
                declared,
                key: is_key(column),
            });
        }
        match (found.kind, column.kind) {
            (ColumnKind::Clustering, Kind::Clustering) if found.descending != column.descending => {
                self.plan.refused.push(Refusal::Order {
                    column: column.name,
                    declared: column.descending,
                });
            }
            (ColumnKind::Static, Kind::Regular | Kind::Counter)
            | (ColumnKind::Regular, Kind::Static) => self.plan.refused.push(Refusal::Static {
                column: column.name,
                declared: column.kind == Kind::Static,
            }),
            // Where one is of the key and the other is not, the refusal of the key says it.
            _ => {}
        }
    }
}

fn is_key(column: &ColumnDef) -> bool {
    matches!(column.kind, Kind::Partition | Kind::Clustering)
}

/// Whether a new column would put counters and others side by side. A table without any column outside its key is not
/// one of counters.
fn mixes_counters(column: &ColumnDef, info: &TableInfo) -> bool {
    let counts = info.columns.iter().any(|found| found.ty == Type::Counter);
    counts != (column.kind == Kind::Counter)
}
