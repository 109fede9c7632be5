//! CREATE, ALTER and DROP of roles, and who is a member of whom.

use std::collections::BTreeSet;

use crate::catalog::roles::password::Hash;
use crate::catalog::roles::resource::Resource;
use crate::catalog::roles::{Role, Roles};
use crate::exec::access::User;
use crate::exec::role::{Desk, grant};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::role::{Password, Permission, RoleOptions, RoleStatement};

/// Changes `roles` and returns what to warn of.
pub(super) fn apply(
    statement: &RoleStatement,
    desk: &Desk<'_>,
    roles: &mut Roles,
) -> Result<Vec<String>, Failure> {
    match statement {
        RoleStatement::Create {
            role,
            if_not_exists,
            options,
        } => create(role, *if_not_exists, options, desk, roles)?,
        RoleStatement::Alter {
            role,
            if_exists,
            options,
        } => alter(role, *if_exists, options, desk, roles)?,
        RoleStatement::Drop { role, if_exists } => drop(role, *if_exists, desk, roles)?,
        RoleStatement::Join { role, to } => join(role, to, desk, roles)?,
        RoleStatement::Leave { role, from } => leave(role, from, desk, roles)?,
        RoleStatement::Grant(granted) => return grant::grant(granted, desk, roles),
        RoleStatement::Revoke(granted) => return grant::revoke(granted, desk, roles),
        // These change nothing.
        RoleStatement::ListRoles { .. }
        | RoleStatement::ListUsers
        | RoleStatement::ListPermissions { .. } => {}
    }
    Ok(Vec::new())
}

fn create(
    name: &str,
    if_not_exists: bool,
    options: &RoleOptions,
    desk: &Desk<'_>,
    roles: &mut Roles,
) -> Result<(), Failure> {
    supported(options, desk)?;
    if name.is_empty() {
        return Err(Failure::invalid("Role name can't be an empty string"));
    }
    desk.judge.ensure_not_anonymous()?;
    desk.ensure(Permission::Create, &Resource::AllRoles)?;
    if options.superuser == Some(true) && !desk.judge.is_superuser() {
        return Err(desk.unauthorized("Only superusers can create a role with superuser status"));
    }
    if roles.get(name).is_some() {
        return match if_not_exists {
            true => Ok(()),
            false => Err(Failure::invalid(desk.flavor().pick(
                format!("Role {name} already exists."),
                format!("{name} already exists"),
            ))),
        };
    }
    let mut role = Role::default();
    set(&mut role, options, desk)?;
    roles.put(name, role);
    grant::all_to(roles, Resource::Role(name.into()), &desk.judge);
    Ok(())
}

fn alter(
    name: &str,
    if_exists: bool,
    options: &RoleOptions,
    desk: &Desk<'_>,
    roles: &mut Roles,
) -> Result<(), Failure> {
    supported(options, desk)?;
    if *options == RoleOptions::default() && desk.flavor() == Flavor::Cassandra {
        return Err(Failure::invalid("ALTER [ROLE|USER] can't be empty"));
    }
    desk.judge.ensure_not_anonymous()?;
    may_alter(name, options, desk, roles)?;
    let Some(role) = roles.get_mut(name) else {
        return match if_exists {
            true => Ok(()),
            false => Err(Failure::invalid(desk.flavor().pick(
                format!("Role {name} doesn't exist."),
                format!("Role {name} doesn't exist"),
            ))),
        };
    };
    set(role, options, desk)
}

fn may_alter(
    name: &str,
    options: &RoleOptions,
    desk: &Desk<'_>,
    roles: &Roles,
) -> Result<(), Failure> {
    let own = match desk.judge.user {
        User::Named(user) => roles.granted(user, true),
        User::Anonymous | User::Cluster => BTreeSet::new(),
    };
    let superuser = desk.judge.is_superuser();
    if options.superuser.is_some() {
        if own.contains(name) {
            return Err(desk.unauthorized(
                "You aren't allowed to alter your own superuser status or that of a role granted to you",
            ));
        }
        if !superuser {
            return Err(desk.unauthorized("Only superusers are allowed to alter superuser status"));
        }
    }
    if superuser {
        return Ok(());
    }
    if desk.judge.user != User::Named(name) {
        return desk.ensure(Permission::Alter, &Resource::Role(name.into()));
    }
    for (given, option) in [
        (options.login.is_some(), "LOGIN"),
        (options.custom.is_some(), "OPTIONS"),
        (options.datacenters.is_some(), "DATACENTERS"),
    ] {
        if given {
            return Err(Failure::unauthorized(desk.flavor().pick(
                format!("You aren't allowed to alter the {option} option."),
                format!("You aren't allowed to alter {option}"),
            )));
        }
    }
    Ok(())
}

fn drop(name: &str, if_exists: bool, desk: &Desk<'_>, roles: &mut Roles) -> Result<(), Failure> {
    desk.judge.ensure_not_anonymous()?;
    desk.ensure(Permission::Drop, &Resource::Role(name.into()))?;
    if roles.is_superuser(name) && !desk.judge.is_superuser() {
        return Err(Failure::unauthorized(desk.flavor().pick(
            "Only superusers can drop a superuser role.",
            "Only superusers can drop a role with superuser status",
        )));
    }
    if roles.get(name).is_none() {
        return if if_exists {
            Ok(())
        } else {
            Err(desk.no_role(name))
        };
    }
    if desk.judge.user == User::Named(name) {
        return Err(desk.invalid("Cannot DROP primary role for current login"));
    }
    roles.remove(name);
    Ok(())
}

fn join(role: &str, to: &str, desk: &Desk<'_>, roles: &mut Roles) -> Result<(), Failure> {
    may_move(role, to, desk, roles)?;
    for (inner, outer) in [(to, role), (role, to)] {
        if roles.granted(inner, true).contains(outer) {
            return Err(Failure::invalid(desk.flavor().pick(
                format!("{inner} already includes role {outer}."),
                format!("{inner} is a member of {outer}"),
            )));
        }
    }
    if let Some(member) = roles.get_mut(to) {
        member.member_of.insert(role.into());
    }
    Ok(())
}

fn leave(role: &str, from: &str, desk: &Desk<'_>, roles: &mut Roles) -> Result<(), Failure> {
    may_move(role, from, desk, roles)?;
    match roles
        .get_mut(from)
        .map(|member| member.member_of.remove(role))
    {
        Some(true) => Ok(()),
        _ => Err(Failure::invalid(desk.flavor().pick(
            format!("{from} was not granted role {role}, so it cannot be revoked."),
            format!("{from} is not a member of {role}"),
        ))),
    }
}

fn may_move(role: &str, member: &str, desk: &Desk<'_>, roles: &Roles) -> Result<(), Failure> {
    desk.judge.ensure_not_anonymous()?;
    desk.ensure(Permission::Authorize, &Resource::Role(role.into()))?;
    desk.role(roles, role)?;
    desk.role(roles, member)?;
    Ok(())
}

/// Refuses options that the server's classes do not have.
fn supported(options: &RoleOptions, desk: &Desk<'_>) -> Result<(), Failure> {
    let asks = desk.judge.access.authentication || desk.judge.user == User::Cluster;
    let option = match desk.flavor() {
        Flavor::Scylla => return Ok(()),
        Flavor::Cassandra if options.custom.is_some() => "OPTIONS",
        Flavor::Cassandra if options.password.is_some() && !asks => "PASSWORD",
        Flavor::Cassandra => return Ok(()),
    };
    Err(Failure::invalid(format!(
        "org.apache.cassandra.auth.CassandraRoleManager doesn't support {option}"
    )))
}

fn set(role: &mut Role, options: &RoleOptions, desk: &Desk<'_>) -> Result<(), Failure> {
    role.superuser = options.superuser.unwrap_or(role.superuser);
    role.login = options.login.unwrap_or(role.login);
    role.password = match &options.password {
        None => role.password.take(),
        Some(Password::Plain(password)) => Hash::of(password),
        Some(Password::Hashed(hash)) => Some(Hash::made(hash).ok_or_else(|| {
            Failure::invalid("Invalid hashed password value. Please use jBcrypt.")
        })?),
    };
    if let Some(custom) = &options.custom {
        let custom = custom.iter();
        role.custom = custom
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
    }
    if let Some(datacenters) = &options.datacenters {
        role.datacenters = match datacenters {
            None => None,
            Some(names) => Some(known(names, desk)?),
        };
    }
    Ok(())
}

fn known(names: &[Box<str>], desk: &Desk<'_>) -> Result<BTreeSet<Box<str>>, Failure> {
    let is_known = |name: &str| desk.nodes.iter().any(|node| *node.datacenter == *name);
    let names_said = names.iter().map(|name| &**name);
    let unknown: Vec<&str> = names_said.filter(|name| !is_known(name)).collect();
    match unknown.is_empty() {
        true => Ok(names.iter().cloned().collect()),
        false => Err(Failure::invalid(format!(
            "Invalid value(s) for DATACENTERS '[{}]',All values must be valid datacenters",
            unknown.join(", ")
        ))),
    }
}

impl Desk<'_> {
    /// For statements about roles Cassandra does not say which permission is missing.
    pub(super) fn ensure(
        &self,
        permission: Permission,
        resource: &Resource,
    ) -> Result<(), Failure> {
        match self.flavor() {
            Flavor::Scylla => self.judge.ensure(permission, resource),
            Flavor::Cassandra if self.judge.may(permission, resource) => Ok(()),
            Flavor::Cassandra => Err(Failure::unauthorized(format!(
                "User {} does not have sufficient privileges to perform the requested operation",
                self.judge.name()
            ))),
        }
    }

    /// ScyllaDB ends its sentences.
    pub(super) fn unauthorized(&self, text: &str) -> Failure {
        Failure::unauthorized(self.flavor().pick(format!("{text}."), text.to_owned()))
    }

    fn invalid(&self, text: &str) -> Failure {
        Failure::invalid(self.flavor().pick(format!("{text}."), text.to_owned()))
    }
}
