//! The order of rows: as declared, and reversed, of one partition and of several.

use chrono::NaiveDate;
use scylla_orm::Session;
use scylla_orm::driver::value::{Decimal, TimeUuid, Timestamp};
use scylla_orm::prelude::*;
use tests::target::Target;

/// Clustering columns that go different ways.
#[derive(Model, Debug, Clone, PartialEq)]
struct Event {
    #[cql(partition_key)]
    kind: String,
    #[cql(clustering_key(desc))]
    day: NaiveDate,
    #[cql(clustering_key)]
    score: i64,
    #[cql(clustering_key(desc))]
    name: String,
}

type Row = (u32, i64, &'static str);

/// In the declared order.
const ROWS: [Row; 8] = [
    (3, -5, "b"),
    (3, -5, "a"),
    (3, 0, "a"),
    (2, -1, "z"),
    (2, -1, "m"),
    (2, 10, "m"),
    (1, 9, "b"),
    (1, 10, ""),
];

fn event(kind: &str, (day, score, name): Row) -> Event {
    Event {
        kind: kind.into(),
        day: date(day),
        score,
        name: name.into(),
    }
}

fn date(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 7, day).unwrap()
}

async fn run(test: impl AsyncFnOnce(&Session)) {
    let target = Target::start().await;
    let test = async |session: &Session| {
        sync_table::<Event>().await.unwrap();
        // Neither the declared order nor its reverse.
        for at in [3, 7, 0, 5, 2, 6, 1, 4] {
            event("a", ROWS[at]).insert().await.unwrap();
            event("b", ROWS[at]).insert().await.unwrap();
        }
        test(session).await;
    };
    target.within("query_order", test).await;
}

/// A query of one partition, and which of the rows it finds in which order.
macro_rules! check {
    ($($query:expr => $rows:expr;)+) => { $(
        let expected: Vec<Event> = $rows.into_iter().map(|row| event("a", row)).collect();
        for size in [1, 3, 100] {
            assert_eq!($query.page_size(size).all().await.unwrap(), expected, stringify!($query));
        }
        assert_eq!($query.first().await.unwrap().as_ref(), expected.first());
    )+ };
}

fn of_a<const N: usize>(at: [usize; N]) -> Vec<Row> {
    at.map(|at| ROWS[at]).into()
}

#[tokio::test]
async fn one_partition() {
    run(async |_| {
        let a = || Event::objects().filter(Event::KIND.eq("a"));
        let reversed = || ROWS.into_iter().rev();
        check! {
            a() => ROWS;
            a().order_by(Event::DAY.desc()) => ROWS;
            a().order_by((Event::DAY.desc(), Event::SCORE.asc())) => ROWS;
            a().order_by((Event::DAY.desc(), Event::SCORE.asc(), Event::NAME.desc())) => ROWS;
            a().order_by(Event::DAY.asc()) => reversed();
            a().order_by((Event::DAY.asc(), Event::SCORE.desc())) => reversed();
            a().order_by((Event::DAY.asc(), Event::SCORE.desc(), Event::NAME.asc())) => reversed();
            // The last one said counts.
            a().order_by(Event::DAY.asc()).order_by(Event::DAY.desc()) => ROWS;
        }
        check! {
            a().filter(Event::DAY.ge(date(2))).order_by(Event::DAY.asc()) => of_a([5, 4, 3, 2, 1, 0]);
            a().filter(Event::DAY.lt(date(3)).and(Event::DAY.gt(date(1)))).order_by(Event::DAY.asc()) => of_a([5, 4, 3]);
            a().filter(Event::DAY.eq(date(3))).order_by(Event::DAY.asc()) => of_a([2, 1, 0]);
            a().filter((Event::DAY.eq(date(2)), Event::SCORE.le(-1))).order_by(Event::DAY.asc()) => of_a([4, 3]);
            a().filter((Event::DAY.eq(date(2)), Event::SCORE.le(-1))).order_by(Event::DAY.desc()) => of_a([3, 4]);
            a().filter(Event::DAY.is_in([date(1), date(3)])) => of_a([0, 1, 2, 6, 7]);
            a().order_by(Event::DAY.asc()).limit(3) => of_a([7, 6, 5]);
            a().order_by(Event::DAY.asc()).filter(Event::DAY.le(date(2))).limit(4) => of_a([7, 6, 5, 4]);
        }
        let names = a().order_by(Event::DAY.asc()).only(Event::NAME).all().await.unwrap();
        assert_eq!(names, ["", "b", "m", "m", "z", "a", "a", "b"]);
    })
    .await;
}

#[tokio::test]
async fn at_run_time() {
    run(async |_| {
        for (newest_first, expected) in [(true, ROWS[0]), (false, ROWS[7])] {
            let a = Event::objects().filter(Event::KIND.eq("a"));
            let query = match newest_first {
                true => a.order_by(Event::DAY.desc()).build(),
                false => a.order_by(Event::DAY.asc()).build(),
            };
            assert_eq!(query.first().await.unwrap(), Some(event("a", expected)));
        }
    })
    .await;
}

#[tokio::test]
async fn several_partitions_are_merged() {
    run(async |_| {
        let both = || Event::objects().filter(Event::KIND.is_in(["b", "none", "a"]));
        // Where rows stand at the same place, the partitions come as they were given.
        let pairs = |rows: &[Row]| -> Vec<Event> {
            rows.iter()
                .flat_map(|row| [event("b", *row), event("a", *row)])
                .collect()
        };
        let mut reversed = ROWS;
        reversed.reverse();
        for size in [1, 2, 5, 100] {
            let down = both().order_by(Event::DAY.desc()).page_size(size);
            assert_eq!(down.all().await.unwrap(), pairs(&ROWS));
            let up = both()
                .order_by((Event::DAY.asc(), Event::SCORE.desc()))
                .page_size(size);
            assert_eq!(up.all().await.unwrap(), pairs(&reversed));
            let some = both()
                .order_by(Event::DAY.asc())
                .filter(Event::DAY.gt(date(1)))
                .limit(5);
            assert_eq!(
                some.page_size(size).all().await.unwrap(),
                pairs(&reversed[2..])[..5]
            );
        }
        let names = both()
            .order_by(Event::DAY.desc())
            .only((Event::NAME, Event::KIND));
        let first = names.first().await.unwrap();
        assert_eq!(first, Some(("b".to_owned(), "b".to_owned())));
        let unsorted = both().all().await.unwrap();
        let one_after_another: Vec<Event> = ["b", "a"]
            .iter()
            .flat_map(|kind| ROWS.map(|row| event(kind, row)))
            .collect();
        assert_eq!(unsorted, one_after_another);
    })
    .await;
}

/// Types whose order is not that of their bytes; merging partitions sorts by them on our side.
#[derive(Model, Debug, Clone, PartialEq)]
struct Sorted {
    #[cql(partition_key)]
    part: i32,
    #[cql(clustering_key)]
    amount: Decimal,
    #[cql(clustering_key(desc))]
    small: i8,
    #[cql(clustering_key)]
    id: TimeUuid,
}

#[tokio::test]
async fn we_sort_as_the_server_does() {
    let target = Target::start().await;
    let test = async |_: &Session| {
        sync_table::<Sorted>().await.unwrap();
        let amounts =
            ["-100", "-0.5", "0", "0.25", "3", "20"].map(|text| text.parse::<Decimal>().unwrap());
        let ids = [
            TimeUuid::max_of(Timestamp(-1)),
            TimeUuid::min_of(Timestamp(5)),
            TimeUuid::max_of(Timestamp(5)),
        ];
        let mut expected = Vec::new();
        for amount in &amounts {
            for small in [i8::MAX, 0, -1, i8::MIN] {
                for id in ids {
                    // Spread over the partitions without a pattern that the merge could rely on.
                    let part = i32::try_from(expected.len() * 7 % 5).unwrap();
                    expected.push(Sorted {
                        part,
                        amount: amount.clone(),
                        small,
                        id,
                    });
                }
            }
        }
        for row in expected.iter().rev() {
            row.insert().await.unwrap();
        }
        let all = || Sorted::objects().filter(Sorted::PART.is_in(0..5));
        assert_eq!(
            all()
                .order_by(Sorted::AMOUNT.asc())
                .page_size(3)
                .all()
                .await
                .unwrap(),
            expected
        );
        expected.reverse();
        assert_eq!(
            all()
                .order_by(Sorted::AMOUNT.desc())
                .page_size(3)
                .all()
                .await
                .unwrap(),
            expected
        );
    };
    target.within("query_order", test).await;
}
