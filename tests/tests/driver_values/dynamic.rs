//! Rows whose columns are known only when they arrive.

use scylla_orm::driver::ErrorKind;
use scylla_orm::driver::value::{Row, Type, Value};

use crate::table::Table;

#[tokio::test]
async fn rows_whose_columns_nobody_knew() {
    let types = &["text", "int", "list<int>", "tuple<int, text>"];
    let t = Table::of(types).await;
    let insert = format!("INSERT INTO {} (k, c0, c1, c2) VALUES (?, ?, ?, ?)", t.name);
    let values: Vec<Value> = vec![
        1.into(),
        "one".into(),
        11.into(),
        Value::List(vec![1.into(), 2.into()]),
    ];
    t.session.query(insert, values).await.unwrap();
    let answer = t
        .session
        .query(format!("SELECT * FROM {}", t.name), ())
        .await
        .unwrap();
    let rows: Vec<Row> = answer.all_as().unwrap();
    let [row] = rows.as_slice() else {
        panic!("{rows:?} is not one row");
    };
    let names: Vec<&str> = row.columns().iter().map(|c| &*c.name).collect();
    assert_eq!(names, ["k", "c0", "c1", "c2", "c3"]);
    assert_eq!(row.get::<&str>("c0"), Ok("one"));
    assert_eq!(row.get::<Option<i32>>("c1"), Ok(Some(11)));
    assert_eq!(row.get::<Vec<i32>>("c2"), Ok(vec![1, 2]));
    assert_eq!(row.value("c3"), Ok(None));
    assert_eq!(
        row.columns()[4].ty,
        Type::Tuple(vec![Type::Int, Type::Text])
    );
    assert_eq!(
        format!("{row:?}"),
        r#"{"k": 1, "c0": 'one', "c1": 11, "c2": [1, 2], "c3": null}"#
    );
    let wrong = row.get::<i64>("c1").unwrap_err().to_string();
    assert_eq!(
        wrong,
        "column `c1` (index 2) is a CQL `int`, which is `i32` in Rust, not `i64`"
    );
    let error = answer.all_as::<(i32,)>().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Columns(_)), "{error:?}");
    t.end().await;
}
