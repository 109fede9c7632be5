//! What permissions are about.

use std::fmt;

use crate::catalog::keyspace_of;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::Name;
use crate::parse::syntax::role::{Permission, ResourceName};

/// What permissions are about. In `Debug` and [`Display`](fmt::Display) as error texts call it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Resource {
    AllKeyspaces,
    Keyspace(Name),
    AllTables(Name),
    Table(Name, Name),
    /// Of a keyspace, or of all of them.
    Functions(Option<Name>),
    AllRoles,
    Role(Name),
}

impl Resource {
    /// The resource of a statement, whose connection uses `keyspace`.
    ///
    /// # Errors
    /// Invalid, for a table without a keyspace.
    pub(crate) fn named(name: &ResourceName, keyspace: Option<&str>) -> Result<Resource, Failure> {
        Ok(match name.clone() {
            ResourceName::AllKeyspaces => Resource::AllKeyspaces,
            ResourceName::Keyspace(keyspace) => Resource::Keyspace(keyspace),
            ResourceName::AllTables(keyspace) => Resource::AllTables(keyspace),
            ResourceName::Table(table) => {
                Resource::Table(keyspace_of(&table, keyspace)?.into(), table.name)
            }
            ResourceName::AllRoles => Resource::AllRoles,
            ResourceName::Role(role) => Resource::Role(role),
            ResourceName::Functions(keyspace) => Resource::Functions(keyspace),
        })
    }

    /// As the system tables call it.
    pub(crate) fn path(&self) -> String {
        match self {
            Resource::AllKeyspaces => "data".to_owned(),
            Resource::Keyspace(keyspace) => format!("data/{keyspace}"),
            Resource::AllTables(keyspace) => format!("data/{keyspace}/*"),
            Resource::Table(keyspace, table) => format!("data/{keyspace}/{table}"),
            Resource::Functions(None) => "functions".to_owned(),
            Resource::Functions(Some(keyspace)) => format!("functions/{keyspace}"),
            Resource::AllRoles => "roles".to_owned(),
            Resource::Role(role) => format!("roles/{role}"),
        }
    }

    /// The resource, and all that contain it.
    pub(crate) fn chain(&self) -> Vec<Resource> {
        let mut chain = vec![self.clone()];
        while let Some(parent) = chain.last().and_then(Resource::parent) {
            chain.push(parent);
        }
        chain
    }

    fn parent(&self) -> Option<Resource> {
        match self {
            Resource::AllKeyspaces | Resource::Functions(None) | Resource::AllRoles => None,
            Resource::Keyspace(_) => Some(Resource::AllKeyspaces),
            Resource::AllTables(keyspace) => Some(Resource::Keyspace(keyspace.clone())),
            Resource::Table(keyspace, _) => Some(Resource::AllTables(keyspace.clone())),
            Resource::Functions(Some(_)) => Some(Resource::Functions(None)),
            Resource::Role(_) => Some(Resource::AllRoles),
        }
    }

    /// What can be granted on it.
    pub(crate) fn applicable(&self, flavor: Flavor) -> Vec<Permission> {
        use Permission::*;
        let mut applicable = match self {
            Resource::AllKeyspaces | Resource::Keyspace(_) | Resource::AllTables(_) => {
                vec![Create, Alter, Drop, Select, Modify, Authorize]
            }
            Resource::Table(..) => vec![Alter, Drop, Select, Modify, Authorize],
            Resource::Functions(_) => vec![Create, Alter, Drop, Authorize, Execute],
            Resource::AllRoles => vec![Create, Alter, Drop, Authorize, Describe],
            Resource::Role(_) => vec![Alter, Drop, Authorize],
        };
        let holds_data = applicable.contains(&Select);
        if holds_data && flavor == Flavor::Cassandra {
            applicable.extend([Unmask, SelectMasked]);
        }
        applicable
    }

    /// Cassandra's class for it, which a text names.
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Resource::Functions(_) => "FunctionResource",
            Resource::AllRoles | Resource::Role(_) => "RoleResource",
            _ => "DataResource",
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Resource::AllKeyspaces => f.write_str("<all keyspaces>"),
            Resource::Keyspace(keyspace) => write!(f, "<keyspace {keyspace}>"),
            Resource::AllTables(keyspace) => write!(f, "<all tables in {keyspace}>"),
            Resource::Table(keyspace, table) => write!(f, "<table {keyspace}.{table}>"),
            Resource::Functions(None) => f.write_str("<all functions>"),
            Resource::Functions(Some(keyspace)) => write!(f, "<all functions in {keyspace}>"),
            Resource::AllRoles => f.write_str("<all roles>"),
            Resource::Role(role) => write!(f, "<role {role}>"),
        }
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_texts() {
        let (k, t) = (|| Name::from("k"), || Name::from("t"));
        for (resource, path, text, parents) in [
            (Resource::AllKeyspaces, "data", "<all keyspaces>", ""),
            (Resource::Keyspace(k()), "data/k", "<keyspace k>", "data"),
            (
                Resource::AllTables(k()),
                "data/k/*",
                "<all tables in k>",
                "data/k data",
            ),
            (
                Resource::Table(k(), t()),
                "data/k/t",
                "<table k.t>",
                "data/k/* data/k data",
            ),
            (
                Resource::Functions(None),
                "functions",
                "<all functions>",
                "",
            ),
            (
                Resource::Functions(Some(k())),
                "functions/k",
                "<all functions in k>",
                "functions",
            ),
            (Resource::AllRoles, "roles", "<all roles>", ""),
            (
                Resource::Role("a/b".into()),
                "roles/a/b",
                "<role a/b>",
                "roles",
            ),
        ] {
            assert_eq!(resource.path(), path);
            assert_eq!(resource.to_string(), text);
            let chain = resource.chain();
            let above: Vec<String> = chain.iter().skip(1).map(Resource::path).collect();
            assert_eq!(above.join(" "), parents, "{path}");
        }
    }
}
