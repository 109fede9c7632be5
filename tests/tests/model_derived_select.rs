//! Queries that are put together at run time: stored, cloned, filtered further, and checked when they run.

use scylla_orm::prelude::*;
use scylla_orm::{ErrorKind, Session};
use tests::target::Target;

#[derive(Model, Debug, Clone, PartialEq)]
struct Ride {
    #[cql(partition_key)]
    city: String,
    #[cql(partition_key)]
    year: i32,
    #[cql(clustering_key(desc))]
    day: i32,
    #[cql(clustering_key)]
    id: i32,
    #[cql(static_column)]
    mayor: Option<String>,
    #[cql(index)]
    driver: String,
    fare: i32,
}

fn ride(day: i32, id: i32) -> Ride {
    Ride {
        city: "Oslo".into(),
        year: 2026,
        day,
        id,
        mayor: Some("Anne".into()),
        driver: if id == 1 { "Eve" } else { "Bob" }.into(),
        fare: day * 10 + id,
    }
}

/// A test where there are three days with three rides each.
async fn run(test: impl AsyncFnOnce(&Session)) {
    let target = Target::start().await;
    let test = async |session: &Session| {
        sync_table::<Ride>().await.unwrap();
        for day in 1..=3 {
            for id in 0..3 {
                ride(day, id).insert().await.unwrap();
            }
        }
        test(session).await;
    };
    target.within("model_derived_select", test).await;
}

/// What a user of an application may ask for.
#[derive(Debug, Clone, Copy, Default)]
struct Search<'a> {
    day: Option<i32>,
    after: Option<i32>,
    before: Option<i32>,
    driver: Option<&'a str>,
    most: Option<u32>,
}

impl Search<'_> {
    fn query(self) -> Select<'static, Ride> {
        let city = Ride::objects().filter((Ride::CITY.eq("Oslo"), Ride::YEAR.eq(2026)));
        let query = city
            .build()
            .filter_if(self.day, |day| Ride::DAY.eq(day))
            .filter_if(self.after, |day| Ride::DAY.gt(day))
            .filter_if(self.before, |day| Ride::DAY.lt(day))
            .filter_if(self.driver, |driver| Ride::DRIVER.eq(driver));
        match self.most {
            Some(most) => query.limit(most),
            None => query,
        }
    }
}

#[tokio::test]
async fn filters_that_are_given_are_added() {
    run(async |_| {
        let check = async |search: Search<'_>, expected: &[(i32, i32)]| {
            let expected: Vec<Ride> = expected.iter().map(|(day, id)| ride(*day, *id)).collect();
            // Twice, since the check is made once.
            for _ in 0..2 {
                assert_eq!(search.query().all().await.unwrap(), expected, "{search:?}");
            }
            if search.most.is_none() {
                assert_eq!(search.query().count().await.unwrap(), expected.len() as u64);
            }
            assert_eq!(
                search.query().first().await.unwrap().as_ref(),
                expected.first()
            );
            assert_eq!(search.query().exists().await.unwrap(), !expected.is_empty());
        };
        let any = Search::default();
        let all = [
            (3, 0),
            (3, 1),
            (3, 2),
            (2, 0),
            (2, 1),
            (2, 2),
            (1, 0),
            (1, 1),
            (1, 2),
        ];
        check(any, &all).await;
        check(
            Search {
                day: Some(2),
                ..any
            },
            &all[3..6],
        )
        .await;
        check(
            Search {
                after: Some(2),
                ..any
            },
            &all[..3],
        )
        .await;
        check(
            Search {
                before: Some(2),
                ..any
            },
            &all[6..],
        )
        .await;
        check(
            Search {
                after: Some(1),
                before: Some(3),
                ..any
            },
            &all[3..6],
        )
        .await;
        check(
            Search {
                after: Some(2),
                before: Some(2),
                ..any
            },
            &[],
        )
        .await;
        check(
            Search {
                most: Some(4),
                ..any
            },
            &all[..4],
        )
        .await;
        check(
            Search {
                driver: Some("Eve"),
                ..any
            },
            &[(3, 1), (2, 1), (1, 1)],
        )
        .await;
        check(
            Search {
                driver: Some("Eve"),
                day: Some(2),
                most: Some(9),
                ..any
            },
            &[(2, 1)],
        )
        .await;

        let twice = Search {
            day: Some(1),
            after: Some(2),
            ..any
        };
        let error = twice.query().all().await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "`Ride`: column `day` is restricted twice"
        );
        assert!(matches!(error.kind(), ErrorKind::Invalid(_)));
    })
    .await;
}

#[tokio::test]
async fn a_query_is_a_value() {
    struct Page {
        query: Select<'static, Ride>,
    }

    run(async |session| {
        let query = Ride::objects().filter((Ride::CITY.eq("Oslo"), Ride::YEAR.eq(2026)));
        let page = Page {
            query: query.filter(Ride::DAY.eq(2)).build(),
        };
        let more = page.query.clone().filter(Ride::ID.ge(1));
        let session = session.clone();
        let task = tokio::spawn(async move {
            let (all, more) = (
                page.query.on(&session).all().await,
                more.on(&session).all().await,
            );
            (all.unwrap(), more.unwrap())
        });
        let (all, more) = task.await.unwrap();
        assert_eq!(all, [ride(2, 0), ride(2, 1), ride(2, 2)]);
        assert_eq!(more, all[1..]);

        // In a loop, and of any model.
        async fn count<M: Model>() -> u64 {
            M::objects().dynamic().scan().count().await.unwrap()
        }
        assert_eq!(count::<Ride>().await, 9);
        let mut query = Ride::objects().dynamic().allow_filtering();
        for at_least in [10, 21, 15] {
            let filtered = query.clone().filter(Ride::FARE.ge(at_least));
            let fares = filtered.only(Ride::FARE).all().await.unwrap();
            assert!(fares.iter().all(|fare| *fare >= at_least), "{fares:?}");
        }
        query = query
            .filter(Ride::FARE.ge(32))
            .filter(Ride::MAYOR.eq("Anne"));
        assert_eq!(query.get().await.unwrap(), ride(3, 2));
    })
    .await;
}

#[tokio::test]
async fn the_rules_hold_at_run_time_too() {
    let key = || {
        Ride::objects()
            .filter((Ride::CITY.eq("Oslo"), Ride::YEAR.eq(2026)))
            .build()
    };
    let any = || Ride::objects().dynamic();
    run(async |session| {
        let sent = sent(session);
        let check = async |query: Select<'static, Ride>, expected: &str| {
            for error in [
                query.clone().cql().unwrap_err(),
                query.all().await.unwrap_err(),
            ] {
                assert!(matches!(error.kind(), ErrorKind::Invalid(_)), "{error}");
                assert_eq!(error.model(), Some("Ride"));
                assert!(error.to_string().contains(expected), "{error}\n{expected}");
            }
        };
        check(any(), "this query reads the whole table of `Ride`").await;
        check(
            any().filter(Ride::CITY.eq("Oslo")),
            "partition key column `year` has no `.eq(..)`",
        )
        .await;
        check(
            any().filter(Ride::DAY.eq(1)),
            "partition key column `city` has no",
        )
        .await;
        check(
            key().filter(Ride::ID.eq(1)),
            "clustering column `id` is filtered, but one before it is not fixed",
        )
        .await;
        check(
            key().filter((Ride::DAY.gt(1), Ride::ID.eq(1))),
            "clustering column `id` is filtered, but",
        )
        .await;
        check(
            key().filter(Ride::CITY.eq("Rome")),
            "column `city` is restricted twice",
        )
        .await;
        check(
            key().filter(Ride::FARE.gt(1)),
            "the filter on `fare` needs `.allow_filtering()`",
        )
        .await;
        check(
            key().filter(Ride::MAYOR.eq("Anne")),
            "the filter on `mayor` needs `.allow_filtering()`",
        )
        .await;
        check(
            any().filter((Ride::DRIVER.eq("Eve"), Ride::FARE.eq(1))),
            "the filter on `fare` needs",
        )
        .await;
        assert_eq!(self::sent(session), sent, "no statement was sent");
    })
    .await;
}

/// All ways to filter each column by at most one condition; what our rules let pass, the server takes.
#[tokio::test]
async fn what_passes_the_rules_passes_the_server() {
    run(async |_| {
        let mut taken = 0;
        for ways in 0..3 * 3 * 4 * 4 * 3 {
            let (city, year, day, id, driver) = (
                ways % 3,
                ways / 3 % 3,
                ways / 9 % 4,
                ways / 36 % 4,
                ways / 144,
            );
            let query = Ride::objects().dynamic().limit(100);
            let query = match city {
                0 => query,
                1 => query.filter(Ride::CITY.eq("Oslo")),
                _ => query.filter(Ride::CITY.is_in(["Oslo", "Rome"])),
            };
            let query = match year {
                0 => query,
                1 => query.filter(Ride::YEAR.eq(2026)),
                _ => query.filter(Ride::YEAR.is_in([2026, 1])),
            };
            let query = match day {
                0 => query,
                1 => query.filter(Ride::DAY.eq(2)),
                2 => query.filter(Ride::DAY.is_in([2, 3])),
                _ => query.filter((Ride::DAY.gt(1), Ride::DAY.le(3))),
            };
            let query = match id {
                0 => query,
                1 => query.filter(Ride::ID.eq(1)),
                2 => query.filter(Ride::ID.is_in([1, 2])),
                _ => query.filter(Ride::ID.ge(1)),
            };
            let query = match driver {
                0 => query,
                1 => query.filter(Ride::DRIVER.eq("Eve")),
                _ => query.filter(Ride::MAYOR.eq("Anne")),
            };
            if query.cql().is_err() {
                continue;
            }
            taken += 1;
            let mut expected: Vec<Ride> = (1..=3)
                .rev()
                .flat_map(|day| (0..3).map(move |id| ride(day, id)))
                .collect();
            expected.retain(|ride| {
                let day = match day {
                    0 => true,
                    1 => ride.day == 2,
                    _ => ride.day > 1,
                };
                day && (id == 0 || ride.id == 1 || id > 1 && ride.id == 2)
                    && (driver != 1 || ride.driver == "Eve")
            });
            let mut found = query
                .clone()
                .all()
                .await
                .unwrap_or_else(|error| panic!("{query:?}: {error}"));
            // An index has an order of its own.
            found.sort_by_key(|ride| (-ride.day, ride.id));
            assert_eq!(found, expected, "{query:?}");
        }
        assert!(taken > 40, "{taken}");
    })
    .await;
}

fn sent(session: &Session) -> u64 {
    session
        .driver()
        .traffic()
        .iter()
        .map(|traffic| traffic.requests)
        .sum()
}
