//! Statements that change the schema: what they answer, and which events they set off.

use std::sync::Arc;

use scylla_orm_driver::frame::response::{SchemaChange, SchemaChangeKind, SchemaTarget};
use uuid::Uuid;

use crate::catalog::change::{self, Origin};
use crate::catalog::table::Dropped;
use crate::catalog::{Schema, keyspace_of};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::ddl::{AlterTable, Ddl};

/// What a statement did to the schema.
#[derive(Debug, Clone)]
pub(crate) struct Applied {
    /// The schema from now on; the same one if nothing changed.
    pub(crate) schema: Arc<Schema>,
    /// What the client that sent it is told; without it the answer is void.
    pub(crate) answer: Option<SchemaChange>,
    /// What every client that registered for it is told.
    pub(crate) events: Vec<SchemaChange>,
    pub(crate) warnings: Vec<String>,
}

/// Applies `ddl` to `schema`.
///
/// # Errors
/// In the server's words, and nothing has changed.
pub(crate) fn apply(
    schema: &Arc<Schema>,
    ddl: &Ddl,
    origin: Origin<'_>,
) -> Result<Applied, Failure> {
    let Some(changed) = change::apply(schema, ddl, origin)? else {
        let told = schema.flavor == Flavor::Scylla && tells_of_nothing(ddl);
        return Ok(Applied {
            schema: Arc::clone(schema),
            answer: if told {
                event(schema, ddl, origin)?
            } else {
                None
            },
            events: Vec::new(),
            warnings: Vec::new(),
        });
    };
    // The table of an index that is dropped is known to the old schema alone.
    let answer = event(schema, ddl, origin)?;
    let mut events: Vec<SchemaChange> = answer.iter().cloned().collect();
    if let Some(change) = &answer
        && schema.flavor == Flavor::Scylla
        && change.target != SchemaTarget::Keyspace
    {
        events.extend(views(schema, &changed.schema, &change.keyspace));
    }
    Ok(Applied {
        schema: Arc::new(changed.schema),
        answer,
        events,
        warnings: changed.warnings,
    })
}

/// ScyllaDB answers CREATE IF NOT EXISTS of what exists as if it had made it, so that a client waits until all
/// nodes know it.
fn tells_of_nothing(ddl: &Ddl) -> bool {
    matches!(
        ddl,
        Ddl::CreateKeyspace { .. }
            | Ddl::CreateTable(_)
            | Ddl::CreateView(_)
            | Ddl::CreateType { .. }
    )
}

/// The change that a statement is about.
fn event(schema: &Schema, ddl: &Ddl, origin: Origin<'_>) -> Result<Option<SchemaChange>, Failure> {
    use SchemaChangeKind::{Created, Dropped, Updated};
    let (kind, whole) = match ddl {
        Ddl::CreateKeyspace { name, .. } => (Created, Some(name)),
        Ddl::AlterKeyspace { name, .. } => (Updated, Some(name)),
        Ddl::DropKeyspace { name, .. } => (Dropped, Some(name)),
        Ddl::CreateTable(_) | Ddl::CreateView(_) | Ddl::CreateType { .. } => (Created, None),
        Ddl::DropTable { .. } | Ddl::DropView { .. } => (Dropped, None),
        Ddl::DropType { .. } | Ddl::DropFunction { .. } => (Dropped, None),
        Ddl::AlterTable { .. } | Ddl::AlterView { .. } | Ddl::AlterType { .. } => (Updated, None),
        Ddl::CreateIndex(_) | Ddl::DropIndex { .. } => (Updated, None),
    };
    let Some(name) = ddl.name() else {
        let target = SchemaTarget::Keyspace;
        return Ok(whole.map(|name| SchemaChange {
            kind,
            keyspace: name.to_string(),
            target,
        }));
    };
    let keyspace = keyspace_of(name, origin.keyspace)?;
    let target = match ddl {
        Ddl::CreateType { .. } | Ddl::AlterType { .. } | Ddl::DropType { .. } => {
            SchemaTarget::Type(name.name.to_string())
        }
        Ddl::DropIndex { .. } => {
            let known = schema.keyspaces.get(keyspace);
            let Some(base) = known.and_then(|k| k.table_of_index(&name.name)) else {
                return Ok(None);
            };
            SchemaTarget::Table(base.name.to_string())
        }
        _ => SchemaTarget::Table(name.name.to_string()),
    };
    Ok(Some(SchemaChange {
        kind,
        keyspace: keyspace.to_owned(),
        target,
    }))
}

/// The columns that a statement has just dropped as of a time, and their table's id: what was written later stays.
pub(super) fn dropped(ddl: &Ddl, schema: &Schema, keyspace: Option<&str>) -> Vec<(Uuid, Dropped)> {
    let Ddl::AlterTable {
        table,
        change: AlterTable::Drop { columns, .. },
        ..
    } = ddl
    else {
        return Vec::new();
    };
    let Ok(table) = schema.qualified_table(table, keyspace) else {
        return Vec::new();
    };
    let dropped = columns.iter().filter_map(|name| table.dropped.get(name));
    let dropped = dropped.filter(|dropped| dropped.told);
    dropped.map(|dropped| (table.id, dropped.clone())).collect()
}

/// ScyllaDB keeps each index in a hidden view, and tells when one comes or goes.
fn views(old: &Schema, new: &Schema, keyspace: &str) -> Vec<SchemaChange> {
    let names = |schema: &Schema| -> Vec<Box<str>> {
        let tables = schema
            .keyspaces
            .get(keyspace)
            .into_iter()
            .flat_map(|k| k.tables.values());
        tables
            .flat_map(|table| table.indexes.iter().map(|index| index.name.clone()))
            .collect()
    };
    let (old, new) = (names(old), names(new));
    let gone = old.iter().filter(|name| !new.contains(name));
    let come = new.iter().filter(|name| !old.contains(name));
    let gone = gone.map(|name| (SchemaChangeKind::Dropped, name));
    let come = come.map(|name| (SchemaChangeKind::Created, name));
    gone.chain(come)
        .map(|(kind, index)| SchemaChange {
            kind,
            keyspace: keyspace.to_owned(),
            target: SchemaTarget::Table(format!("{index}_index")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use scylla_orm_driver::frame::response::{SchemaChange, SchemaTarget};

    use crate::catalog::Schema;
    use crate::catalog::change::Origin;
    use crate::exec::ddl::apply;
    use crate::flavor::Flavor;
    use crate::parse::parse;
    use crate::parse::syntax::Statement;

    fn shown(change: &SchemaChange) -> String {
        let target = match &change.target {
            SchemaTarget::Keyspace => "keyspace".to_owned(),
            SchemaTarget::Table(name) => format!("table {name}"),
            SchemaTarget::Type(name) => format!("type {name}"),
            other => panic!("{other:?}"),
        };
        format!("{:?} {} {target}", change.kind, change.keyspace)
    }

    /// Statements one after another, and what each tells: its answer, then the events behind the answer's own.
    fn check(flavor: Flavor, steps: &[(&str, &[&str])]) {
        let mut schema = Arc::new(Schema::new(flavor));
        for (text, expected) in steps {
            let Statement::Ddl(ddl) = parse(text, flavor).unwrap().statement else {
                panic!("{text}")
            };
            let origin = Origin {
                keyspace: Some("k"),
                nodes: &[],
                now: 0,
            };
            let applied = apply(&schema, &ddl, origin).unwrap();
            let answer = applied.answer.iter().map(shown);
            let more = applied.events.iter().skip(1).map(shown);
            assert_eq!(answer.chain(more).collect::<Vec<_>>(), *expected, "{text}");
            schema = applied.schema;
        }
    }

    const KEYSPACE: &str = "CREATE KEYSPACE IF NOT EXISTS k WITH replication = {'class': 'SimpleStrategy', \
                            'replication_factor': 3}";

    #[test]
    fn answers_and_events() {
        check(
            Flavor::Scylla,
            &[
                (KEYSPACE, &["Created k keyspace"]),
                (KEYSPACE, &["Created k keyspace"]),
                (
                    "CREATE TABLE t (p int PRIMARY KEY, v int)",
                    &["Created k table t"],
                ),
                ("ALTER TABLE t ADD w int", &["Updated k table t"]),
                (
                    "CREATE INDEX ON t (v)",
                    &["Updated k table t", "Created k table t_v_idx_index"],
                ),
                ("CREATE INDEX IF NOT EXISTS ON t (v)", &[]),
                (
                    "DROP INDEX t_v_idx",
                    &["Updated k table t", "Dropped k table t_v_idx_index"],
                ),
                ("DROP INDEX IF EXISTS t_v_idx", &[]),
                ("CREATE TYPE u (a int)", &["Created k type u"]),
                ("ALTER TYPE u ADD b int", &["Updated k type u"]),
                ("DROP TYPE u", &["Dropped k type u"]),
                ("DROP TABLE t", &["Dropped k table t"]),
                (
                    "ALTER KEYSPACE k WITH durable_writes = false",
                    &["Updated k keyspace"],
                ),
                ("DROP KEYSPACE k", &["Dropped k keyspace"]),
            ],
        );
        check(
            Flavor::Cassandra,
            &[
                (KEYSPACE, &["Created k keyspace"]),
                (KEYSPACE, &[]),
                (
                    "CREATE TABLE t (p int PRIMARY KEY, v int)",
                    &["Created k table t"],
                ),
                ("CREATE INDEX ON t (v)", &["Updated k table t"]),
                ("DROP INDEX t_v_idx", &["Updated k table t"]),
            ],
        );
    }
}
