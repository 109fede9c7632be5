//! The statements about roles and what they may do, as they are written.

use std::fmt;

use crate::parse::syntax::{Name, QualifiedName};

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum RoleStatement {
    Create {
        role: Name,
        if_not_exists: bool,
        options: RoleOptions,
    },
    Alter {
        role: Name,
        if_exists: bool,
        options: RoleOptions,
    },
    Drop {
        role: Name,
        if_exists: bool,
    },
    /// `GRANT role TO to`
    Join {
        role: Name,
        to: Name,
    },
    /// `REVOKE role FROM from`
    Leave {
        role: Name,
        from: Name,
    },
    Grant(Granted),
    Revoke(Granted),
    ListRoles {
        of: Option<Name>,
        recursive: bool,
    },
    ListUsers,
    ListPermissions {
        permissions: Vec<Permission>,
        on: Option<ResourceName>,
        of: Option<Name>,
        recursive: bool,
    },
}

/// `permissions ON resource TO role`, or `FROM role`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Granted {
    pub(crate) permissions: Vec<Permission>,
    pub(crate) on: ResourceName,
    pub(crate) role: Name,
}

/// What stands behind WITH; what is not said stays, or is what a new role has.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct RoleOptions {
    pub(crate) password: Option<Password>,
    pub(crate) superuser: Option<bool>,
    pub(crate) login: Option<bool>,
    pub(crate) custom: Option<Vec<(Box<str>, Box<str>)>>,
    /// The data centres from which it may log in; `None` within is all.
    pub(crate) datacenters: Option<Option<Vec<Box<str>>>>,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Password {
    Plain(Box<str>),
    /// What the server is to keep of it.
    Hashed(Box<str>),
}

impl Password {
    pub(crate) fn is_hashed(&self) -> bool {
        matches!(self, Password::Hashed(_))
    }
}

/// Secrets stay out of logs.
impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// What a role may do with a resource, in the order in which servers list it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Permission {
    Create,
    Alter,
    Drop,
    Select,
    Modify,
    Authorize,
    Describe,
    Execute,
    Unmask,
    SelectMasked,
}

/// What permissions are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ResourceName {
    AllKeyspaces,
    Keyspace(Name),
    /// Cassandra's `ALL TABLES IN KEYSPACE name`
    AllTables(Name),
    Table(QualifiedName),
    AllRoles,
    Role(Name),
    /// Of a keyspace, or of all of them.
    Functions(Option<Name>),
}

impl Permission {
    pub(crate) const ALL: [Permission; 10] = [
        Permission::Create,
        Permission::Alter,
        Permission::Drop,
        Permission::Select,
        Permission::Modify,
        Permission::Authorize,
        Permission::Describe,
        Permission::Execute,
        Permission::Unmask,
        Permission::SelectMasked,
    ];

    /// As it is written, and as the system tables tell it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Permission::Create => "CREATE",
            Permission::Alter => "ALTER",
            Permission::Drop => "DROP",
            Permission::Select => "SELECT",
            Permission::Modify => "MODIFY",
            Permission::Authorize => "AUTHORIZE",
            Permission::Describe => "DESCRIBE",
            Permission::Execute => "EXECUTE",
            Permission::Unmask => "UNMASK",
            Permission::SelectMasked => "SELECT_MASKED",
        }
    }
}
