//! All that an engine has, at once: to be looked at, and to be put in the place of another's.

use std::sync::{Arc, PoisonError};

use uuid::Uuid;

use crate::catalog::Schema;
use crate::catalog::nodes::View;
use crate::catalog::placement::Placement;
use crate::catalog::roles::Roles;
use crate::catalog::tablets::Tablets;
use crate::exec::{Context, Engine, EngineConfig, read, write};
use crate::store::partition::Change;
use crate::store::{Key, Store};

impl Engine {
    pub(crate) fn config(&self) -> &EngineConfig {
        &self.config
    }

    /// Shows schema and data of one moment; writers wait meanwhile.
    pub(crate) fn with_data<T>(&self, look: impl FnOnce(&Schema, &Store, View<'_>) -> T) -> T {
        let roles = self.roles();
        let schema = read(&self.schema);
        let placement = self.placement();
        let view = self.view(&placement, &roles, &Context::default());
        look(&schema, &read(&self.store), view)
    }

    /// Writes partitions to a table, and so to its views.
    pub(crate) fn put(&self, table: Uuid, partitions: Vec<(Key, Change)>) {
        let mut store = write(&self.store);
        for (key, change) in partitions {
            store.apply(table, key, change);
        }
    }

    /// Takes the schema, the data and the roles of another engine in the place of its own. The nodes stay.
    pub(crate) fn adopt(&self, other: Engine) {
        let inner = |poisoned: PoisonError<_>| poisoned.into_inner();
        let mut schema = write(&self.schema);
        *schema = other
            .schema
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        *write(&self.store) = other.store.into_inner().unwrap_or_else(inner);
        let mut placement = write(&self.placement);
        let nodes = Arc::clone(&placement.nodes);
        *placement = Arc::new(Placement::new(nodes, &schema, &Tablets::new()));
        drop((placement, schema));
        self.set_roles(Roles::clone(&read(&other.roles)));
    }

    /// Takes the schema and the nodes of another engine, without its data.
    pub(crate) fn adopt_schema(&self, other: &Engine) {
        *write(&self.schema) = other.schema();
        *write(&self.placement) = other.placement();
    }

    /// Puts other roles in the place of those that there are.
    pub(crate) fn set_roles(&self, roles: Roles) {
        *write(&self.roles) = Arc::new(roles);
    }

    /// Adds roles to those that there are, which stay as they are.
    pub(crate) fn add_roles(&self, more: &Roles) {
        let own = self.roles();
        let mut roles = more.clone();
        for (name, role) in own.all() {
            roles.put(name, role.clone());
        }
        self.set_roles(roles);
    }
}

#[cfg(test)]
impl Engine {
    /// What a statement of the cluster itself answers: rows as literals, one a line, or `error: message`.
    pub(crate) fn shown(&self, cql: &str) -> String {
        let context = Context {
            consistency: 1,
            user: crate::exec::access::User::Cluster,
            ..Context::default()
        };
        let answer = self
            .prepare(cql, None)
            .and_then(|plan| self.execute(&plan, &[], &context));
        match answer {
            Ok(crate::exec::Outcome::Rows(rows)) => crate::exec::tests::shown(&rows),
            Ok(_) => String::new(),
            Err(failure) => format!("error: {failure}"),
        }
    }
}
