//! The schema changed, a table emptied, a keyspace used.

use std::sync::Arc;

use crate::catalog::change::Origin;
use crate::catalog::placement::Placement;
use crate::catalog::table::Table;
use crate::exec::{Context, Engine, Outcome, ddl, read, view, write};
use crate::failure::Failure;
use crate::parse::syntax::ddl::Ddl;

impl Engine {
    pub(super) fn truncate(&self, table: &Table, ctx: &Context<'_>) -> Result<Outcome, Failure> {
        if table.is_virtual {
            return Err(Failure::unauthorized(format!(
                "{} keyspace is not user-modifiable.",
                table.keyspace
            )));
        }
        if table.view.is_some() {
            return Err(Failure::invalid(
                "Cannot TRUNCATE materialized view directly; must truncate base table instead",
            ));
        }
        self.can_truncate(table, ctx)?;
        write(&self.store).truncate(table.id);
        Ok(Outcome::Void {
            warnings: Vec::new(),
        })
    }

    pub(super) fn use_keyspace(&self, keyspace: &str) -> Result<Outcome, Failure> {
        match read(&self.schema).keyspaces.contains_key(keyspace) {
            true => Ok(Outcome::SetKeyspace(keyspace.into())),
            false => Err(Failure::invalid(format!(
                "Keyspace '{keyspace}' does not exist"
            ))),
        }
    }

    /// Changes the schema, and forgets the data of tables that are not there any more.
    pub(super) fn change(&self, ddl: &Ddl, ctx: &Context<'_>) -> Result<ddl::Applied, Failure> {
        let nodes = Arc::clone(&self.placement().nodes);
        let origin = Origin {
            now: self.config.clock.micros(),
            keyspace: ctx.keyspace,
            nodes: &nodes,
        };
        let mut schema = write(&self.schema);
        let applied = ddl::apply(&schema, ddl, origin)?;
        if !Arc::ptr_eq(&schema, &applied.schema) {
            let views = view::all(&applied.schema, &self.config.clock)?;
            *schema = Arc::clone(&applied.schema);
            let keyspaces = schema.keyspaces.values();
            let tables = keyspaces.flat_map(|keyspace| keyspace.tables.values());
            let mut store = write(&self.store);
            store.retain(&tables.map(|table| table.id).collect());
            store.set_views(views);
            for (table, dropped) in ddl::dropped(ddl, &schema, ctx.keyspace) {
                store.forget(table, dropped.column.id, dropped.at);
            }
            drop(store);
            let mut placement = write(&self.placement);
            let nodes = Arc::clone(&placement.nodes);
            *placement = Arc::new(Placement::new(nodes, &schema, &placement.tablets));
        }
        drop(schema);
        self.regrant(&applied, &applied.schema, ctx.user);
        Ok(applied)
    }
}
