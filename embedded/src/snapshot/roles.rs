//! Roles, as the statements that make them.

use std::fmt::Write;

use scylla_orm_driver::value::Ident;

use crate::catalog::roles::Roles;
use crate::catalog::roles::resource::Resource;

/// The statements that make these roles.
pub(super) fn script(roles: &Roles) -> String {
    let mut text = String::new();
    for (name, role) in roles.all() {
        let mut line = format!(
            "CREATE ROLE {} WITH SUPERUSER = {} AND LOGIN = {}",
            quoted(name),
            role.superuser,
            role.login
        );
        if let Some(password) = &role.password {
            line.push_str(&format!(
                " AND HASHED PASSWORD = {}",
                quoted(password.text())
            ));
        }
        if let Some(datacenters) = &role.datacenters {
            let datacenters: Vec<String> = datacenters.iter().map(|name| quoted(name)).collect();
            line.push_str(&format!(
                " AND ACCESS TO DATACENTERS {{{}}}",
                datacenters.join(", ")
            ));
        }
        if !role.custom.is_empty() {
            let custom = role.custom.iter();
            let custom: Vec<String> = custom
                .map(|(name, value)| format!("{}: {}", quoted(name), quoted(value)))
                .collect();
            line.push_str(&format!(" AND OPTIONS = {{{}}}", custom.join(", ")));
        }
        put(&mut text, &line);
    }
    for (name, role) in roles.all() {
        for of in &role.member_of {
            put(
                &mut text,
                &format!("GRANT {} TO {}", quoted(of), quoted(name)),
            );
        }
        for (resource, permissions) in &role.permissions {
            for permission in permissions {
                let (permission, on) = (permission.name(), written(resource));
                put(
                    &mut text,
                    &format!("GRANT {permission} ON {on} TO {}", quoted(name)),
                );
            }
        }
    }
    text
}

fn put(text: &mut String, statement: &str) {
    // Writing to a text cannot fail.
    writeln!(text, "{statement};").ok();
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn written(resource: &Resource) -> String {
    match resource {
        Resource::AllKeyspaces => "ALL KEYSPACES".to_owned(),
        Resource::Keyspace(keyspace) => format!("KEYSPACE {}", Ident(keyspace)),
        Resource::AllTables(keyspace) => format!("ALL TABLES IN KEYSPACE {}", Ident(keyspace)),
        Resource::Table(keyspace, table) => format!("{}.{}", Ident(keyspace), Ident(table)),
        Resource::Functions(None) => "ALL FUNCTIONS".to_owned(),
        Resource::Functions(Some(keyspace)) => {
            format!("ALL FUNCTIONS IN KEYSPACE {}", Ident(keyspace))
        }
        Resource::AllRoles => "ALL ROLES".to_owned(),
        Resource::Role(role) => format!("ROLE {}", quoted(role)),
    }
}
