//! Roles: who may log in, who is a member of whom, and what they may do.

pub(crate) mod password;
pub(crate) mod resource;

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::roles::password::Hash;
use crate::catalog::roles::resource::Resource;
use crate::parse::syntax::Name;
use crate::parse::syntax::role::Permission;

/// The name and the password of the superuser that a server begins with.
pub(crate) const DEFAULT: &str = "cassandra";

/// All roles, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roles(BTreeMap<Name, Role>);

/// A role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Role {
    pub(crate) superuser: bool,
    pub(crate) login: bool,
    /// Without it nobody can log in as this role.
    pub(crate) password: Option<Hash>,
    /// The roles that were granted to it.
    pub(crate) member_of: BTreeSet<Name>,
    /// What OPTIONS says, which is for authenticators of others.
    pub(crate) custom: BTreeMap<String, String>,
    /// The data centres from which it may log in; `None` is all.
    pub(crate) datacenters: Option<BTreeSet<Name>>,
    pub(crate) permissions: BTreeMap<Resource, BTreeSet<Permission>>,
}

impl Roles {
    pub(crate) fn get(&self, name: &str) -> Option<&Role> {
        self.0.get(name)
    }

    pub(crate) fn get_mut(&mut self, name: &str) -> Option<&mut Role> {
        self.0.get_mut(name)
    }

    pub(crate) fn put(&mut self, name: &str, role: Role) {
        self.0.insert(name.into(), role);
    }

    /// By name.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Name, &Role)> {
        self.0.iter()
    }

    /// Forgets a role, who is a member of it, and what may be done with it.
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.remove(name);
        for role in self.0.values_mut() {
            role.member_of.remove(name);
        }
        self.forget(|resource| matches!(resource, Resource::Role(role) if **role == *name));
    }

    /// Forgets what was granted on resources that are no more.
    pub(crate) fn forget(&mut self, is_gone: impl Fn(&Resource) -> bool) {
        for role in self.0.values_mut() {
            role.permissions.retain(|resource, _| !is_gone(resource));
        }
    }

    /// A role and those that were granted to it, and with `deep` to these.
    pub(crate) fn granted(&self, name: &str, deep: bool) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut rest: Vec<&str> = self
            .0
            .get_key_value(name)
            .map(|(k, _)| &**k)
            .into_iter()
            .collect();
        while let Some(next) = rest.pop() {
            let first = found.is_empty();
            if found.insert(next)
                && (first || deep)
                && let Some(role) = self.0.get(next)
            {
                rest.extend(role.member_of.iter().map(|member| &**member));
            }
        }
        found
    }

    /// Whether a role, or one that was granted to it, may do everything.
    pub(crate) fn is_superuser(&self, name: &str) -> bool {
        let mut roles = self.granted(name, true).into_iter();
        roles.any(|role| self.get(role).is_some_and(|role| role.superuser))
    }

    /// Whether a role may do that with the resource, by itself, by a role that was granted to it, or by what contains
    /// the resource.
    pub(crate) fn may(&self, name: &str, permission: Permission, resource: &Resource) -> bool {
        let chain = resource.chain();
        let allows = |role: &str| {
            let role = self.get(role);
            role.is_some_and(|role| {
                role.superuser
                    || chain.iter().any(|r| {
                        let granted = role.permissions.get(r);
                        granted.is_some_and(|granted| granted.contains(&permission))
                    })
            })
        };
        self.granted(name, true).into_iter().any(allows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(member_of: &[&str]) -> Role {
        Role {
            member_of: member_of.iter().map(|name| Name::from(*name)).collect(),
            ..Role::default()
        }
    }

    #[test]
    fn membership_is_inherited_and_may_go_in_circles() {
        let mut roles = Roles::default();
        for (name, member_of) in [("a", ["b"]), ("b", ["c"]), ("c", ["a"]), ("d", ["nobody"])] {
            roles.put(name, role(&member_of));
        }
        assert_eq!(roles.granted("a", true), BTreeSet::from(["a", "b", "c"]));
        assert_eq!(roles.granted("a", false), BTreeSet::from(["a", "b"]));
        assert!(roles.granted("z", true).is_empty());
        assert!(!roles.is_superuser("a"));
        roles.get_mut("c").unwrap().superuser = true;
        assert!(roles.is_superuser("a") && !roles.is_superuser("d"));
        roles.remove("b");
        assert_eq!(roles.granted("a", true), BTreeSet::from(["a"]));
    }

    #[test]
    fn permissions_come_from_above_and_go_with_what_they_are_about() {
        let table = |keyspace: &str| Resource::Table(keyspace.into(), "t".into());
        let mut roles = Roles::default();
        roles.put("a", role(&["b"]));
        let mut b = role(&[]);
        let select = BTreeSet::from([Permission::Select]);
        b.permissions
            .insert(Resource::AllTables("k".into()), select.clone());
        b.permissions.insert(table("l"), select);
        roles.put("b", b);
        assert!(roles.may("a", Permission::Select, &table("k")));
        assert!(roles.may("a", Permission::Select, &table("l")));
        assert!(!roles.may("a", Permission::Select, &Resource::Keyspace("k".into())));
        assert!(!roles.may("a", Permission::Modify, &table("k")));
        roles.forget(|resource| *resource == table("l"));
        assert!(!roles.may("a", Permission::Select, &table("l")));
        assert!(roles.may("a", Permission::Select, &table("k")));
    }
}
