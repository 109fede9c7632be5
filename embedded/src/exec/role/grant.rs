//! GRANT and REVOKE of permissions.

use std::collections::BTreeSet;

use scylla_orm_driver::frame::response::{SchemaChange, SchemaChangeKind, SchemaTarget};

use crate::catalog::roles::Roles;
use crate::catalog::roles::resource::Resource;
use crate::exec::access::{self, Judge, User};
use crate::exec::role::Desk;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::role::{Granted, Permission};

/// Returns what to warn of: Cassandra tells what was granted before.
pub(super) fn grant(
    granted: &Granted,
    desk: &Desk<'_>,
    roles: &mut Roles,
) -> Result<Vec<String>, Failure> {
    let (resource, permissions) = allowed("GRANT", granted, desk, roles)?;
    let Some(role) = roles.get_mut(&granted.role) else {
        return Ok(Vec::new());
    };
    let has = role.permissions.entry(resource.clone()).or_default();
    let before = permissions.iter().filter(|p| has.contains(p));
    let before: Vec<Permission> = before.copied().collect();
    has.extend(permissions);
    Ok(warning(
        desk,
        granted,
        "already granted",
        &before,
        &resource,
    ))
}

/// Returns what to warn of: Cassandra tells what was not granted.
pub(super) fn revoke(
    granted: &Granted,
    desk: &Desk<'_>,
    roles: &mut Roles,
) -> Result<Vec<String>, Failure> {
    let (resource, permissions) = allowed("REVOKE", granted, desk, roles)?;
    let Some(role) = roles.get_mut(&granted.role) else {
        return Ok(Vec::new());
    };
    let has = role.permissions.entry(resource.clone()).or_default();
    let missing = permissions.iter().filter(|p| !has.contains(p));
    let missing: Vec<Permission> = missing.copied().collect();
    has.retain(|permission| !permissions.contains(permission));
    if has.is_empty() {
        role.permissions.remove(&resource);
    }
    Ok(warning(desk, granted, "not granted", &missing, &resource))
}

/// What of the named permissions makes sense for the resource.
pub(super) fn applicable(
    granted: &Granted,
    resource: &Resource,
    flavor: Flavor,
) -> Vec<Permission> {
    let mut applicable = resource.applicable(flavor);
    applicable.retain(|permission| granted.permissions.contains(permission));
    applicable.sort();
    applicable
}

/// The resource and the permissions, if whoever asks may hand them on.
fn allowed(
    operation: &str,
    granted: &Granted,
    desk: &Desk<'_>,
    roles: &Roles,
) -> Result<(Resource, Vec<Permission>), Failure> {
    desk.judge.ensure_not_anonymous()?;
    if roles.get(&granted.role).is_none() {
        let name = &granted.role;
        return Err(Failure::invalid(desk.flavor().pick(
            format!("Role {name} doesn't exist."),
            format!("Role {name} doesn't exist"),
        )));
    }
    let resource = desk.resource(granted, roles)?;
    let permissions = applicable(granted, &resource, desk.flavor());
    if access::is_guarded(&resource) && permissions != [Permission::Select] {
        return Err(Failure::unauthorized(
            "Granting permissions on system keyspaces is strictly limited, this operation is not permitted",
        ));
    }
    desk.judge.ensure(Permission::Authorize, &resource)?;
    for permission in &permissions {
        desk.judge.ensure(*permission, &resource)?;
    }
    if !desk.judge.access.authorization {
        return Err(unsupported(operation, desk.flavor()));
    }
    Ok((resource, permissions))
}

/// The text of a server that lets everybody do everything. Cassandra did not expect it.
fn unsupported(operation: &str, flavor: Flavor) -> Failure {
    let text = format!("{operation} operation is not supported by AllowAllAuthorizer");
    match flavor {
        Flavor::Scylla => Failure::invalid(text),
        Flavor::Cassandra => {
            Failure::server(format!("java.lang.UnsupportedOperationException: {text}"))
        }
    }
}

fn warning(
    desk: &Desk<'_>,
    granted: &Granted,
    what: &str,
    permissions: &[Permission],
    resource: &Resource,
) -> Vec<String> {
    if permissions.is_empty() || desk.flavor() == Flavor::Scylla {
        return Vec::new();
    }
    let names: Vec<&str> = permissions.iter().map(|p| p.name()).collect();
    let (role, names) = (&granted.role, names.join(", "));
    vec![format!("Role '{role}' was {what} {names} on {resource}")]
}

/// Lets whoever has made something do everything with it.
pub(super) fn to_creator(roles: &mut Roles, change: &SchemaChange, user: User<'_>, flavor: Flavor) {
    let (SchemaChangeKind::Created, User::Named(user)) = (change.kind, user) else {
        return;
    };
    let keyspace = change.keyspace.as_str();
    let made = match &change.target {
        SchemaTarget::Keyspace => vec![
            Resource::Keyspace(keyspace.into()),
            Resource::Functions(Some(keyspace.into())),
        ],
        SchemaTarget::Table(table) => vec![Resource::Table(keyspace.into(), table.as_str().into())],
        _ => Vec::new(),
    };
    for resource in made {
        put(roles, user, resource, flavor);
    }
}

/// The same for a role, which no event tells of.
pub(super) fn all_to(roles: &mut Roles, resource: Resource, judge: &Judge<'_>) {
    if let User::Named(user) = judge.user
        && judge.access.authorization
    {
        put(roles, user, resource, judge.flavor);
    }
}

fn put(roles: &mut Roles, user: &str, resource: Resource, flavor: Flavor) {
    if let Some(role) = roles.get_mut(user) {
        let all: BTreeSet<Permission> = resource.applicable(flavor).into_iter().collect();
        role.permissions.entry(resource).or_default().extend(all);
    }
}
