//! Who asks, and whether they may.

use crate::catalog::keyspace::is_system;
use crate::catalog::roles::Roles;
use crate::catalog::roles::resource::Resource;
use crate::catalog::table::Table;
use crate::catalog::{Schema, keyspace_of};
use crate::exec::modify::Modify;
use crate::exec::plan::Kind;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::ddl::Ddl;
use crate::parse::syntax::role::Permission;

/// Who asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum User<'a> {
    /// Nobody was asked for a name.
    #[default]
    Anonymous,
    /// Who has logged in.
    Named(&'a str),
    /// The cluster itself, which may do everything.
    Cluster,
}

/// What is asked of clients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Access {
    /// A name and a password, by `PasswordAuthenticator`.
    pub(crate) authentication: bool,
    /// Permissions for what they do, by `CassandraAuthorizer`.
    pub(crate) authorization: bool,
}

/// Decides what a user may do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge<'a> {
    pub(super) access: Access,
    pub(super) flavor: Flavor,
    pub(super) roles: &'a Roles,
    pub(super) user: User<'a>,
}

/// The tables of `system` that everybody may read.
const OPEN: &str =
    "local peers peers_v2 size_estimates table_estimates versions scylla_local built_views";

impl Judge<'_> {
    pub(super) fn is_superuser(&self) -> bool {
        match self.user {
            User::Anonymous => false,
            User::Named(name) => self.roles.is_superuser(name),
            User::Cluster => true,
        }
    }

    pub(super) fn may(&self, permission: Permission, resource: &Resource) -> bool {
        match self.user {
            User::Cluster => true,
            _ if !self.access.authorization => true,
            User::Anonymous => false,
            User::Named(name) => self.roles.may(name, permission, resource),
        }
    }

    /// # Errors
    /// Unauthorized, in the server's words.
    pub(super) fn ensure(
        &self,
        permission: Permission,
        resource: &Resource,
    ) -> Result<(), Failure> {
        match self.may(permission, resource) {
            true => Ok(()),
            false => Err(Failure::unauthorized(format!(
                "User {} has no {} permission on {resource} or any of its parents",
                self.name(),
                permission.name()
            ))),
        }
    }

    /// # Errors
    /// Unauthorized, if nobody was asked for a name.
    pub(super) fn ensure_not_anonymous(&self) -> Result<(), Failure> {
        match self.user {
            User::Anonymous => Err(Failure::unauthorized(
                "You have to be logged in and not anonymous to perform this request",
            )),
            User::Named(_) | User::Cluster => Ok(()),
        }
    }

    /// As texts call the user.
    pub(super) fn name(&self) -> &str {
        match self.user {
            User::Anonymous => "anonymous",
            User::Named(name) => name,
            User::Cluster => "system",
        }
    }

    /// Whether a plan may be run; statements about roles decide for themselves.
    ///
    /// # Errors
    /// Unauthorized, in the server's words.
    pub(super) fn check(
        &self,
        kind: &Kind,
        schema: &Schema,
        keyspace: Option<&str>,
    ) -> Result<(), Failure> {
        if !self.access.authorization || self.user == User::Cluster {
            return Ok(());
        }
        match kind {
            Kind::Select(select) => self.read(&select.table),
            Kind::Modify(modify) => self.modify(modify),
            Kind::Batch(batch) => batch.statements().try_for_each(|m| self.modify(m)),
            Kind::Truncate(table) => self.ensure(Permission::Modify, &of(table)),
            Kind::Prune(prune) => self.read(&prune.select.table),
            Kind::Ddl(ddl) => self.change(ddl, schema, keyspace),
            Kind::Use(_) | Kind::Describe(_) | Kind::Role(_) => Ok(()),
        }
    }

    fn read(&self, table: &Table) -> Result<(), Failure> {
        let open = match &*table.keyspace {
            "system_schema" | "system_traces" | "system_virtual_schema" => true,
            "system" => OPEN.split(' ').any(|open| open == &*table.name),
            _ => false,
        };
        match open {
            true => Ok(()),
            false => self.ensure(Permission::Select, &of(table)),
        }
    }

    pub(super) fn modify(&self, modify: &Modify) -> Result<(), Failure> {
        self.ensure(Permission::Modify, &of(&modify.table))?;
        match modify.is_conditional() {
            // Its answer tells what is there.
            true => self.ensure(Permission::Select, &of(&modify.table)),
            false => Ok(()),
        }
    }

    fn change(&self, ddl: &Ddl, schema: &Schema, keyspace: Option<&str>) -> Result<(), Failure> {
        match ddl {
            Ddl::CreateKeyspace { .. } => self.ensure(Permission::Create, &Resource::AllKeyspaces),
            Ddl::AlterKeyspace { name, .. } => {
                self.ensure(Permission::Alter, &Resource::Keyspace(name.clone()))
            }
            Ddl::DropKeyspace { name, .. } => {
                self.ensure(Permission::Drop, &Resource::Keyspace(name.clone()))
            }
            _ => {
                let Some(name) = ddl.name() else {
                    return Ok(());
                };
                let keyspace = keyspace_of(name, keyspace)?;
                self.change_within(ddl, schema, keyspace, &name.name)
            }
        }
    }

    fn change_within(
        &self,
        ddl: &Ddl,
        schema: &Schema,
        keyspace: &str,
        name: &str,
    ) -> Result<(), Failure> {
        let within = self.flavor.pick(
            Resource::Keyspace(keyspace.into()),
            Resource::AllTables(keyspace.into()),
        );
        let table = |name: &str| Resource::Table(keyspace.into(), name.into());
        match ddl {
            Ddl::CreateTable(_) | Ddl::CreateType { .. } => {
                self.ensure(Permission::Create, &within)
            }
            Ddl::AlterType { .. } => self.ensure(Permission::Alter, &within),
            Ddl::DropType { .. } => self.ensure(Permission::Drop, &within),
            Ddl::DropTable { .. } => self.ensure(Permission::Drop, &table(name)),
            Ddl::DropIndex { .. } => {
                let known = schema.keyspaces.get(keyspace);
                match known.and_then(|known| known.table_of_index(name)) {
                    Some(base) => self.ensure(Permission::Alter, &table(&base.name)),
                    None => Ok(()),
                }
            }
            Ddl::CreateView(view) => self.ensure(Permission::Alter, &table(&view.base.name)),
            _ => self.ensure(Permission::Alter, &table(name)),
        }
    }
}

/// Whether a keyspace's permissions are the server's own affair.
pub(super) fn is_guarded(resource: &Resource) -> bool {
    match resource {
        Resource::Keyspace(keyspace)
        | Resource::AllTables(keyspace)
        | Resource::Table(keyspace, _) => is_system(keyspace),
        _ => false,
    }
}

fn of(table: &Table) -> Resource {
    Resource::Table(table.keyspace.clone(), table.name.clone())
}
