//! Rows of the tables of roles: Cassandra has them in `system_auth`, ScyllaDB in `system`.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::roles::Roles;
use crate::catalog::system::sheet::Sheet;

pub(super) fn roles(sheet: &mut Sheet<'_>, roles: &Roles) {
    for (name, role) in roles.all() {
        let mut line = sheet.line();
        line.set("role", &**name)
            .set("can_login", role.login)
            .set("is_superuser", role.superuser);
        if !role.member_of.is_empty() {
            let member_of: BTreeSet<&str> = role.member_of.iter().map(|name| &**name).collect();
            line.set("member_of", member_of);
        }
        if let Some(password) = &role.password {
            line.set("salted_hash", password.text());
        }
    }
}

pub(super) fn members(sheet: &mut Sheet<'_>, roles: &Roles) {
    for (member, role) in roles.all() {
        for of in &role.member_of {
            sheet.line().set("role", &**of).set("member", &**member);
        }
    }
}

pub(super) fn permissions(sheet: &mut Sheet<'_>, roles: &Roles) {
    for (name, role) in roles.all() {
        for (resource, permissions) in &role.permissions {
            let permissions: BTreeSet<&str> = permissions.iter().map(|p| p.name()).collect();
            sheet
                .line()
                .set("role", &**name)
                .set("resource", resource.path())
                .set("permissions", permissions);
        }
    }
}

/// Cassandra's way from a resource to the roles that may do something with it.
pub(super) fn resources(sheet: &mut Sheet<'_>, roles: &Roles) {
    for (name, role) in roles.all() {
        for resource in role.permissions.keys() {
            sheet
                .line()
                .set("resource", resource.path())
                .set("role", &**name);
        }
    }
}

/// Cassandra's data centres of roles that may not log in from all.
pub(super) fn networks(sheet: &mut Sheet<'_>, roles: &Roles) {
    for (name, role) in roles.all() {
        if let Some(datacenters) = &role.datacenters {
            let datacenters: BTreeSet<&str> = datacenters.iter().map(|name| &**name).collect();
            sheet.line().set("role", &**name).set("dcs", datacenters);
        }
    }
}

/// ScyllaDB's attributes: what OPTIONS says.
pub(super) fn attributes(sheet: &mut Sheet<'_>, roles: &Roles) {
    for (name, role) in roles.all() {
        let custom: &BTreeMap<String, String> = &role.custom;
        for (option, value) in custom {
            sheet
                .line()
                .set("role", &**name)
                .set("name", option.as_str())
                .set("value", value.as_str());
        }
    }
}
