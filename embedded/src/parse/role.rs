//! CREATE, ALTER and DROP of roles and users, GRANT, REVOKE and LIST.

use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::cursor::{Cursor, unquoted};
use crate::parse::lexer::Kind;
use crate::parse::syntax::Name;
use crate::parse::syntax::ddl::PropertyValue;
use crate::parse::syntax::role::{
    Granted, Password, Permission, ResourceName, RoleOptions, RoleStatement,
};

impl Cursor<'_> {
    /// A statement about roles, if one begins here.
    pub(super) fn role_statement(&mut self) -> Result<Option<RoleStatement>, Failure> {
        for (words, user) in [(["create", "role"], false), (["create", "user"], true)] {
            if self.eat_words(&words) {
                let if_not_exists = self.if_not_exists()?;
                let (role, options) = self.role_and_options(user)?;
                return Ok(Some(RoleStatement::Create {
                    role,
                    if_not_exists,
                    // Whoever is called a user may log in.
                    options: RoleOptions {
                        login: options.login.or(user.then_some(true)),
                        ..options
                    },
                }));
            }
        }
        for (words, user) in [(["alter", "role"], false), (["alter", "user"], true)] {
            if self.eat_words(&words) {
                let if_exists = self.if_exists()?;
                let (role, options) = self.role_and_options(user)?;
                return Ok(Some(RoleStatement::Alter {
                    role,
                    if_exists,
                    options,
                }));
            }
        }
        for (words, user) in [(["drop", "role"], false), (["drop", "user"], true)] {
            if self.eat_words(&words) {
                let if_exists = self.if_exists()?;
                let role = self.role_name(user)?;
                return Ok(Some(RoleStatement::Drop { role, if_exists }));
            }
        }
        if self.eat_words(&["grant"]) {
            return self.grant().map(Some);
        }
        if self.eat_words(&["revoke"]) {
            return self.revoke().map(Some);
        }
        match self.eat_words(&["list"]) {
            true => self.list_roles().map(Some),
            false => Ok(None),
        }
    }

    fn role_and_options(&mut self, user: bool) -> Result<(Name, RoleOptions), Failure> {
        let role = self.role_name(user)?;
        let options = match user {
            true => self.user_options()?,
            false => self.role_options()?,
        };
        Ok((role, options))
    }

    /// Folded to lower case unless quoted, with either kind of quotes; as a user, which is the old word for it, as it
    /// is written.
    fn role_name(&mut self, user: bool) -> Result<Name, Failure> {
        match self.peek(0).kind {
            Kind::String => Ok(unquoted(self.next().text).into()),
            Kind::Quoted if user => Err(Failure::syntax(
                "Quoted strings are are not supported for user names and USER is deprecated, please use ROLE",
            )),
            Kind::Word if user && self.is_name(0) => Ok(self.next().text.into()),
            _ => self.name(),
        }
    }

    /// `[WITH [HASHED] PASSWORD '…'] [SUPERUSER | NOSUPERUSER]`
    fn user_options(&mut self) -> Result<RoleOptions, Failure> {
        let mut options = RoleOptions::default();
        if self.eat_words(&["with"]) {
            let hashed = self.eat_words(&["hashed"]);
            self.expect_words(&["password"])?;
            options.password = Some(self.password(hashed)?);
        }
        options.superuser = match () {
            () if self.eat_words(&["superuser"]) => Some(true),
            () if self.eat_words(&["nosuperuser"]) => Some(false),
            () => None,
        };
        Ok(options)
    }

    /// `[WITH option AND …]`
    fn role_options(&mut self) -> Result<RoleOptions, Failure> {
        let mut options = RoleOptions::default();
        if self.eat_words(&["with"]) {
            self.role_option(&mut options)?;
            while self.eat_words(&["and"]) {
                self.role_option(&mut options)?;
            }
        }
        Ok(options)
    }

    fn role_option(&mut self, options: &mut RoleOptions) -> Result<(), Failure> {
        if self.flavor == Flavor::Cassandra && self.eat_words(&["access", "to"]) {
            let datacenters = self.datacenters()?;
            return once(&mut options.datacenters, datacenters, "DATACENTERS");
        }
        let hashed = self.eat_words(&["hashed"]);
        if self.eat_words(&["password"]) {
            self.expect("=")?;
            let password = self.password(hashed)?;
            if options
                .password
                .as_ref()
                .is_some_and(|p| p.is_hashed() != hashed)
            {
                return Err(Failure::syntax(
                    "Options 'password' and 'hashed password' are mutually exclusive",
                ));
            }
            return once(&mut options.password, password, "PASSWORD");
        }
        for (word, option) in [
            ("SUPERUSER", &mut options.superuser),
            ("LOGIN", &mut options.login),
        ] {
            if !hashed && self.eat_words(&[word]) {
                self.expect("=")?;
                return once(option, self.boolean()?, word);
            }
        }
        if !hashed && self.is_word(0, "options") {
            let PropertyValue::Map(custom) = self.property()?.value else {
                return Err(self.no_alternative());
            };
            return once(&mut options.custom, custom, "OPTIONS");
        }
        Err(self.no_alternative())
    }

    /// `ALL DATACENTERS` or `DATACENTERS {'…', …}`
    fn datacenters(&mut self) -> Result<Option<Vec<Box<str>>>, Failure> {
        if self.eat_words(&["all"]) {
            self.expect_words(&["datacenters"])?;
            return Ok(None);
        }
        self.expect_words(&["datacenters"])?;
        self.expect("{")?;
        self.list_until("}", Self::string).map(Some)
    }

    fn password(&mut self, hashed: bool) -> Result<Password, Failure> {
        let text = self.string()?;
        Ok(match hashed {
            true => Password::Hashed(text),
            false => Password::Plain(text),
        })
    }

    fn boolean(&mut self) -> Result<bool, Failure> {
        for (word, value) in [("true", true), ("false", false)] {
            if self.eat_words(&[word]) {
                return Ok(value);
            }
        }
        Err(self.mismatch("BOOLEAN"))
    }

    /// Behind GRANT.
    fn grant(&mut self) -> Result<RoleStatement, Failure> {
        if let Some((permissions, on)) = self.permissions_on()? {
            self.expect_words(&["to"])?;
            let role = self.role_name(false)?;
            return Ok(RoleStatement::Grant(Granted {
                permissions,
                on,
                role,
            }));
        }
        let role = self.role_name(false)?;
        self.expect_words(&["to"])?;
        let to = self.role_name(false)?;
        Ok(RoleStatement::Join { role, to })
    }

    /// Behind REVOKE.
    fn revoke(&mut self) -> Result<RoleStatement, Failure> {
        if let Some((permissions, on)) = self.permissions_on()? {
            self.expect_words(&["from"])?;
            let role = self.role_name(false)?;
            return Ok(RoleStatement::Revoke(Granted {
                permissions,
                on,
                role,
            }));
        }
        let role = self.role_name(false)?;
        self.expect_words(&["from"])?;
        let from = self.role_name(false)?;
        Ok(RoleStatement::Leave { role, from })
    }

    /// `permissions ON resource`, unless it is a role that is granted.
    fn permissions_on(&mut self) -> Result<Option<(Vec<Permission>, ResourceName)>, Failure> {
        // A role may have the name of a permission.
        if self.is_word(1, "to") || self.is_word(1, "from") {
            return Ok(None);
        }
        let Some(permissions) = self.permissions()? else {
            return Ok(None);
        };
        self.expect_words(&["on"])?;
        Ok(Some((permissions, self.resource()?)))
    }

    /// `ALL [PERMISSIONS]` or `permission [PERMISSION], …`, if that stands there.
    fn permissions(&mut self) -> Result<Option<Vec<Permission>>, Failure> {
        if self.eat_words(&["all"]) {
            self.eat_words(&["permissions"]);
            return Ok(Some(Permission::ALL.to_vec()));
        }
        if self.permission_here().is_none() {
            return Ok(None);
        }
        let permissions = self.list(|c| {
            let permission = c.permission_here().ok_or_else(|| c.no_alternative())?;
            c.next();
            c.eat_words(&["permission"]);
            Ok(permission)
        });
        permissions.map(Some)
    }

    fn permission_here(&self) -> Option<Permission> {
        let named = |p: &Permission| self.is_word(0, p.name());
        let known = |p: &Permission| {
            let masks = matches!(p, Permission::Unmask | Permission::SelectMasked);
            self.flavor == Flavor::Cassandra || !masks
        };
        Permission::ALL.into_iter().filter(known).find(|p| named(p))
    }

    fn resource(&mut self) -> Result<ResourceName, Failure> {
        if self.eat_words(&["all", "keyspaces"]) {
            return Ok(ResourceName::AllKeyspaces);
        }
        if self.eat_words(&["all", "roles"]) {
            return Ok(ResourceName::AllRoles);
        }
        if self.eat_words(&["all", "functions"]) {
            return Ok(ResourceName::Functions(
                match self.eat_words(&["in", "keyspace"]) {
                    true => Some(self.name()?),
                    false => None,
                },
            ));
        }
        if self.flavor == Flavor::Cassandra && self.eat_words(&["all", "tables", "in", "keyspace"])
        {
            return Ok(ResourceName::AllTables(self.name()?));
        }
        if self.eat_words(&["keyspace"]) {
            return Ok(ResourceName::Keyspace(self.name()?));
        }
        if self.eat_words(&["role"]) {
            return Ok(ResourceName::Role(self.role_name(false)?));
        }
        self.eat_words(&["table"]);
        Ok(ResourceName::Table(self.qualified_name()?))
    }

    /// Behind LIST.
    fn list_roles(&mut self) -> Result<RoleStatement, Failure> {
        if self.eat_words(&["users"]) {
            return Ok(RoleStatement::ListUsers);
        }
        if self.eat_words(&["roles"]) {
            let (of, recursive) = self.listed_of()?;
            return Ok(RoleStatement::ListRoles { of, recursive });
        }
        let permissions = self.permissions()?.ok_or_else(|| self.no_alternative())?;
        let on = match self.eat_words(&["on"]) {
            true => Some(self.resource()?),
            false => None,
        };
        let (of, recursive) = self.listed_of()?;
        Ok(RoleStatement::ListPermissions {
            permissions,
            on,
            of,
            recursive,
        })
    }

    /// `[OF role] [NORECURSIVE]`
    fn listed_of(&mut self) -> Result<(Option<Name>, bool), Failure> {
        let of = match self.eat_words(&["of"]) {
            true => Some(self.role_name(false)?),
            false => None,
        };
        Ok((of, !self.eat_words(&["norecursive"])))
    }
}

/// Puts an option in that may be given once.
fn once<T>(option: &mut Option<T>, value: T, name: &str) -> Result<(), Failure> {
    match option.replace(value) {
        None => Ok(()),
        Some(_) => Err(Failure::syntax(format!(
            "Multiple definition for property '{name}'"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use crate::flavor::Flavor;
    use crate::parse::parse;
    use crate::parse::syntax::Statement;

    fn check(cql: &str, expected: &str) {
        let shown = match parse(cql, Flavor::Cassandra).unwrap().statement {
            Statement::Role(statement) => format!("{statement:?}"),
            other => panic!("{cql}: {other:?}"),
        };
        assert_eq!(shown, expected, "{cql}");
    }

    #[test]
    fn statements() {
        check(
            "CREATE ROLE IF NOT EXISTS Ann WITH PASSWORD = 's' AND LOGIN = true AND OPTIONS = {'a': 'b'}",
            "Create { role: \"ann\", if_not_exists: true, options: RoleOptions { password: Some(Password(..)), \
             superuser: None, login: Some(true), custom: Some([(\"a\", \"b\")]), datacenters: None } }",
        );
        check(
            "CREATE USER Ann WITH PASSWORD 's' SUPERUSER",
            "Create { role: \"Ann\", if_not_exists: false, options: RoleOptions { password: Some(Password(..)), \
             superuser: Some(true), login: Some(true), custom: None, datacenters: None } }",
        );
        check(
            "ALTER ROLE \"Ann\" WITH ACCESS TO DATACENTERS {'a', 'b'}",
            "Alter { role: \"Ann\", if_exists: false, options: RoleOptions { password: None, superuser: None, \
             login: None, custom: None, datacenters: Some(Some([\"a\", \"b\"])) } }",
        );
        check(
            "DROP ROLE IF EXISTS 'Ann'",
            "Drop { role: \"Ann\", if_exists: true }",
        );
        check(
            "GRANT unmask TO ann",
            "Join { role: \"unmask\", to: \"ann\" }",
        );
        check(
            "GRANT SELECT PERMISSION, MODIFY ON k.t TO ann",
            "Grant(Granted { permissions: [Select, Modify], on: Table(QualifiedName { keyspace: Some(\"k\"), \
             name: \"t\" }), role: \"ann\" })",
        );
        check(
            "REVOKE DESCRIBE ON ALL ROLES FROM ann",
            "Revoke(Granted { permissions: [Describe], on: AllRoles, role: \"ann\" })",
        );
        check(
            "LIST ROLES OF ann NORECURSIVE",
            "ListRoles { of: Some(\"ann\"), recursive: false }",
        );
        check(
            "LIST SELECT ON KEYSPACE k",
            "ListPermissions { permissions: [Select], on: Some(Keyspace(\"k\")), of: None, recursive: true }",
        );
    }

    #[test]
    fn mistakes() {
        let error = |cql: &str| parse(cql, Flavor::Scylla).unwrap_err().message;
        for cql in [
            "CREATE ROLE",
            "CREATE ROLE a WITH",
            "CREATE ROLE a WITH LOGIN = 1",
            "CREATE ROLE a WITH PASSWORD 's'",
            "GRANT FLY ON k.t TO a",
            "LIST nothing",
        ] {
            assert!(error(cql).starts_with("line 1:"), "{cql}");
        }
        let twice = error("CREATE ROLE a WITH LOGIN = true AND LOGIN = false");
        assert_eq!(twice, "Multiple definition for property 'LOGIN'");
        let quoted = error("CREATE USER \"A\"");
        assert!(quoted.starts_with("Quoted strings are are not"), "{quoted}");
        let both = error("CREATE ROLE a WITH PASSWORD = 's' AND HASHED PASSWORD = 't'");
        assert_eq!(
            both,
            "Options 'password' and 'hashed password' are mutually exclusive"
        );
    }
}
