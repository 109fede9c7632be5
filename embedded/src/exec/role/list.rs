//! LIST of roles, users and permissions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use scylla_orm_driver::value::{Column, ToCql, Type};

use crate::catalog::roles::resource::Resource;
use crate::catalog::roles::{Role, Roles};
use crate::catalog::system::Row;
use crate::exec::Rows;
use crate::exec::access::User;
use crate::exec::role::Desk;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::role::{Permission, ResourceName, RoleStatement};

/// What the statement lists, if it is one that lists.
pub(super) fn list(statement: &RoleStatement, desk: &Desk<'_>) -> Result<Option<Rows>, Failure> {
    let (columns, rows) = match statement {
        RoleStatement::ListRoles { of, recursive } => {
            desk.judge.ensure_not_anonymous()?;
            let names = listed(of.as_deref(), *recursive, desk)?;
            (role_columns(desk.flavor()), roles(&names, desk, role_row))
        }
        RoleStatement::ListUsers => {
            desk.judge.ensure_not_anonymous()?;
            let mut names = listed(None, true, desk)?;
            names.retain(|name| desk.judge.roles.get(name).is_some_and(|role| role.login));
            (user_columns(desk.flavor()), roles(&names, desk, user_row))
        }
        RoleStatement::ListPermissions {
            permissions,
            on,
            of,
            recursive,
        } => {
            desk.judge.ensure_not_anonymous()?;
            let text = ["role", "username", "resource", "permission"].map(|c| (c, Type::Text));
            let on = on.as_ref().map(|on| (on, *recursive));
            let rows = list_permissions(permissions, on, of.as_deref(), desk)?;
            (columns("permissions", text.to_vec()), rows)
        }
        _ => return Ok(None),
    };
    Ok(Some(Rows {
        columns,
        rows,
        paging_state: None,
        warnings: Vec::new(),
    }))
}

/// The roles that whoever asks may see: all with DESCRIBE on all roles, else their own and what was granted to them.
fn listed<'a>(
    of: Option<&'a str>,
    deep: bool,
    desk: &'a Desk<'_>,
) -> Result<BTreeSet<&'a str>, Failure> {
    let known: &Roles = desk.judge.roles;
    if let Some(of) = of
        && known.get(of).is_none()
    {
        return Err(missing(&Resource::Role(of.into()), desk));
    }
    let own = match desk.judge.user {
        User::Named(user) => user,
        User::Anonymous | User::Cluster => "",
    };
    match of {
        None if desk.judge.may(Permission::Describe, &Resource::AllRoles) => {
            Ok(known.all().map(|(name, _)| &**name).collect())
        }
        None => Ok(known.granted(own, deep)),
        Some(of)
            if desk.judge.may(Permission::Describe, &Resource::AllRoles)
                || known.granted(own, true).contains(of) =>
        {
            Ok(known.granted(of, deep))
        }
        Some(of) => Err(Failure::unauthorized(desk.flavor().pick(
            format!("You are not authorized to view the roles granted to role '{of}'."),
            format!("You are not authorized to view roles granted to {of} "),
        ))),
    }
}

fn list_permissions(
    permissions: &[Permission],
    on: Option<(&ResourceName, bool)>,
    of: Option<&str>,
    desk: &Desk<'_>,
) -> Result<Vec<Row>, Failure> {
    let known: &Roles = desk.judge.roles;
    if let Some(of) = of
        && known.get(of).is_none()
    {
        return Err(missing(&Resource::Role(of.into()), desk));
    }
    let within = match on {
        None => None,
        Some((name, recursive)) => {
            let resource = Resource::named(name, desk.keyspace)?;
            if !desk.is_there(&resource, known) {
                return Err(missing(&resource, desk));
            }
            Some(if recursive {
                resource.chain()
            } else {
                vec![resource]
            })
        }
    };
    if !desk.judge.access.authorization {
        return Err(Failure::invalid(
            "LIST PERMISSIONS operation is not supported by AllowAllAuthorizer",
        ));
    }
    let own = match desk.judge.user {
        User::Named(user) => known.granted(user, true),
        User::Anonymous | User::Cluster => BTreeSet::new(),
    };
    if !desk.judge.is_superuser() && !of.is_some_and(|of| own.contains(of)) {
        let whose = of.unwrap_or("everyone");
        return Err(desk.unauthorized(&format!(
            "You are not authorized to view {whose}'s permissions"
        )));
    }
    let names = match of {
        Some(of) => known.granted(of, true),
        None => known.all().map(|(name, _)| &**name).collect(),
    };
    let of_role = |name: &str| permission_rows(name, known, permissions, within.as_deref());
    Ok(names.into_iter().flat_map(of_role).collect())
}

/// By the resource's path, then in the order of permissions.
fn permission_rows(
    name: &str,
    roles: &Roles,
    permissions: &[Permission],
    within: Option<&[Resource]>,
) -> Vec<Row> {
    let Some(role) = roles.get(name) else {
        return Vec::new();
    };
    let granted = role.permissions.iter();
    let mut granted: Vec<_> = granted
        .filter(|(resource, _)| within.is_none_or(|within| within.contains(resource)))
        .map(|(resource, granted)| (resource.path(), resource, granted))
        .collect();
    granted.sort_by(|a, b| a.0.cmp(&b.0));
    let rows = granted.into_iter().flat_map(|(_, resource, granted)| {
        let listed = granted.iter().filter(|p| permissions.contains(p));
        listed.map(move |permission| {
            vec![
                cell(name),
                cell(name),
                cell(resource.to_string()),
                cell(permission.name()),
            ]
        })
    });
    rows.collect()
}

fn missing(what: &Resource, desk: &Desk<'_>) -> Failure {
    let text = match (desk.flavor(), what) {
        (Flavor::Scylla, Resource::Role(role)) => format!("Role {role} doesn't exist."),
        (Flavor::Scylla, _) => format!("{what} doesn't exist."),
        (Flavor::Cassandra, _) => format!("{what} doesn't exist"),
    };
    Failure::invalid(text)
}

fn roles(
    names: &BTreeSet<&str>,
    desk: &Desk<'_>,
    row: impl Fn(&str, &Role, Flavor) -> Row,
) -> Vec<Row> {
    let known = |name: &&str| Some(row(name, desk.judge.roles.get(name)?, desk.flavor()));
    names.iter().filter_map(known).collect()
}

fn role_columns(flavor: Flavor) -> Arc<[Column]> {
    let custom = Type::Map(Box::new(Type::Text), Box::new(Type::Text));
    let mut of = vec![
        ("role", Type::Text),
        ("super", Type::Boolean),
        ("login", Type::Boolean),
        ("options", custom),
    ];
    if flavor == Flavor::Cassandra {
        of.push(("datacenters", Type::Text));
    }
    columns("roles", of)
}

fn role_row(name: &str, role: &Role, flavor: Flavor) -> Row {
    let custom: BTreeMap<&str, &str> = role
        .custom
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let mut row = vec![
        cell(name),
        cell(role.superuser),
        cell(role.login),
        cell(custom),
    ];
    row.extend((flavor == Flavor::Cassandra).then(|| cell(datacenters(role))));
    row
}

fn user_columns(flavor: Flavor) -> Arc<[Column]> {
    let mut of = vec![("name", Type::Text), ("super", Type::Boolean)];
    if flavor == Flavor::Cassandra {
        of.push(("datacenters", Type::Text));
    }
    columns("users", of)
}

fn user_row(name: &str, role: &Role, flavor: Flavor) -> Row {
    let mut row = vec![cell(name), cell(role.superuser)];
    row.extend((flavor == Flavor::Cassandra).then(|| cell(datacenters(role))));
    row
}

fn datacenters(role: &Role) -> String {
    match &role.datacenters {
        None => "ALL".to_owned(),
        Some(names) => {
            let names: Vec<&str> = names.iter().map(|name| &**name).collect();
            names.join(", ")
        }
    }
}

/// Columns as servers describe them: of tables that there are not.
fn columns(table: &str, of: Vec<(&str, Type)>) -> Arc<[Column]> {
    let (keyspace, table): (Arc<str>, Arc<str>) = ("system_auth".into(), table.into());
    let column = |(name, ty): (&str, Type)| Column {
        keyspace: Arc::clone(&keyspace),
        table: Arc::clone(&table),
        name: name.into(),
        ty,
    };
    of.into_iter().map(column).collect()
}

fn cell(value: impl ToCql) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    value.write(&mut bytes);
    Some(bytes)
}
