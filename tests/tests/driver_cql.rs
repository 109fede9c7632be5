//! CQL by text: what Apache Cassandra 5.0.7 answered to each statement of a list, the embedded cluster answers too.
//!
//! The lists in `driver_cql/` hold statements behind `> `, `@` for the keyspace, and below each its answer: names and
//! types of columns, then rows; or the error. With `SCYLLA_ORM_WRITE_ANSWERS` set, what the target answers is
//! written there instead.

use std::fmt::Write;
use std::path::Path;

use scylla_orm::driver::Session;
use scylla_orm::driver::value::Value;
use scylla_orm_embedded::{Cluster, Flavor};
use tests::target::Target;

#[tokio::test]
async fn select() {
    check("select.txt").await;
}

async fn check(list: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/driver_cql")
        .join(list);
    let expected = std::fs::read_to_string(&path).unwrap();
    let target = Target::start().await;
    let answers = if target.cluster().is_none() {
        answers_of(target.driver().await, &expected).await
    } else {
        // Wherever the rest runs, these are answers of Cassandra.
        let cluster = Cluster::builder()
            .flavor(Flavor::Cassandra)
            .start()
            .await
            .unwrap();
        let session = Session::connect(cluster.contact_points()).await.unwrap();
        answers_of(session, &expected).await
    };
    if std::env::var_os("SCYLLA_ORM_WRITE_ANSWERS").is_some() {
        return std::fs::write(path, answers).unwrap();
    }
    for (answer, expected) in answers.split("> ").zip(expected.split("> ")) {
        assert_eq!(answer, expected);
    }
    assert_eq!(answers.len(), expected.len());
}

/// The list again, with what the server answers now.
async fn answers_of(session: Session, list: &str) -> String {
    let keyspace = format!("cql_{}", &uuid::Uuid::new_v4().simple().to_string()[..8]);
    let create = format!(
        "CREATE KEYSPACE {keyspace} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}"
    );
    session.query(create, ()).await.unwrap();
    let mut text = String::new();
    for line in list.lines() {
        let Some(cql) = line.strip_prefix("> ") else {
            continue;
        };
        writeln!(text, "> {cql}").unwrap();
        text += &answer(&session, &cql.replace('@', &keyspace)).await;
    }
    session
        .query(format!("DROP KEYSPACE {keyspace}"), ())
        .await
        .unwrap();
    session.close().await.unwrap();
    text.replace(&keyspace, "@")
}

async fn answer(session: &Session, cql: &str) -> String {
    let answer = match session.query(cql, ()).await {
        Ok(answer) => answer,
        Err(error) => return format!("{:?}\n", error.kind()),
    };
    let columns = answer.columns();
    let named = columns.iter().map(|c| format!("{} {}", c.name, c.ty));
    let named = named.collect::<Vec<_>>().join(", ");
    let mut text = String::new();
    if answer.rows().is_some() {
        writeln!(text, "[{named}]").unwrap();
    }
    let mut cells = answer.cells();
    for _ in 0..answer.count() {
        let row = columns.iter().map(|column| {
            let cell = cells.next().unwrap();
            match Value::decode(&column.ty, cell) {
                Ok(Some(value)) => value.to_string(),
                Ok(None) => "null".to_owned(),
                // A list with null in it, as `writetime` of a user-defined type has.
                Err(_) => format!("{cell:?}"),
            }
        });
        writeln!(text, "{}", row.collect::<Vec<_>>().join(" | ")).unwrap();
    }
    text
}
