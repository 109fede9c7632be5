//! Names: renamed, in other cases, raw identifiers, reserved words, names that must be quoted, fields that are none.

use std::collections::BTreeMap;

use scylla_orm::Session;
use scylla_orm::prelude::*;
use tests::poll::written;
use tests::target::Target;

/// The words of CQL as names of everything, columns also of the verbs of the library, and one that says anything.
#[derive(Model, Debug, Clone, PartialEq, Default)]
#[cql(table = "Select", rename_all = "SCREAMING_SNAKE_CASE")]
struct Words {
    #[cql(partition_key)]
    r#where: String,
    #[cql(partition_key, rename = "select")]
    objects: i32,
    #[cql(clustering_key(desc), rename = "order")]
    r#type: i32,
    #[cql(clustering_key)]
    token: String,
    #[cql(static_column, rename = "static")]
    r#static: Option<i32>,
    #[cql(rename = "camelCase")]
    get: Option<i32>,
    #[cql(index, rename = "with space, \"quotes\" and ümläut")]
    free_text: Option<String>,
    #[cql(rename = "1st")]
    first: BTreeMap<String, i32>,
    #[cql(rename = "ttl")]
    filter: Option<i32>,
    #[cql(rename = "count")]
    count: Option<i64>,
    #[cql(rename = "[applied]")]
    applied: Option<bool>,
    #[cql(rename = "?")]
    r#match: Option<i32>,
}

impl Words {
    fn new(r#type: i32) -> Self {
        Words {
            r#where: "w".into(),
            objects: 1,
            r#type,
            token: "t".into(),
            r#static: Some(3),
            get: Some(4),
            free_text: Some("'; DROP TABLE x; --".into()),
            first: [("\"k'".into(), 5)].into(),
            filter: Some(6),
            count: Some(7),
            applied: Some(true),
            r#match: Some(8),
        }
    }
}

#[tokio::test]
async fn any_name_can_be_written_and_read() {
    run(async |_| {
        sync_table::<Words>().await.unwrap();
        let again = sync_table::<Words>().await.unwrap();
        assert!(again.applied.is_empty(), "{again}");
        for number in 1..=3 {
            Words::new(number).insert().await.unwrap();
        }
        let partition = || Words::objects().filter((Words::WHERE.eq("w"), Words::OBJECTS.eq(1)));
        let all: Vec<Words> = [3, 2, 1].map(Words::new).into();
        assert_eq!(partition().all().await.unwrap(), all);
        let up = partition().order_by((Words::TYPE.asc(), Words::TOKEN.desc()));
        assert_eq!(up.only(Words::TYPE).all().await.unwrap(), [1, 2, 3]);
        assert_eq!(
            partition().filter(Words::TYPE.lt(3)).count().await.unwrap(),
            2
        );
        let row = || partition().filter((Words::TYPE.eq(1), Words::TOKEN.eq("t")));

        let indexed = Words::objects().filter(Words::FREE_TEXT.eq("'; DROP TABLE x; --"));
        assert_eq!(indexed.all().await.unwrap(), all);
        let filtered = partition().filter((Words::FILTER.eq(6), Words::FIRST.contains_key("\"k'")));
        assert_eq!(filtered.allow_filtering().all().await.unwrap(), all);

        let update = (
            Words::FIRST.put("?", 9),
            Words::COUNT.set_null(),
            Words::MATCH.set(1),
            Words::STATIC.set(0),
        );
        row().update(update).await.unwrap();
        let mut expected = Words {
            count: None,
            r#match: Some(1),
            r#static: Some(0),
            ..Words::new(1)
        };
        expected.first.insert("?".into(), 9);
        assert_eq!(row().get().await.unwrap(), expected);

        let mut tracked = expected.tracked();
        tracked.applied = None;
        tracked.save().await.unwrap();
        tracked.save().timestamp(1).await.unwrap();
        assert_eq!(row().get().await.unwrap(), *tracked);
        tracked.into_inner().delete().await.unwrap();
        assert!(!row().exists().await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn any_name_can_be_a_condition() {
    run(async |_| {
        sync_table::<Words>().await.unwrap();
        // A column of the name that the answer itself uses can only be told from it by its place.
        let words = Words {
            applied: None,
            ..Words::new(1)
        };
        written(words.insert()).await.unwrap();
        let row = || {
            Words::objects().filter((
                Words::WHERE.eq("w"),
                Words::OBJECTS.eq(1),
                Words::TYPE.eq(1),
                Words::TOKEN.eq("t"),
            ))
        };
        let update = row().update(Words::GET.set(1)).only_if((
            Words::FREE_TEXT.eq("x"),
            Words::MATCH.gt(1),
            Words::COUNT.is_null(),
        ));
        let expected = (words.free_text.clone(), words.r#match, words.count);
        assert_eq!(update.await.unwrap(), Lwt::Existing(expected));
        let update = row().update(Words::GET.set(1)).only_if(Words::STATIC.eq(3));
        assert_eq!(update.await.unwrap(), Lwt::Applied);
    })
    .await;
}

/// The names in CQL, as the server has them.
macro_rules! check_names {
    ($session:expr, $model:ty, $table:expr, $expected:expr) => {
        sync_table::<$model>().await.unwrap();
        let keyspace = $session.keyspace().unwrap();
        let table = $session
            .driver()
            .describe_table(keyspace, $table)
            .await
            .unwrap()
            .unwrap();
        let mut names: Vec<&str> = table.columns.iter().map(|column| &*column.name).collect();
        names.sort_unstable();
        assert_eq!(names, $expected);
    };
}

#[tokio::test]
async fn names_follow_the_attributes() {
    /// Its table is called `http_log_v2`.
    #[derive(Model, Debug, PartialEq, Default)]
    struct HttpLogV2 {
        #[cql(partition_key)]
        r#type: i32,
        user_name: Option<String>,
    }

    #[derive(Model, Debug, PartialEq, Default)]
    #[cql(table = "CamelCase", rename_all = "camelCase")]
    struct Camel {
        #[cql(partition_key)]
        user_id: i32,
        first_name: Option<String>,
        #[cql(rename = "LAST")]
        last_name: Option<String>,
    }

    #[derive(Model, Debug, PartialEq, Default)]
    #[cql(table = "_lower", rename_all = "PascalCase")]
    struct Pascal {
        #[cql(partition_key)]
        user_id: i32,
        first_name: Option<String>,
    }

    run(async |session| {
        check_names!(session, HttpLogV2, "http_log_v2", ["type", "user_name"]);
        check_names!(session, Camel, "CamelCase", ["LAST", "firstName", "userId"]);
        check_names!(session, Pascal, "_lower", ["FirstName", "UserId"]);
        let camel = Camel {
            user_id: 1,
            first_name: Some("a".into()),
            last_name: Some("b".into()),
        };
        camel.insert().await.unwrap();
        assert_eq!(Camel::get(1).await.unwrap(), camel);
    })
    .await;
}

#[derive(Debug, Clone, PartialEq, Default)]
struct NoValueOfCql;

#[derive(Model, Debug, Clone, PartialEq, Default)]
struct Partly {
    #[cql(skip)]
    before: NoValueOfCql,
    #[cql(partition_key)]
    id: i32,
    #[cql(skip)]
    between: Vec<NoValueOfCql>,
    #[cql(default)]
    stars: i32,
    #[cql(default, rename = "title")]
    name: String,
    #[cql(skip)]
    after: u64,
}

#[tokio::test]
async fn skipped_fields_and_null_become_defaults() {
    run(async |session| {
        check_names!(session, Partly, "partly", ["id", "stars", "title"]);
        let row = Partly {
            between: vec![NoValueOfCql],
            after: 9,
            id: 1,
            stars: 2,
            name: "n".into(),
            ..Partly::default()
        };
        row.insert().await.unwrap();
        let read = Partly {
            between: vec![],
            after: 0,
            ..row.clone()
        };
        assert_eq!(Partly::get(1).await.unwrap(), read);
        let query = Partly::objects().filter(Partly::ID.eq(1));
        query
            .update((Partly::STARS.set_null(), Partly::NAME.set_null()))
            .await
            .unwrap();
        assert_eq!(
            Partly::get(1).await.unwrap(),
            Partly {
                id: 1,
                ..Partly::default()
            }
        );

        // What no column holds is no change.
        let mut tracked = row.tracked();
        tracked.after = 10;
        assert!(!tracked.is_changed());
    })
    .await;
}

#[tokio::test]
async fn a_keyspace_may_have_any_name() {
    let target = Target::start().await;
    let plain = target.session("model_names").await;
    let name = &format!("{}_Mixed", plain.keyspace().unwrap());
    create_keyspace(name, Replication::simple(1))
        .on(&plain)
        .await
        .unwrap();
    let session = Session::over(plain.driver().clone(), Some(name));
    sync_table::<Words>().on(&session).await.unwrap();
    Words::new(1).insert().on(&session).await.unwrap();
    let all = Words::objects().scan().on(&session).all().await.unwrap();
    assert_eq!(all, [Words::new(1)]);
    for keyspace in [name, plain.keyspace().unwrap()] {
        drop_keyspace(keyspace)
            .allow_drop(keyspace)
            .on(&plain)
            .await
            .unwrap();
    }
    session.close().await.unwrap();
}

async fn run(test: impl AsyncFnOnce(&Session)) {
    Target::start().await.within("model_names", test).await;
}
