//! Statements that are wrong.

use scylla_orm::driver::{ErrorKind, Session};
use tests::target::Target;

use crate::{check, error_of};

struct Fixture {
    _target: Target,
    session: Session,
    keyspace: String,
    scylla: bool,
}

async fn fixture() -> Fixture {
    let target = Target::start().await;
    let keyspace = target.keyspace("driver_errors").await;
    let session = target.driver().await;
    let make = format!("CREATE TABLE {keyspace}.t (k int PRIMARY KEY, v int)");
    session.query(make, ()).await.unwrap();
    Fixture {
        scylla: target.is_scylla().await,
        _target: target,
        session,
        keyspace,
    }
}

impl Fixture {
    /// The statement fails on one node with these words of the server, and this advice.
    async fn check(
        &self,
        cql: &str,
        kind: fn(&ErrorKind) -> bool,
        says: (&str, &str),
        advice: &str,
    ) {
        let cql = cql.replace("{ks}", &self.keyspace);
        let error = error_of(self.session.query(cql.as_str(), ())).await;
        let says = if self.scylla { says.0 } else { says.1 };
        let text = format!(
            "{} (node {}{}), in `{cql}`{advice}",
            says.replace("{ks}", &self.keyspace),
            error.node().unwrap(),
            error
                .shard()
                .map_or(String::new(), |s| format!(", shard {s}")),
        );
        check(&error, kind, &text);
        assert_eq!(error.statement(), Some(cql.as_str()));
    }
}

#[tokio::test]
async fn names_that_are_not_there() {
    let f = fixture().await;
    let invalid = |k: &ErrorKind| matches!(k, ErrorKind::Invalid { .. });
    let keyspace = "; create the keyspace first, or check its name";
    f.check(
        "SELECT v FROM nowhere.t WHERE k = 1",
        invalid,
        (
            "invalid: Keyspace nowhere does not exist",
            "invalid: keyspace nowhere does not exist",
        ),
        keyspace,
    )
    .await;
    f.check(
        "CREATE TABLE nowhere.t (k int PRIMARY KEY)",
        |k| matches!(k, ErrorKind::Invalid { .. } | ErrorKind::Config { .. }),
        (
            "invalid: Keyspace nowhere does not exist",
            "invalid: Keyspace 'nowhere' doesn't exist",
        ),
        keyspace,
    )
    .await;
    f.check(
        "SELECT v FROM {ks}.nothing WHERE k = 1",
        invalid,
        (
            "invalid: unconfigured table nothing",
            "invalid: table nothing does not exist",
        ),
        "; create the table first, or check the names of keyspace and table",
    )
    .await;
    f.check(
        "SELECT nothing FROM {ks}.t WHERE k = 1",
        invalid,
        (
            "invalid: Unrecognized name nothing",
            "invalid: Undefined column name nothing in table {ks}.t",
        ),
        "",
    )
    .await;
    f.check(
        "SELECT v FROM t WHERE k = 1",
        invalid,
        ("invalid: No keyspace has been specified. USE a keyspace, or explicitly specify keyspace.tablename", "invalid: No keyspace has been specified. USE a keyspace, or explicitly specify keyspace.tablename"),
        "; write the table as keyspace.table: this driver never sends USE",
    )
    .await;
    f.session.close().await.unwrap();
}

#[tokio::test]
async fn text_that_is_no_cql() {
    let f = fixture().await;
    let syntax = |k: &ErrorKind| matches!(k, ErrorKind::Syntax { .. });
    let text = "syntax error: line 1:0 no viable alternative at input 'SELEC' ([SELEC]...)";
    f.check(
        "SELEC 1",
        syntax,
        (
            "syntax error: line 1:0 no viable alternative at input 'SELEC'",
            text,
        ),
        "",
    )
    .await;
    f.session.close().await.unwrap();
}

#[tokio::test]
async fn what_is_there_already() {
    let f = fixture().await;
    f.check(
        "CREATE TABLE {ks}.t (k int PRIMARY KEY)",
        |k| matches!(k, ErrorKind::AlreadyExists { .. }),
        ("table {ks}.t already exists", "table {ks}.t already exists"),
        "",
    )
    .await;
    f.session.close().await.unwrap();
}

#[tokio::test]
async fn what_only_would_work_on_one_connection() {
    let f = fixture().await;
    let cql = format!("USE {}", f.keyspace);
    let error = error_of(f.session.query(cql.as_str(), ())).await;
    let text = format!(
        "USE would change one of many connections: write keyspace.table instead, in `{cql}`"
    );
    check(
        &error,
        |k| matches!(k, ErrorKind::Unsupported { .. }),
        &text,
    );
    f.session.close().await.unwrap();
    let error = error_of(f.session.query("SELECT key FROM system.local", ())).await;
    assert!(matches!(error.kind(), ErrorKind::Closed), "{error:?}");
    assert!(
        error.to_string().starts_with("the session is closed"),
        "{error}"
    );
}
