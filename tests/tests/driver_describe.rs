//! What the driver says of keyspaces and tables.

use scylla_orm::driver::topology::{ColumnKind, Strategy};
use tests::target::Target;

#[tokio::test]
async fn tables_are_described_as_they_were_made() {
    let target = Target::start().await;
    let keyspace = target.keyspace("describe").await;
    let session = target.driver().await;
    for cql in [
        format!("CREATE TYPE {keyspace}.point (x int, y frozen<list<text>>)"),
        format!(
            "CREATE TABLE {keyspace}.t (a text, b int, c timestamp, \"D\" uuid, s bigint static, m map<text, int>, \
             f frozen<set<int>>, p frozen<point>, v decimal, PRIMARY KEY ((a, b), c, \"D\")) \
             WITH CLUSTERING ORDER BY (c DESC, \"D\" ASC) AND comment = 'it''s' AND default_time_to_live = 60"
        ),
        format!("CREATE INDEX by_v ON {keyspace}.t (v)"),
    ] {
        session.query(cql, ()).await.unwrap();
    }
    let table = session
        .describe_table(&keyspace, "t")
        .await
        .unwrap()
        .unwrap();
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|c| {
            (
                c.name.as_str(),
                c.kind,
                c.position,
                c.descending,
                c.ty.to_string(),
            )
        })
        .collect();
    use ColumnKind::{Clustering, Partition, Regular, Static};
    let expected = [
        ("a", Partition, 0, false, "text"),
        ("b", Partition, 1, false, "int"),
        ("c", Clustering, 0, true, "timestamp"),
        ("D", Clustering, 1, false, "uuid"),
        ("s", Static, 0, false, "bigint"),
        ("f", Regular, 0, false, "frozen<set<int>>"),
        ("m", Regular, 0, false, "map<text, int>"),
        ("p", Regular, 0, false, "frozen<point>"),
        ("v", Regular, 0, false, "decimal"),
    ];
    assert_eq!(
        columns,
        expected.map(|(name, kind, at, descending, ty)| (
            name,
            kind,
            at,
            descending,
            ty.to_owned()
        ))
    );
    let indexes: Vec<_> = table
        .indexes
        .iter()
        .map(|i| (i.name.as_str(), i.kind.as_str(), i.target.as_str()))
        .collect();
    assert_eq!(indexes, [("by_v", "COMPOSITES", "v")]);
    assert_eq!(
        table.options.get("comment").map(String::as_str),
        Some("'it''s'")
    );
    assert_eq!(
        table
            .options
            .get("default_time_to_live")
            .map(String::as_str),
        Some("60")
    );
    assert!(table.id.is_some());

    let described = session.describe_keyspace(&keyspace).await.unwrap().unwrap();
    assert_eq!(described.tables.get("t"), Some(&table));
    assert!(
        described.views.is_empty(),
        "a view that backs an index is not shown"
    );
    assert_eq!(described.types["point"].fields.len(), 2);
    let kept = match target.has_tablets() {
        true => matches!(described.strategy, Strategy::NetworkTopology { .. }),
        false => matches!(described.strategy, Strategy::Simple { factor } if factor >= 1),
    };
    assert!(kept, "{:?}", described.strategy);
    session.close().await.unwrap();
}

#[tokio::test]
async fn what_is_not_there_is_none() {
    let target = Target::start().await;
    let keyspace = target.keyspace("describe").await;
    let session = target.driver().await;
    assert_eq!(session.describe_table(&keyspace, "no").await.unwrap(), None);
    assert_eq!(session.describe_table("no", "no").await.unwrap(), None);
    assert_eq!(session.describe_keyspace("no").await.unwrap(), None);
    session.close().await.unwrap();
}
