//! Models on a server: what the futures of the verbs do, page by page and request by request.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::TryStreamExt;
use futures_util::future::join_all;
use scylla_orm::ErrorKind;
use scylla_orm::exec::PageToken;
use scylla_orm::prelude::*;
use tests::poll::written;
use tests::target::Target;

#[derive(Model, Debug, Clone, PartialEq)]
struct Reading {
    #[cql(partition_key)]
    station: String,
    #[cql(partition_key)]
    year: i32,
    #[cql(clustering_key(desc))]
    day: i32,
    #[cql(clustering_key)]
    hour: i32,
    #[cql(static_column)]
    owner: Option<String>,
    note: Option<String>,
    value: i32,
    tags: HashSet<String>,
}

fn reading(station: &str, day: i32, hour: i32) -> Reading {
    Reading {
        station: station.into(),
        year: 2026,
        day,
        hour,
        owner: None,
        note: (hour == 0).then(|| format!("{station} at midnight")),
        value: day * 100 + hour,
        tags: HashSet::new(),
    }
}

/// Of each station the days 1 to 5, each with as many hours as the station's name says.
async fn fill(stations: &[&str]) -> Vec<Reading> {
    sync_table::<Reading>().await.unwrap();
    let mut all = Vec::new();
    for station in stations {
        let hours = station.strip_prefix('s').unwrap().parse().unwrap();
        for day in (1..=5).rev() {
            for hour in 0..hours {
                let reading = reading(station, day, hour);
                reading.insert().await.unwrap();
                all.push(reading);
            }
        }
    }
    all
}

#[tokio::test]
async fn rows_come_back_as_they_were_written() {
    let target = Target::start().await;
    target
        .within("smoke_rows", async |_| {
            let all = fill(&["s2", "s3"]).await;
            let first = &all[0];
            let key = |hour| ("s2", 2026, 5, hour);
            assert_eq!(Reading::get(key(0)).await.unwrap(), *first);
            assert!(Reading::get(key(7)).await.unwrap_err().is_not_found());
            assert_eq!(Reading::get(key(7)).optional().await.unwrap(), None);

            let station = |name| {
                Reading::objects().filter((Reading::STATION.eq(name), Reading::YEAR.eq(2026)))
            };
            assert_eq!(station("s2").all().await.unwrap(), all[..10]);
            assert_eq!(station("s2").count().await.unwrap(), 10);
            assert_eq!(station("s2").first().await.unwrap().as_ref(), Some(first));
            assert!(station("s2").exists().await.unwrap());
            assert!(!station("s9").exists().await.unwrap());
            assert_eq!(station("s9").first().await.unwrap(), None);
            let error = station("s2").get().await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::MultipleFound), "{error}");
            let few = station("s2")
                .limit(3)
                .only((Reading::DAY, Reading::VALUE))
                .all();
            assert_eq!(few.await.unwrap(), [(5, 500), (5, 501), (4, 400)]);

            let mut changed = first.clone();
            changed.note = None;
            changed.tags = ["a".to_owned()].into();
            changed.save().await.unwrap();
            assert_eq!(Reading::get(key(0)).await.unwrap(), changed);
            let mut tracked = changed.clone().tracked();
            tracked.value = 7;
            tracked.save().await.unwrap();
            changed.value = 7;
            assert_eq!(Reading::get(key(0)).await.unwrap(), changed);
            changed.delete().await.unwrap();
            assert_eq!(Reading::get(key(0)).optional().await.unwrap(), None);
        })
        .await;
}

/// All rows of a query, page by page; each token goes through its text.
async fn pages(query: &Select<'_, Reading>, size: u32) -> Vec<Vec<Reading>> {
    let (mut pages, mut token) = (Vec::new(), None);
    loop {
        let page = query.clone().page_size(size).page(token).await.unwrap();
        pages.push(page.rows);
        match page.next {
            Some(next) => token = Some(next.to_string().parse::<PageToken>().unwrap()),
            None => return pages,
        }
    }
}

/// `expected` by every way to read many rows, and with pages of several sizes.
async fn check(query: Select<'_, Reading>, expected: &[Reading]) {
    for size in [1, 3, 4, 1000] {
        let query = query.clone().page_size(size);
        assert_eq!(query.clone().all().await.unwrap(), expected, "all, {size}");
        let stream: Vec<Reading> = query.clone().stream().try_collect().await.unwrap();
        assert_eq!(stream, expected, "stream, {size}");
        let pages = pages(&query, size).await;
        let limit = usize::try_from(size).unwrap();
        assert!(pages.iter().all(|page| page.len() <= limit), "{pages:?}");
        assert_eq!(pages.concat(), expected, "pages, {size}");
    }
    assert_eq!(
        query.clone().first().await.unwrap(),
        expected.first().cloned()
    );
    assert_eq!(query.exists().await.unwrap(), !expected.is_empty());
}

#[tokio::test]
async fn pages_streams_and_whole_results_are_the_same() {
    let target = Target::start().await;
    target
        .within("smoke_pages", async |_| {
            let all = fill(&["s2"]).await;
            let key =
                || Reading::objects().filter((Reading::STATION.eq("s2"), Reading::YEAR.eq(2026)));
            check(key().build(), &all).await;
            check(key().limit(7).build(), &all[..7]).await;
            check(key().filter(Reading::DAY.gt(9)).build(), &[]).await;
            let mut reversed = all.clone();
            reversed.reverse();
            check(key().order_by(Reading::DAY.asc()).build(), &reversed).await;

            let page = key().page_size(3).page(None).await.unwrap();
            let token = page.next.unwrap();
            let other =
                Reading::objects().filter((Reading::STATION.eq("s3"), Reading::YEAR.eq(2026)));
            let error = other.page(Some(token.clone())).await.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::PageToken), "{error}");
            let days = key()
                .only(Reading::DAY)
                .page_size(4)
                .page(Some(token))
                .await
                .unwrap();
            assert_eq!(days.rows, [4, 3, 3, 2]);
        })
        .await;
}

#[tokio::test]
async fn several_keys_are_read_in_the_order_in_which_they_were_given() {
    let target = Target::start().await;
    target
        .within("smoke_keys", async |_| {
            let all = fill(&["s1", "s2", "s3", "s4"]).await;
            let rows = |stations: &[&str]| -> Vec<Reading> {
                let of = |station| all.iter().filter(move |r| r.station == station).cloned();
                stations.iter().flat_map(|station| of(*station)).collect()
            };
            let query = |stations: &[&str]| {
                Reading::objects()
                    .filter((Reading::STATION.is_in(stations), Reading::YEAR.eq(2026)))
            };
            let given = ["s3", "s9", "s1", "s3", "s4", "s2"];
            let expected = rows(&["s3", "s1", "s4", "s2"]);
            check(query(&given).build(), &expected).await;
            check(query(&given).limit(17).build(), &expected[..17]).await;
            check(query(&["s8", "s9"]).build(), &[]).await;
            check(query(&[]).build(), &[]).await;
            assert_eq!(query(&given).count().await.unwrap(), 50);
            assert_eq!(query(&[]).count().await.unwrap(), 0);
            let days = query(&given).filter((Reading::DAY.eq(2), Reading::HOUR.eq(3)));
            assert_eq!(days.get().await.unwrap(), reading("s4", 2, 3));

            // Merged: by day and hour, then as the keys were given.
            let mut merged = expected.clone();
            merged.sort_by_key(|r| (-r.day, r.hour));
            let sorted = || query(&given).order_by(Reading::DAY.desc());
            check(sorted().build(), &merged).await;
            check(sorted().limit(23).build(), &merged[..23]).await;
            let values: Vec<_> = merged
                .iter()
                .map(|r| (r.station.clone(), r.value))
                .collect();
            let some = || {
                sorted()
                    .only((Reading::STATION, Reading::VALUE))
                    .page_size(3)
            };
            assert_eq!(some().all().await.unwrap(), values);
            let stream: Vec<_> = some().stream().try_collect().await.unwrap();
            assert_eq!(stream, values);
            merged.sort_by_key(|r| (r.day, -r.hour));
            check(query(&given).order_by(Reading::DAY.asc()).build(), &merged).await;

            query(&given)
                .filter((Reading::DAY.eq(1), Reading::HOUR.eq(0)))
                .update(Reading::NOTE.set("all"))
                .await
                .unwrap();
            let notes = query(&given).filter((Reading::DAY.eq(1), Reading::HOUR.eq(0)));
            let notes = notes.only(Reading::NOTE).all().await.unwrap();
            // The station that was not there is there now.
            assert_eq!(notes, vec![Some("all".to_owned()); 5]);
            query(&given).delete().await.unwrap();
            check(query(&given).build(), &[]).await;
        })
        .await;
}

#[tokio::test]
async fn many_keys_each_go_to_the_shard_that_owns_them() {
    #[derive(Model, Debug, Clone, PartialEq)]
    struct Item {
        #[cql(partition_key)]
        id: i32,
        name: String,
    }
    let target = Target::start().await;
    target
        .within("smoke_many", async |session| {
            sync_table::<Item>().await.unwrap();
            let items: Vec<Item> = (0..300)
                .map(|id| Item {
                    id,
                    name: id.to_string(),
                })
                .collect();
            let writes = items.iter().map(|item| item.insert().into_future());
            assert!(join_all(writes).await.iter().all(Result::is_ok));
            assert!(session.wait_ready(std::time::Duration::from_secs(10)).await);
            if let Some(cluster) = target.cluster() {
                cluster.reset_traffic();
            }
            assert_eq!(
                Item::objects()
                    .filter(Item::ID.is_in(0..300))
                    .all()
                    .await
                    .unwrap(),
                items
            );
            if let Some(cluster) = target.cluster() {
                let traffic = cluster.traffic();
                let keyed: u64 = traffic.iter().map(|shard| shard.keyed).sum();
                let owned: u64 = traffic.iter().map(|shard| shard.reached_owner).sum();
                assert_eq!((keyed, owned), (300, 300));
            }
            let rows: Vec<Item> = Item::objects()
                .filter(Item::ID.is_in(0..300))
                .stream()
                .try_collect()
                .await
                .unwrap();
            assert_eq!(rows, items);
            assert_eq!(
                Item::objects()
                    .filter(Item::ID.is_in(0..300))
                    .count()
                    .await
                    .unwrap(),
                300
            );
            let page = Item::objects()
                .filter(Item::ID.is_in(0..300))
                .page_size(250)
                .page(None);
            let page = page.await.unwrap();
            assert_eq!(page.rows, items[..250]);
            let rest = Item::objects()
                .filter(Item::ID.is_in(0..300))
                .page(page.next)
                .await
                .unwrap();
            assert_eq!((&rest.rows[..], rest.next), (&items[250..], None));
        })
        .await;
}

#[tokio::test]
async fn conditional_writes_say_what_was_there() {
    let target = Target::start().await;
    target
        .within("smoke_lwt", async |_| {
            sync_table::<Reading>().await.unwrap();
            let row = reading("s1", 1, 0);
            assert_eq!(row.insert().if_not_exists().await.unwrap(), Lwt::Applied);
            let other = Reading {
                value: 9,
                ..row.clone()
            };
            let found = other.insert().if_not_exists().await.unwrap();
            assert_eq!(found, Lwt::Existing(row.clone()));
            let key = |hour| {
                Reading::objects().filter((
                    Reading::STATION.eq("s1"),
                    Reading::YEAR.eq(2026),
                    Reading::DAY.eq(1),
                    Reading::HOUR.eq(hour),
                ))
            };
            let update = |hour| {
                let conditions = (Reading::VALUE.eq(7), Reading::NOTE.eq("x"));
                key(hour).update(Reading::VALUE.set(8)).only_if(conditions)
            };
            assert_eq!(
                update(0).await.unwrap(),
                Lwt::Existing((100, row.note.clone()))
            );
            assert_eq!(update(1).await.unwrap(), Lwt::Missing);
            let update = key(0)
                .update(Reading::VALUE.set(8))
                .only_if(Reading::VALUE.eq(100));
            assert_eq!(update.await.unwrap(), Lwt::Applied);
            assert_eq!(key(0).delete().if_exists().await.unwrap(), Lwt::Applied);
            assert_eq!(key(0).delete().if_exists().await.unwrap(), Lwt::Missing);
        })
        .await;
}

/// The same table, as others see it.
mod seen {
    use scylla_orm::prelude::*;

    #[derive(Model, Debug)]
    #[cql(table = "reading")]
    pub(super) struct Wrong {
        #[cql(partition_key)]
        pub(super) station: String,
        #[cql(partition_key)]
        pub(super) year: i32,
        #[cql(clustering_key(desc))]
        pub(super) day: i32,
        #[cql(clustering_key)]
        pub(super) hour: i32,
        pub(super) value: String,
    }

    #[derive(Model, Debug)]
    #[cql(table = "reading")]
    pub(super) struct Wide {
        #[cql(partition_key)]
        pub(super) station: String,
        #[cql(partition_key)]
        pub(super) year: i32,
        #[cql(clustering_key(desc))]
        pub(super) day: i32,
        #[cql(clustering_key)]
        pub(super) hour: i32,
        pub(super) wind: Option<i32>,
        pub(super) rain: Option<i32>,
    }

    #[derive(Model, Debug)]
    #[cql(table = "reading")]
    pub(super) struct Strict {
        #[cql(partition_key)]
        pub(super) station: String,
        #[cql(partition_key)]
        pub(super) year: i32,
        #[cql(clustering_key(desc))]
        pub(super) day: i32,
        #[cql(clustering_key)]
        pub(super) hour: i32,
        pub(super) note: String,
    }
}

#[tokio::test]
async fn what_does_not_fit_is_named() {
    let target = Target::start().await;
    target
        .within("smoke_fit", async |session| {
            let ks = session.keyspace().unwrap();
            let key = || Reading::objects().filter((Reading::STATION.eq("s2"), Reading::YEAR.eq(2026)));
            let check = |error: scylla_orm::Error, expected: &str| {
                let text = error.to_string();
                assert!(text.contains(&expected.replace("KS", ks)), "{text}\n{expected}");
            };
            check(
                key().all().await.unwrap_err(),
                "`Reading`: there is no table `KS.reading`; the statement is `SELECT station, year, day, hour, owner, \
                 note, value, tags FROM KS.reading WHERE station = ? AND year = ?`; `sync_table::<Reading>()` creates it",
            );
            fill(&["s2"]).await;
            // The failure was not kept.
            assert_eq!(key().count().await.unwrap(), 10);
            check(
                seen::Wrong::objects().limit(1).all().await.unwrap_err(),
                "`Wrong`: column `value` of table `KS.reading` is `text` in the model and `int` in the database",
            );
            check(
                seen::Wide::objects().limit(1).all().await.unwrap_err(),
                "`Wide`: table `KS.reading` has no column `wind` and no column `rain`",
            );
            let wrong = seen::Wrong {
                station: "s1".into(),
                year: 1,
                day: 1,
                hour: 1,
                value: "v".into(),
            };
            check(
                wrong.insert().await.unwrap_err(),
                "`Wrong`: column `value` of table `KS.reading` is `text` in the model and `int` in the database",
            );
            let key = (seen::Strict::STATION.eq("s2"), seen::Strict::YEAR.eq(2026));
            let strict = || seen::Strict::objects().filter(key);
            let null = "`Strict`: column `note` (`text`) is null in row 1, but the field is no `Option`";
            check(strict().page_size(1).all().await.unwrap_err(), null);
            check(strict().get().await.unwrap_err(), null);
            let mut rows = Box::pin(strict().stream());
            assert!(rows.try_next().await.unwrap().is_some());
            check(rows.try_next().await.unwrap_err(), null);
            assert!(rows.try_next().await.unwrap().is_none());
        })
        .await;
}

#[tokio::test]
async fn a_table_that_changes_under_a_session_is_noticed() {
    let target = Target::start().await;
    target
        .within("smoke_change", async |session| {
            fill(&["s1"]).await;
            let ks = session.keyspace().unwrap().to_owned();
            let row = || Reading::get(("s1", 2026, 5, 0));
            let old = row().await.unwrap();
            let alter = async |what: &str| {
                let cql = format!("ALTER TABLE {ks}.reading {what}");
                session.execute(cql, ()).await.unwrap();
            };
            alter("ADD more int").await;
            assert_eq!(row().await.unwrap(), old);
            alter("DROP note").await;
            let error = row().await.unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::MissingColumns { .. }),
                "{error}"
            );
            let error = reading("s1", 1, 1).insert().await.unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::MissingColumns { .. }),
                "{error}"
            );
            sync_table::<Reading>().await.unwrap();
            assert_eq!(row().await.unwrap(), Reading { note: None, ..old });
            session
                .execute(format!("DROP TABLE {ks}.reading"), ())
                .await
                .unwrap();
            let error = row().await.unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::MissingTable { .. }),
                "{error}"
            );
            fill(&["s1"]).await;
            assert!(row().await.is_ok());
        })
        .await;
}

#[tokio::test]
async fn statements_are_prepared_once_however_many_ask() {
    let target = Target::start().await;
    target
        .within("smoke_once", async |session| {
            fill(&["s1"]).await;
            let session = session.clone();
            let tasks = (0..50).map(|_| {
                let session = session.clone();
                tokio::spawn(async move { Reading::get(("s1", 2026, 5, 0)).on(&session).await })
            });
            for found in join_all(tasks).await {
                assert_eq!(found.unwrap().unwrap(), reading("s1", 5, 0));
            }
            // Futures that are dropped under way disturb nobody.
            for n in 0..50 {
                let mut query = Reading::get(("s1", 2026, 4, 0)).on(&session);
                for _ in 0..n % 5 {
                    let mut once = |cx: &mut Context<'_>| Pin::new(&mut query).poll(cx).is_ready();
                    if poll_fn(|cx| Poll::Ready(once(cx))).await {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
            }
            let found = Reading::get(("s1", 2026, 4, 0)).on(&session).await.unwrap();
            assert_eq!(found, reading("s1", 4, 0));
        })
        .await;
}

#[tokio::test]
async fn the_session_in_scope_is_used_and_not_inherited() {
    let target = Target::start().await;
    target
        .within("smoke_scope", async |session| {
            fill(&["s1"]).await;
            assert_eq!(Session::current().unwrap().keyspace(), session.keyspace());
            let alone = tokio::spawn(async { Reading::get(("s1", 2026, 5, 0)).await });
            let error = alone.await.unwrap().unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::NoSession), "{error}");
            let here = Session::current().unwrap();
            let handed =
                tokio::spawn(async move { Reading::get(("s1", 2026, 5, 0)).on(&here).await });
            assert!(handed.await.unwrap().is_ok());
        })
        .await;
}

#[tokio::test]
async fn shapes_made_at_run_time_and_long_ones_are_found_again() {
    let target = Target::start().await;
    target
        .within("smoke_shapes", async |_| {
            fill(&["s1"]).await;
            for _ in 0..2 {
                let query = Reading::objects().dynamic().limit(100).allow_filtering();
                let query = query.filter(Reading::NOTE.eq("s1 at midnight"));
                assert_eq!(query.all().await.unwrap().len(), 5);
                let mut many = Reading::objects()
                    .filter((Reading::STATION.eq("s1"), Reading::YEAR.eq(2026)))
                    .build()
                    .allow_filtering();
                for n in 0..12 {
                    many = many.filter(Reading::TAGS.contains(n.to_string()));
                }
                assert_eq!(many.all().await.unwrap(), []);
                let rule = Reading::objects().dynamic().all().await.unwrap_err();
                assert!(matches!(rule.kind(), ErrorKind::Invalid(_)), "{rule}");
            }
        })
        .await;
}

#[tokio::test]
async fn every_operator_suits_the_server() {
    #[derive(Model, Debug, Clone, PartialEq)]
    struct Bag {
        #[cql(partition_key)]
        id: i32,
        #[cql(clustering_key)]
        at: i64,
        n: Option<i32>,
        set: BTreeSet<i32>,
        list: Vec<String>,
        map: BTreeMap<String, i64>,
        #[cql(frozen)]
        fixed: Vec<BTreeSet<i32>>,
    }
    #[derive(Model, Debug, PartialEq)]
    struct Hits {
        #[cql(partition_key)]
        page: String,
        views: Counter,
    }
    let target = Target::start().await;
    target
        .within("smoke_ops", async |_| {
            sync_table::<Bag>().await.unwrap();
            let bag = Bag {
                id: 1,
                at: 1,
                n: Some(1),
                set: [1, 2].into(),
                list: vec!["a".into(), "b".into()],
                map: [("k".into(), 1)].into(),
                fixed: vec![[1].into(), BTreeSet::new()],
            };
            bag.save().ttl(1000).await.unwrap();
            let row = || Bag::objects().filter((Bag::ID.eq(1), Bag::AT.eq(1)));
            // What counts as older changes nothing.
            row()
                .update(Bag::N.set(9))
                .ttl(9)
                .timestamp(1)
                .await
                .unwrap();
            assert_eq!(Bag::get((1, 1)).await.unwrap(), bag);
            row()
                .update((Bag::SET.add([3]), Bag::LIST.append(["c"])))
                .ttl(1000)
                .await
                .unwrap();
            row()
                .update((Bag::SET.remove([1]), Bag::LIST.remove(["b"])))
                .await
                .unwrap();
            row().update(Bag::LIST.prepend(["z"])).await.unwrap();
            row().update(Bag::LIST.set_at(1, "A")).await.unwrap();
            row()
                .update((Bag::MAP.put("l", 2), Bag::MAP.put("m", 3)))
                .await
                .unwrap();
            row()
                .update((Bag::MAP.remove(["k"]), Bag::N.set_null()))
                .await
                .unwrap();
            let mut expected = Bag {
                n: None,
                set: [2, 3].into(),
                list: ["z", "A", "c"].map(String::from).into(),
                map: [("l".into(), 2), ("m".into(), 3)].into(),
                ..bag
            };
            assert_eq!(Bag::get((1, 1)).await.unwrap(), expected);

            let key = || Bag::objects().filter(Bag::ID.eq(1));
            assert_eq!(
                key()
                    .filter(Bag::AT.is_in([0, 1, 2]))
                    .count()
                    .await
                    .unwrap(),
                1
            );
            assert_eq!(
                key()
                    .filter(Bag::AT.ge(0).and(Bag::AT.lt(2)))
                    .count()
                    .await
                    .unwrap(),
                1
            );
            let has = (
                Bag::SET.contains(3),
                Bag::LIST.contains("A"),
                Bag::MAP.contains_key("l"),
            );
            let found = key()
                .filter(has)
                .filter(Bag::MAP.contains(3))
                .allow_filtering();
            assert_eq!(found.all().await.unwrap(), [expected.clone()]);

            let mut tracked = expected.clone().tracked();
            tracked.n = Some(5);
            tracked.list.clear();
            written(tracked.save().ttl(1000)).await.unwrap();
            expected = tracked.into_inner();
            assert_eq!(Bag::get((1, 1)).await.unwrap(), expected);
            let if_not = row().update(Bag::N.set(6)).only_if(Bag::N.ne(5));
            assert_eq!(if_not.await.unwrap(), Lwt::Existing(Some(5)));
            let if_some = row().update(Bag::N.set(6)).only_if(Bag::N.is_not_null());
            assert_eq!(if_some.await.unwrap(), Lwt::Applied);
            let delete = row().delete().only_if(Bag::N.is_in([6, 7]));
            assert_eq!(delete.await.unwrap(), Lwt::Applied);

            sync_table::<Hits>().await.unwrap();
            let page = || Hits::objects().filter(Hits::PAGE.eq("/"));
            page().update(Hits::VIEWS.inc(5)).await.unwrap();
            page().update(Hits::VIEWS.dec(2)).await.unwrap();
            assert_eq!(page().get().await.unwrap().views, Counter(3));
        })
        .await;
}
