//! Roles: each answer was seen from Cassandra 5.0.7, but for ScyllaDB's texts.

use crate::exec::access::{Access, User};
use crate::exec::tests::Server;
use crate::flavor::Flavor;

const ALL: Access = Access {
    authentication: true,
    authorization: true,
};

/// Some roles, as the superuser makes them.
const SETUP: &str = "CREATE TABLE t (a int PRIMARY KEY, b int); INSERT INTO t (a, b) VALUES (1, 2);
    CREATE ROLE ann WITH PASSWORD = 'x' AND LOGIN = true; CREATE ROLE readers";

fn server(flavor: Flavor) -> Server {
    Server::guarded(flavor, ALL, SETUP)
}

#[track_caller]
fn check(server: &Server, user: &str, steps: &[(&str, &str)]) {
    for (cql, expected) in steps {
        let answer = server.run_as(User::Named(user), cql);
        assert_eq!(answer, *expected, "{user}: {cql}");
    }
}

#[test]
fn roles_are_made_changed_and_dropped() {
    let server = server(Flavor::Cassandra);
    check(
        &server,
        "cassandra",
        &[
            ("CREATE ROLE ann", "error: ann already exists"),
            ("CREATE ROLE IF NOT EXISTS ann", ""),
            ("CREATE USER Bob WITH PASSWORD 'y'", ""),
            (
                "CREATE ROLE ''",
                "error: Role name can't be an empty string",
            ),
            (
                "CREATE ROLE x WITH HASHED PASSWORD = 'foo'",
                "error: Invalid hashed password value. Please use jBcrypt.",
            ),
            (
                "CREATE ROLE x WITH OPTIONS = {'a': 'b'}",
                "error: org.apache.cassandra.auth.CassandraRoleManager doesn't support OPTIONS",
            ),
            (
                "CREATE ROLE x WITH ACCESS TO DATACENTERS {'dc9'}",
                "error: Invalid value(s) for DATACENTERS '[dc9]',All values must be valid datacenters",
            ),
            (
                "LIST ROLES",
                "'Bob' | false | true | {} | 'ALL'\n'ann' | false | true | {} | 'ALL'\n\
                 'cassandra' | true | true | {} | 'ALL'\n'readers' | false | false | {} | 'ALL'",
            ),
            (
                "LIST USERS",
                "'Bob' | false | 'ALL'\n'ann' | false | 'ALL'\n'cassandra' | true | 'ALL'",
            ),
            ("LIST ROLES OF nobody", "error: <role nobody> doesn't exist"),
            ("GRANT readers TO ann", ""),
            ("GRANT readers TO ann", "error: ann is a member of readers"),
            ("GRANT ann TO readers", "error: ann is a member of readers"),
            ("GRANT nobody TO ann", "error: nobody doesn't exist"),
            (
                "REVOKE ann FROM readers",
                "error: readers is not a member of ann",
            ),
            (
                "ALTER ROLE nobody WITH LOGIN = true",
                "error: Role nobody doesn't exist",
            ),
            ("ALTER ROLE IF EXISTS nobody WITH LOGIN = true", ""),
            ("ALTER ROLE ann", "error: ALTER [ROLE|USER] can't be empty"),
            (
                "ALTER USER cassandra NOSUPERUSER",
                "error: You aren't allowed to alter your own superuser status or that of a role granted to you",
            ),
            ("DROP ROLE nobody", "error: nobody doesn't exist"),
            ("DROP ROLE IF EXISTS nobody", ""),
            (
                "DROP USER cassandra",
                "error: Cannot DROP primary role for current login",
            ),
            (
                "SELECT role, can_login, is_superuser, member_of FROM system_auth.roles WHERE role = 'ann'",
                "'ann' | true | false | {'readers'}",
            ),
            (
                "SELECT * FROM system_auth.role_members",
                "'readers' | 'ann'",
            ),
            ("DROP ROLE readers", ""),
            ("SELECT * FROM system_auth.role_members", ""),
            ("LIST ROLES OF ann", "'ann' | false | true | {} | 'ALL'"),
        ],
    );
}

#[test]
fn permissions_are_granted_and_listed() {
    let server = server(Flavor::Cassandra);
    check(
        &server,
        "cassandra",
        &[
            ("GRANT SELECT ON k.t TO readers", ""),
            (
                "GRANT SELECT ON k.nope TO readers",
                "error: Resource <table k.nope> doesn't exist",
            ),
            (
                "GRANT SELECT ON k.t TO nobody",
                "error: Role nobody doesn't exist",
            ),
            (
                "GRANT CREATE ON k.t TO readers",
                "error: Resource type DataResource does not support any of the requested permissions",
            ),
            (
                "GRANT MODIFY, SELECT ON ALL TABLES IN KEYSPACE k TO readers",
                "",
            ),
            ("GRANT DESCRIBE ON ALL ROLES TO readers", ""),
            (
                "GRANT MODIFY ON system.local TO readers",
                "error: Granting permissions on system keyspaces is strictly limited, this operation is not permitted",
            ),
            (
                "LIST ALL PERMISSIONS OF readers",
                "'readers' | 'readers' | '<all tables in k>' | 'SELECT'\n\
                 'readers' | 'readers' | '<all tables in k>' | 'MODIFY'\n\
                 'readers' | 'readers' | '<table k.t>' | 'SELECT'\n\
                 'readers' | 'readers' | '<all roles>' | 'DESCRIBE'",
            ),
            (
                "LIST SELECT ON k.t OF readers NORECURSIVE",
                "'readers' | 'readers' | '<table k.t>' | 'SELECT'",
            ),
            ("LIST ALL ON k.nope", "error: <table k.nope> doesn't exist"),
            ("LIST ALL OF nobody", "error: <role nobody> doesn't exist"),
            ("REVOKE SELECT ON k.t FROM readers", ""),
            (
                "SELECT * FROM system_auth.role_permissions WHERE role = 'readers'",
                "'readers' | 'data/k/*' | {'MODIFY', 'SELECT'}\n'readers' | 'roles' | {'DESCRIBE'}",
            ),
            (
                "SELECT * FROM system_auth.resource_role_permissons_index WHERE resource = 'data/k/*'",
                "'data/k/*' | 'readers'",
            ),
        ],
    );
}

#[test]
fn what_was_not_granted_is_refused() {
    let server = server(Flavor::Cassandra);
    let no = |permission: &str, on: &str| {
        format!("error: User ann has no {permission} permission on {on} or any of its parents")
    };
    let vague =
        "error: User ann does not have sufficient privileges to perform the requested operation";
    check(
        &server,
        "ann",
        &[
            ("SELECT * FROM t", &no("SELECT", "<table k.t>")),
            ("INSERT INTO t (a) VALUES (2)", &no("MODIFY", "<table k.t>")),
            (
                "BEGIN BATCH INSERT INTO t (a) VALUES (2); APPLY BATCH",
                &no("MODIFY", "<table k.t>"),
            ),
            ("TRUNCATE t", &no("MODIFY", "<table k.t>")),
            (
                "CREATE KEYSPACE z WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
                &no("CREATE", "<all keyspaces>"),
            ),
            ("DROP KEYSPACE k", &no("DROP", "<keyspace k>")),
            (
                "CREATE TABLE u (a int PRIMARY KEY)",
                &no("CREATE", "<all tables in k>"),
            ),
            ("ALTER TABLE t ADD c int", &no("ALTER", "<table k.t>")),
            ("DROP TABLE t", &no("DROP", "<table k.t>")),
            ("CREATE INDEX ON t (b)", &no("ALTER", "<table k.t>")),
            ("CREATE TYPE y (a int)", &no("CREATE", "<all tables in k>")),
            (
                "SELECT role FROM system_auth.roles",
                &no("SELECT", "<table system_auth.roles>"),
            ),
            ("SELECT key FROM system.local", ""),
            ("USE k", "use k"),
            ("CREATE ROLE q", vague),
            ("ALTER ROLE readers WITH PASSWORD = 'x'", vague),
            ("ALTER ROLE ann WITH PASSWORD = 'x'", ""),
            (
                "ALTER ROLE ann WITH LOGIN = true",
                "error: You aren't allowed to alter LOGIN",
            ),
            (
                "ALTER ROLE cassandra WITH SUPERUSER = false",
                "error: Only superusers are allowed to alter superuser status",
            ),
            ("DROP ROLE readers", vague),
            ("GRANT readers TO ann", vague),
            ("GRANT SELECT ON t TO ann", &no("AUTHORIZE", "<table k.t>")),
            ("LIST ROLES", "'ann' | false | true | {} | 'ALL'"),
            (
                "LIST ROLES OF readers",
                "error: You are not authorized to view roles granted to readers ",
            ),
            (
                "LIST ALL PERMISSIONS",
                "error: You are not authorized to view everyone's permissions",
            ),
        ],
    );
    server.check(&[
        ("GRANT readers TO ann", ""),
        ("GRANT SELECT, CREATE ON KEYSPACE k TO readers", ""),
    ]);
    check(
        &server,
        "ann",
        &[
            ("SELECT * FROM t", "1 | 2"),
            (
                "UPDATE t SET b = 3 WHERE a = 1 IF b = 2",
                &no("MODIFY", "<table k.t>"),
            ),
            // Who has made something may do everything with it, until it is gone.
            ("CREATE TABLE u (a int PRIMARY KEY)", ""),
            ("INSERT INTO u (a) VALUES (1)", ""),
            ("DROP TABLE u", ""),
            (
                "LIST ALL PERMISSIONS OF ann NORECURSIVE",
                "'readers' | 'readers' | '<keyspace k>' | 'CREATE'\n'readers' | 'readers' | '<keyspace k>' | 'SELECT'",
            ),
        ],
    );
}

#[test]
fn scylla_says_it_in_other_words() {
    let server = server(Flavor::Scylla);
    check(
        &server,
        "cassandra",
        &[
            ("CREATE ROLE ann", "error: Role ann already exists."),
            ("DROP ROLE nobody", "error: Role nobody doesn't exist."),
            ("GRANT readers TO ann", ""),
            (
                "GRANT readers TO ann",
                "error: ann already includes role readers.",
            ),
            (
                "REVOKE ann FROM readers",
                "error: readers was not granted role ann, so it cannot be revoked.",
            ),
            (
                "GRANT CREATE ON k.t TO ann",
                "error: Resource <table k.t> does not support any of the requested permissions.",
            ),
            (
                "LIST ROLES OF ann NORECURSIVE",
                "'ann' | false | true | {}\n'readers' | false | false | {}",
            ),
            (
                "SELECT role, member_of FROM system.roles WHERE role = 'ann'",
                "'ann' | {'readers'}",
            ),
        ],
    );
    check(
        &server,
        "ann",
        &[(
            "CREATE ROLE q",
            "error: User ann has no CREATE permission on <all roles> or any of its parents",
        )],
    );
}

#[test]
fn without_names_there_are_no_roles() {
    for flavor in [Flavor::Scylla, Flavor::Cassandra] {
        let server = Server::new(flavor, "");
        for cql in [
            "CREATE ROLE bob",
            "LIST ROLES",
            "LIST USERS",
            "DROP ROLE ann",
            "LIST ALL PERMISSIONS",
        ] {
            assert_eq!(
                server.run_as(User::Anonymous, cql),
                "error: You have to be logged in and not anonymous to perform this request",
                "{cql}"
            );
        }
    }
    let names_alone = Access {
        authorization: false,
        ..ALL
    };
    let server = Server::guarded(Flavor::Cassandra, names_alone, SETUP);
    check(
        &server,
        "ann",
        &[
            ("SELECT * FROM t", "1 | 2"),
            ("CREATE ROLE bob", ""),
            (
                "GRANT SELECT ON t TO bob",
                "error: java.lang.UnsupportedOperationException: GRANT operation is not supported by AllowAllAuthorizer",
            ),
            (
                "LIST ALL PERMISSIONS",
                "error: LIST PERMISSIONS operation is not supported by AllowAllAuthorizer",
            ),
            (
                "DROP ROLE cassandra",
                "error: Only superusers can drop a role with superuser status",
            ),
        ],
    );
}

#[test]
fn who_may_log_in() {
    let server = server(Flavor::Cassandra);
    server.check(&[
        ("CREATE ROLE mute WITH PASSWORD = 'n'", ""),
        (
            "CREATE ROLE made WITH LOGIN = true AND HASHED PASSWORD = \
             '$2a$04$ISNlFlsydOXSiV9YS70oGO6Mr.JZSNQTHUQgLbtuaIO7CKJUxvSsq'",
            "",
        ),
    ]);
    let log_in = |user: &str, password: &str| {
        let answer = server.engine.log_in(user, password, "datacenter1");
        answer.map_err(|failure| failure.message)
    };
    let wrong = |user: &str| {
        Err(format!(
            "Provided username {user} and/or password are incorrect"
        ))
    };
    assert_eq!(log_in("cassandra", "cassandra"), Ok(()));
    assert_eq!(log_in("ann", "x"), Ok(()));
    assert_eq!(log_in("ann", "y"), wrong("ann"));
    assert_eq!(log_in("readers", ""), wrong("readers"));
    assert_eq!(log_in("nobody", "x"), wrong("nobody"));
    assert_eq!(
        log_in("mute", "n"),
        Err("mute is not permitted to log in".to_owned())
    );
    server.check(&[("ALTER ROLE ann WITH PASSWORD = 'z'", "")]);
    assert_eq!(log_in("ann", "x"), wrong("ann"));
    assert_eq!(log_in("ann", "z"), Ok(()));
}

#[test]
fn a_password_changes_more_than_once() {
    for flavor in [Flavor::Scylla, Flavor::Cassandra] {
        let server = server(flavor);
        let mut before = "x".to_owned();
        for password in ["y", "z", "z", "y"] {
            let change = format!("ALTER ROLE ann WITH PASSWORD = '{password}'");
            assert_eq!(server.run_as(User::Named("ann"), &change), "", "{flavor:?}");
            let enters = |password: &str| server.engine.log_in("ann", password, "dc").is_ok();
            assert!(enters(password) && (before == password || !enters(&before)));
            before = password.to_owned();
        }
        // What is known of a role is kept.
        assert_eq!(server.run("ALTER ROLE ann WITH LOGIN = true"), "");
        assert!(server.engine.log_in("ann", "y", "dc").is_ok());
    }
}
