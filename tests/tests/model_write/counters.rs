//! Counters.

use scylla_orm::prelude::*;

use crate::run;

#[derive(Model, Debug, PartialEq)]
struct Hits {
    #[cql(partition_key)]
    page: String,
    #[cql(clustering_key)]
    day: i32,
    views: Counter,
    likes: Option<Counter>,
}

#[tokio::test]
async fn counters_count() {
    run(async |_| {
        sync_table::<Hits>().await.unwrap();
        let hits = |day| Hits::objects().filter((Hits::PAGE.eq("/"), Hits::DAY.eq(day)));
        hits(1).update(Hits::VIEWS.inc(5)).await.unwrap();
        hits(1)
            .update((Hits::VIEWS.inc(5), Hits::LIKES.dec(3)))
            .await
            .unwrap();
        hits(2).update(Hits::VIEWS.dec(i64::MAX)).await.unwrap();
        let row = |day, views, likes| Hits {
            page: "/".into(),
            day,
            views: Counter(views),
            likes,
        };
        let all = Hits::objects().filter(Hits::PAGE.eq("/"));
        let expected = [row(1, 10, Some(Counter(-3))), row(2, -i64::MAX, None)];
        assert_eq!(all.all().await.unwrap(), expected);
        hits(1).delete().await.unwrap();
        assert!(Hits::get(("/", 1)).await.unwrap_err().is_not_found());
    })
    .await;
}
