//! `.is_in(..)` on the partition key: a request per key, and one result.

use futures_util::TryStreamExt;
use scylla_orm::driver::metrics::Traffic;
use scylla_orm::exec::PageToken;
use scylla_orm::prelude::*;
use scylla_orm::{ErrorKind, Session};
use tests::target::Target;

#[derive(Model, Debug, Clone, PartialEq)]
struct Sale {
    #[cql(partition_key)]
    shop: String,
    #[cql(partition_key)]
    month: i32,
    #[cql(clustering_key(desc))]
    number: i32,
    #[cql(index)]
    payer: String,
    amount: i64,
}

fn sale(shop: &str, month: i32, number: i32) -> Sale {
    Sale {
        shop: shop.into(),
        month,
        number,
        payer: format!("payer {}", number % 2),
        amount: i64::from(month * 100 + number),
    }
}

/// What a partition has, in order: as many rows as its month says.
fn partition(shop: &str, month: i32) -> Vec<Sale> {
    (0..month)
        .rev()
        .map(|number| sale(shop, month, number))
        .collect()
}

fn partitions<const N: usize>(keys: [(&str, i32); N]) -> Vec<Sale> {
    keys.iter()
        .flat_map(|(shop, month)| partition(shop, *month))
        .collect()
}

async fn run(test: impl AsyncFnOnce(&Session)) {
    let target = Target::start().await;
    let test = async |session: &Session| {
        sync_table::<Sale>().await.unwrap();
        for shop in ["a", "b", "c"] {
            for month in [1, 2, 5, 9] {
                for sale in partition(shop, month) {
                    sale.insert().await.unwrap();
                }
            }
        }
        test(session).await;
    };
    target.within("query_fan", test).await;
}

/// A query, and what it finds: at once, streamed, in pages, and counted.
macro_rules! check {
    ($($query:expr => $expected:expr;)+) => { $(
        let expected: Vec<Sale> = $expected;
        for size in [1, 4, 1000] {
            let all = $query.page_size(size).all().await.unwrap();
            assert_eq!(all, expected, "{size} {}", stringify!($query));
            let stream: Vec<Sale> = $query.page_size(size).stream().try_collect().await.unwrap();
            assert_eq!(stream, expected, "{size} {}", stringify!($query));
            assert_eq!(pages!($query.page_size(size)), expected, "{size} {}", stringify!($query));
        }
        assert_eq!($query.first().await.unwrap().as_ref(), expected.first());
        assert_eq!($query.exists().await.unwrap(), !expected.is_empty());
        match $query.get().await {
            Ok(one) => assert_eq!([one], *expected),
            Err(error) if error.is_not_found() => assert_eq!(expected.len(), 0),
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::MultipleFound), "{error}");
                assert!(expected.len() > 1);
            }
        }
    )+ };
}

macro_rules! pages {
    ($query:expr) => {{
        let mut rows = Vec::new();
        let mut token: Option<PageToken> = None;
        loop {
            let page = $query.page(token.take()).await.unwrap();
            rows.extend(page.rows);
            match page.next {
                None => break rows,
                Some(next) => token = Some(next.to_string().parse().unwrap()),
            }
        }
    }};
}

#[tokio::test]
async fn keys_come_as_they_were_given_each_once() {
    run(async |_| {
        let shops = |shops: &[&str]| Sale::objects().filter((Sale::SHOP.is_in(shops), Sale::MONTH.eq(5)));
        check! {
            shops(&["c", "a"]) => partitions([("c", 5), ("a", 5)]);
            shops(&["b", "x", "b", "a", "b"]) => partitions([("b", 5), ("a", 5)]);
            shops(&["x", "y"]) => vec![];
            shops(&["a"]) => partitions([("a", 5)]);
            shops(&[]) => vec![];
        }
        let shops: Vec<String> = ["b", "c"].map(str::to_owned).into();
        let months = [9, 1, 9];
        check! {
            Sale::objects().filter((Sale::SHOP.eq("b"), Sale::MONTH.is_in(months))) => partitions([("b", 9), ("b", 1)]);
            Sale::objects().filter((Sale::SHOP.is_in(&shops), Sale::MONTH.is_in(&months[..2]))) =>
                partitions([("b", 9), ("b", 1), ("c", 9), ("c", 1)]);
            Sale::objects().filter((Sale::MONTH.is_in(&months), Sale::SHOP.is_in(shops.iter().rev()))) =>
                partitions([("c", 9), ("c", 1), ("b", 9), ("b", 1)]);
            Sale::objects().filter((Sale::SHOP.eq("a"), Sale::MONTH.is_in([1]))) => partitions([("a", 1)]);
        }
    })
    .await;
}

#[tokio::test]
async fn other_clauses_are_for_each_key() {
    run(async |_| {
        let both = || Sale::objects().filter((Sale::SHOP.is_in(["b", "a"]), Sale::MONTH.eq(9)));
        let only = |keep: fn(&Sale) -> bool| {
            partitions([("b", 9), ("a", 9)])
                .into_iter()
                .filter(keep)
                .collect::<Vec<Sale>>()
        };
        check! {
            both().filter(Sale::NUMBER.ge(7)) => only(|sale| sale.number >= 7);
            both().filter(Sale::NUMBER.eq(3)) => only(|sale| sale.number == 3);
            both().filter(Sale::NUMBER.is_in([1, 8])) => only(|sale| [1, 8].contains(&sale.number));
            both().filter(Sale::AMOUNT.lt(903)).allow_filtering() => only(|sale| sale.amount < 903);
            both().filter(Sale::PAYER.eq("payer 1")) => only(|sale| sale.number % 2 == 1);
            both().filter(Sale::NUMBER.lt(2)).dynamic() => only(|sale| sale.number < 2);
        }
        let amounts = both()
            .filter(Sale::NUMBER.lt(1))
            .only((Sale::SHOP, Sale::AMOUNT))
            .all()
            .await
            .unwrap();
        assert_eq!(amounts, [("b".to_owned(), 900), ("a".to_owned(), 900)]);
    })
    .await;
}

#[tokio::test]
async fn a_limit_is_for_all_keys_together() {
    run(async |_| {
        let some = || {
            Sale::objects().filter((
                Sale::SHOP.is_in(["a", "x", "b", "c"]),
                Sale::MONTH.is_in([2, 5]),
            ))
        };
        let all = partitions([("a", 2), ("a", 5), ("b", 2), ("b", 5), ("c", 2), ("c", 5)]);
        for limit in [1, 2, 3, 7, 8, 20, 21, 22] {
            let rows = usize::try_from(limit).unwrap().min(all.len());
            check! { some().limit(limit) => all[..rows].to_vec(); }
        }
        let mut sorted = all.clone();
        // Stable, as the merge is.
        sorted.sort_by_key(|sale| sale.number);
        let up = || some().order_by(Sale::NUMBER.asc());
        check! {
            up() => sorted.clone();
            up().limit(7) => sorted[..7].to_vec();
        }
    })
    .await;
}

#[tokio::test]
async fn a_count_is_of_all_keys() {
    run(async |_| {
        let some = || {
            Sale::objects().filter((
                Sale::SHOP.is_in(["a", "a", "x", "c"]),
                Sale::MONTH.is_in([2, 5]),
            ))
        };
        assert_eq!(some().count().await.unwrap(), 14);
        assert_eq!(some().filter(Sale::NUMBER.eq(1)).count().await.unwrap(), 4);
        let none = Sale::objects().filter((Sale::SHOP.is_in([] as [&str; 0]), Sale::MONTH.eq(5)));
        assert_eq!(none.count().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn many_keys_are_many_requests_to_their_owners() {
    #[derive(Model, Debug, Clone, PartialEq)]
    struct Item {
        #[cql(partition_key)]
        id: i32,
        name: String,
    }

    run(async |session| {
        sync_table::<Item>().await.unwrap();
        let item = |id: i32| Item {
            id,
            name: id.to_string(),
        };
        for id in 0..300 {
            item(id).insert().await.unwrap();
        }
        Item::get(1).await.unwrap();
        let before = sent(session);
        let ids: Vec<i32> = (0..400).map(|n| n * 7 % 400).collect();
        let found = Item::objects()
            .filter(Item::ID.is_in(&ids))
            .all()
            .await
            .unwrap();
        let expected: Vec<Item> = ids.into_iter().filter(|id| *id < 300).map(item).collect();
        assert_eq!(found, expected);
        let after = sent(session);
        assert_eq!(after.0 - before.0, 400, "a request for each key");
        assert_eq!(after.1 - before.1, 400, "each to a core that owns it");

        // A reader that needs little asks for little.
        let all = || Item::objects().filter(Item::ID.is_in(0..300));
        all().first().await.unwrap();
        let before = sent(session);
        assert_eq!(all().first().await.unwrap(), Some(item(0)));
        assert!(
            sent(session).0 - before.0 <= 64,
            "{:?} {before:?}",
            sent(session)
        );
        let before = sent(session);
        let page = all().page_size(10).page(None).await.unwrap();
        assert!(!page.rows.is_empty() && page.next.is_some());
        assert!(sent(session).0 - before.0 <= 64);
    })
    .await;
}

#[tokio::test]
async fn a_write_may_name_several_keys() {
    run(async |_| {
        let several =
            || Sale::objects().filter((Sale::SHOP.is_in(["a", "b"]), Sale::MONTH.is_in([1, 2])));
        several()
            .filter(Sale::NUMBER.eq(0))
            .update(Sale::AMOUNT.set(-1))
            .await
            .unwrap();
        let amounts = several().only(Sale::AMOUNT).all().await.unwrap();
        assert_eq!(amounts, [-1, 201, -1, -1, 201, -1]);
        several().delete().await.unwrap();
        assert_eq!(several().count().await.unwrap(), 0);
        assert_eq!(Sale::objects().scan().count().await.unwrap(), 51 - 6);
    })
    .await;
}

/// Statements that the session sent, and those of them that went to a core that owns their partition.
fn sent(session: &Session) -> (u64, u64) {
    let traffic = session.driver().traffic();
    let sum = |count: fn(&Traffic) -> u64| traffic.iter().map(count).sum();
    (sum(|t| t.requests), sum(|t| t.to_owning_shard))
}
