//! Statements about roles and what they may do, and who may log in.

mod change;
mod grant;
mod list;
mod login;

use std::sync::Arc;

use crate::catalog::Schema;
use crate::catalog::nodes::Node;
use crate::catalog::roles::resource::Resource;
use crate::catalog::roles::{DEFAULT, Role, Roles, password};
use crate::exec::access::{Access, Judge, User};
use crate::exec::{Context, Engine, Outcome, ddl, read, write};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::role::{Granted, RoleStatement};

/// What a statement about roles is judged by.
struct Desk<'a> {
    judge: Judge<'a>,
    schema: &'a Schema,
    nodes: &'a [Node],
    /// The connection's.
    keyspace: Option<&'a str>,
}

impl Engine {
    /// Everybody who may log in, and what they may do.
    pub(crate) fn roles(&self) -> Arc<Roles> {
        Arc::clone(&read(&self.roles))
    }

    pub(super) fn judge<'a>(&self, roles: &'a Roles, user: User<'a>) -> Judge<'a> {
        Judge {
            access: self.config.access,
            flavor: self.config.flavor,
            roles,
            user,
        }
    }

    pub(super) fn role(
        &self,
        statement: &RoleStatement,
        ctx: &Context<'_>,
    ) -> Result<Outcome, Failure> {
        let (schema, placement) = (self.schema(), self.placement());
        let mut roles = write(&self.roles);
        let desk = Desk {
            judge: self.judge(&roles, ctx.user),
            schema: &schema,
            nodes: &placement.nodes,
            keyspace: ctx.keyspace,
        };
        if let Some(rows) = list::list(statement, &desk)? {
            return Ok(Outcome::Rows(rows));
        }
        let mut changed = Roles::clone(&roles);
        let warnings = change::apply(statement, &desk, &mut changed)?;
        *roles = Arc::new(changed);
        Ok(Outcome::Void { warnings })
    }

    /// Who has made something may do everything with it, and nobody anything with what is gone.
    pub(super) fn regrant(&self, change: &ddl::Applied, schema: &Schema, user: User<'_>) {
        if !self.config.access.authorization {
            return;
        }
        let Some(change) = &change.answer else {
            return;
        };
        let mut roles = write(&self.roles);
        let mut changed = Roles::clone(&roles);
        changed.forget(|resource| match resource {
            Resource::Keyspace(keyspace)
            | Resource::AllTables(keyspace)
            | Resource::Functions(Some(keyspace)) => !schema.keyspaces.contains_key(keyspace),
            Resource::Table(keyspace, table) => schema.table(keyspace, table).is_err(),
            _ => false,
        });
        grant::to_creator(&mut changed, change, user, self.config.flavor);
        *roles = Arc::new(changed);
    }
}

/// The roles that a server begins with: a superuser of that name and password, `cassandra` if not said.
pub(super) fn at_start(access: Access, superuser: Option<(&str, &str)>) -> Roles {
    let mut roles = Roles::default();
    if access.authentication {
        let (name, password) = superuser.unwrap_or((DEFAULT, DEFAULT));
        roles.put(
            name,
            Role {
                superuser: true,
                login: true,
                password: password::Hash::of(password),
                ..Role::default()
            },
        );
    }
    roles
}

/// Refuses what is wrong whatever roles there are.
///
/// # Errors
/// Syntax or invalid, in the server's words.
pub(super) fn plan(statement: &RoleStatement, flavor: Flavor) -> Result<(), Failure> {
    let (RoleStatement::Grant(granted) | RoleStatement::Revoke(granted)) = statement else {
        return Ok(());
    };
    // Which keyspace it is makes no difference here.
    let resource = Resource::named(&granted.on, Some(""))?;
    if grant::applicable(granted, &resource, flavor).is_empty() {
        return Err(match flavor {
            Flavor::Scylla => Failure::invalid(format!(
                "Resource {resource} does not support any of the requested permissions."
            )),
            Flavor::Cassandra => Failure::syntax(format!(
                "Resource type {} does not support any of the requested permissions",
                resource.class()
            )),
        });
    }
    Ok(())
}

impl Desk<'_> {
    fn flavor(&self) -> Flavor {
        self.judge.flavor
    }

    /// # Errors
    /// Invalid, in the server's words, for a role that is not there.
    fn role<'r>(&self, roles: &'r Roles, name: &str) -> Result<&'r Role, Failure> {
        roles.get(name).ok_or_else(|| self.no_role(name))
    }

    fn no_role(&self, name: &str) -> Failure {
        Failure::invalid(self.flavor().pick(
            format!("Role {name} doesn't exist."),
            format!("{name} doesn't exist"),
        ))
    }

    /// The resource of a statement, if it is there.
    fn resource(&self, granted: &Granted, roles: &Roles) -> Result<Resource, Failure> {
        let resource = Resource::named(&granted.on, self.keyspace)?;
        match self.is_there(&resource, roles) {
            true => Ok(resource),
            false => Err(Failure::invalid(self.flavor().pick(
                format!("{resource} doesn't exist."),
                format!("Resource {resource} doesn't exist"),
            ))),
        }
    }

    fn is_there(&self, resource: &Resource, roles: &Roles) -> bool {
        match resource {
            Resource::Keyspace(keyspace)
            | Resource::AllTables(keyspace)
            | Resource::Functions(Some(keyspace)) => self.schema.keyspaces.contains_key(keyspace),
            Resource::Table(keyspace, table) => self.schema.table(keyspace, table).is_ok(),
            Resource::Role(role) => roles.get(role).is_some(),
            Resource::AllKeyspaces | Resource::Functions(None) | Resource::AllRoles => true,
        }
    }
}
