//! Tables that are not what their models say, and what is said of it: the model, the column, what to do.

use scylla_orm::driver::value::Varint;
use scylla_orm::prelude::*;
use scylla_orm::{Error, ErrorKind, Session, driver};
use tests::target::Target;

#[derive(Model, Debug, Clone, PartialEq)]
struct Post {
    #[cql(partition_key)]
    author: String,
    #[cql(clustering_key)]
    id: i64,
    #[cql(index)]
    slug: String,
    stars: i32,
    tags: Vec<String>,
}

impl Post {
    fn new(id: i64) -> Self {
        Post {
            author: "ann".into(),
            id,
            slug: "s".into(),
            stars: 1,
            tags: vec!["t".into()],
        }
    }
}

const TABLE: &str =
    "author text, id bigint, slug text, stars int, tags list<text>, PRIMARY KEY (author, id)";

/// A test where the table of posts is `columns`.
async fn run(columns: &str, test: impl AsyncFnOnce(&Session)) {
    let target = Target::start().await;
    let test = async |session: &Session| {
        ddl(session, &format!("CREATE TABLE KS.post ({columns})")).await;
        test(session).await;
    };
    target.within("model_errors", test).await;
}

async fn ddl(session: &Session, cql: &str) {
    let cql = cql.replace("KS", session.keyspace().unwrap());
    session.execute(cql, ()).await.unwrap();
}

/// What an error says, with the keyspace as `KS` and without the statement.
fn check(session: &Session, error: &Error, expected: &str) {
    assert_eq!(error.model(), Some("Post"), "{error}");
    let text = error.to_string().replace(session.keyspace().unwrap(), "KS");
    let parts: Vec<&str> = text
        .split("; ")
        .filter(|part| !part.starts_with("the statement is"))
        .collect();
    assert_eq!(parts.join("; "), expected);
}

/// Every verb that touches the column says the same of it.
async fn check_all(session: &Session, expected: &str) {
    let row = || Post::objects().filter((Post::AUTHOR.eq("ann"), Post::ID.eq(1)));
    let post = Post::new(1);
    let mut tracked = Post::new(1).tracked();
    tracked.stars = 2;
    tracked.slug = "new".into();
    tracked.tags.clear();
    for error in [
        row().all().await.unwrap_err(),
        row().get().await.unwrap_err(),
        Post::get(("ann", 1)).await.unwrap_err(),
        Post::objects().limit(1).all().await.unwrap_err(),
        post.insert().await.unwrap_err(),
        post.save().await.unwrap_err(),
        post.insert().if_not_exists().await.unwrap_err(),
        tracked.save().await.unwrap_err(),
        // Once more: a failure is not kept, and neither is what led to it.
        row().all().await.unwrap_err(),
    ] {
        check(session, &error, expected);
    }
}

#[tokio::test]
async fn a_column_of_another_type() {
    let stars = async |ty: &str, expected: &str| {
        let columns = TABLE.replace("stars int", &format!("stars {ty}"));
        let expected = format!(
            "`Post`: column `stars` of table `KS.post` is `int` in the model and `{expected}` in the database; change \
             the field's type, or the table: `sync_table::<Post>()` says what it can do"
        );
        run(&columns, async |session| {
            check_all(session, &expected).await
        })
        .await;
    };
    stars("text", "text").await;
    stars("bigint", "bigint").await;
    stars("smallint", "smallint").await;
    stars("list<int>", "list<int>").await;
    stars("frozen<map<text, set<int>>>", "map<text, set<int>>").await;
}

#[tokio::test]
async fn a_collection_of_another_type() {
    let tags = async |ty: &str, found: &str| {
        let columns = TABLE.replace("list<text>", ty);
        let expected = format!(
            "`Post`: column `tags` of table `KS.post` is `list<text>` in the model and `{found}` in the database; \
             change the field's type, or the table: `sync_table::<Post>()` says what it can do"
        );
        run(&columns, async |session| {
            check_all(session, &expected).await;
            let row = || Post::objects().filter((Post::AUTHOR.eq("ann"), Post::ID.eq(1)));
            let error = row().update(Post::TAGS.append(["x"])).await.unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::Mismatch { .. }),
                "{error}"
            );
        })
        .await;
    };
    tags("set<text>", "set<text>").await;
    tags("list<int>", "list<int>").await;
    tags("text", "text").await;
}

#[tokio::test]
async fn a_column_that_is_not_there() {
    run("author text, id bigint, slug text, PRIMARY KEY (author, id)", async |session| {
        let expected = "`Post`: table `KS.post` has no column `stars` and no column `tags`; `sync_table::<Post>()` \
                        adds what the table lacks";
        check_all(session, expected).await;
        sync_table::<Post>().await.unwrap();
        Post::new(1).insert().await.unwrap();
        assert_eq!(Post::get(("ann", 1)).await.unwrap(), Post::new(1));
    })
    .await;
}

#[tokio::test]
async fn a_table_or_keyspace_that_is_not_there() {
    run(TABLE, async |session| {
        ddl(session, "DROP TABLE KS.post").await;
        check_all(
            session,
            "`Post`: there is no table `KS.post`; `sync_table::<Post>()` creates it",
        )
        .await;
        sync_table::<Post>().await.unwrap();
        Post::new(1).insert().await.unwrap();

        let elsewhere = Session::over(session.driver().clone(), Some("no_such_keyspace"));
        let expected = "`Post`: there is no keyspace `KS`; `create_keyspace(..)` creates it";
        elsewhere.scope(check_all(&elsewhere, expected)).await;
    })
    .await;
}

#[tokio::test]
async fn another_key() {
    let key = async |key: &str, expected: &str| {
        let columns = TABLE.replace("PRIMARY KEY (author, id)", &format!("PRIMARY KEY ({key})"));
        run(&columns, async |session| {
            let query = Post::objects().filter(Post::AUTHOR.eq("ann"));
            let error = query.filter(Post::ID.gt(0)).all().await.unwrap_err();
            let expected = format!(
                "`Post`: table `KS.post` has the primary key (author, id) in the model and the primary key ({expected}) in \
                 the database; change the model, or the table: `sync_table::<Post>()` says what it can do"
            );
            check(session, &error, &expected);
        })
        .await;
    };
    key("id, author", "id, author").await;
    key("author, slug, id", "author, slug, id").await;
    key("(author, id)", "(author, id)").await;
}

#[tokio::test]
async fn an_index_that_is_not_there() {
    run(TABLE, async |session| {
        let error = Post::objects().filter(Post::SLUG.eq("s")).all().await.unwrap_err();
        let expected = "`Post`: table `KS.post` has an index on `slug` in the model and none in the database; change the \
                        model, or the table: `sync_table::<Post>()` says what it can do";
        check(session, &error, expected);
        sync_table::<Post>().await.unwrap();
        assert_eq!(Post::objects().filter(Post::SLUG.eq("s")).all().await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn null_where_the_field_is_no_option() {
    run(TABLE, async |session| {
        Post::new(1).insert().await.unwrap();
        ddl(session, "INSERT INTO KS.post (author, id, slug) VALUES ('ann', 2, 's')").await;
        let expected = "`Post`: column `stars` (`int`) is null in row 1, but the field is no `Option`; make it one, or \
                        give it `#[cql(default)]`";
        let all = || Post::objects().filter(Post::AUTHOR.eq("ann"));
        for size in [1, 100] {
            check(session, &all().page_size(size).all().await.unwrap_err(), expected);
            check(session, &all().page_size(size).only(Post::STARS).all().await.unwrap_err(), expected);
        }
        let expected = expected.replace("row 1", "row 0");
        check(session, &Post::get(("ann", 2)).await.unwrap_err(), &expected);
        check(session, &Post::new(2).insert().if_not_exists().await.unwrap_err(), &expected);
        assert_eq!(all().only(Post::ID).all().await.unwrap(), [1, 2]);
        assert_eq!(all().first().await.unwrap(), Some(Post::new(1)));
        let error = Post::get(("ann", 2)).await.unwrap_err();
        let ErrorKind::Decode { column, row: 0, .. } = error.kind() else {
            panic!("{error}");
        };
        assert_eq!(&**column, "stars");
    })
    .await;
}

#[tokio::test]
async fn a_value_that_its_type_cannot_hold() {
    #[derive(CqlEnum, Debug, PartialEq)]
    enum Color {
        Red,
    }

    #[derive(Model, Debug, PartialEq)]
    #[cql(table = "post")]
    struct Post {
        #[cql(partition_key)]
        author: String,
        #[cql(clustering_key)]
        id: i64,
        slug: Color,
    }

    run(TABLE, async |session| {
        insert_slug(session, "Red").await;
        let red = Post {
            author: "ann".into(),
            id: 1,
            slug: Color::Red,
        };
        assert_eq!(Post::get(("ann", 1)).await.unwrap(), red);
        insert_slug(session, "Green").await;
        let error = Post::get(("ann", 1)).await.unwrap_err();
        check(
            session,
            &error,
            "`Post`: column `slug` (`text`) is outside of what the field's type can hold in row 0",
        );
    })
    .await;
}

async fn insert_slug(session: &Session, slug: &str) {
    ddl(
        session,
        &format!("INSERT INTO KS.post (author, id, slug) VALUES ('ann', 1, '{slug}')"),
    )
    .await;
}

#[tokio::test]
async fn types_that_may_stand_for_others() {
    // A model may be stricter than its table.
    let columns = TABLE
        .replace("slug text", "slug ascii")
        .replace("list<text>", "frozen<list<ascii>>");
    run(&columns, async |_| {
        Post::new(1).insert().await.unwrap();
        assert_eq!(Post::get(("ann", 1)).await.unwrap(), Post::new(1));
        let error = Post {
            slug: "ä".into(),
            ..Post::new(2)
        }
        .insert()
        .await
        .unwrap_err();
        let kind = error.driver().map(driver::Error::kind);
        assert!(
            matches!(kind, Some(driver::ErrorKind::Invalid { .. })),
            "{error}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_type_that_changes_under_a_session() {
    run(TABLE, async |session| {
        Post::new(1).insert().await.unwrap();
        let stars = || Post::objects().filter((Post::AUTHOR.eq("ann"), Post::ID.eq(1))).only(Post::STARS);
        assert_eq!(stars().get().await.unwrap(), 1);
        ddl(session, "DROP TABLE KS.post").await;
        ddl(session, &format!("CREATE TABLE KS.post ({})", TABLE.replace("stars int", "stars varint"))).await;
        let expected = "`Post`: column `stars` of table `KS.post` is `int` in the model and `varint` in the database; \
                        change the field's type, or the table: `sync_table::<Post>()` says what it can do";
        let insert = "INSERT INTO KS.post (author, id, slug, stars) VALUES ('ann', 1, 's', 5)";
        ddl(session, insert).await;
        check_all(session, expected).await;
        check(session, &stars().get().await.unwrap_err(), expected);
        let answer = session.execute(format!("SELECT stars FROM {}.post", session.keyspace().unwrap()), ()).await.unwrap();
        assert_eq!(answer.first_as::<(Varint,)>().unwrap(), Some((Varint::from(5),)));
    })
    .await;
}
