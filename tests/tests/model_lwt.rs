//! Light-weight transactions: what is written under a condition, and what is said when it does not hold.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use scylla_orm::driver::frame::Consistency;
use scylla_orm::prelude::*;
use scylla_orm::{ErrorKind, Session};
use tests::poll::written;
use tests::target::Target;

/// The columns stand in another order than that of the schema, which is by role and name.
#[derive(Model, Debug, Clone, PartialEq, Default)]
struct Account {
    state: Option<String>,
    #[cql(clustering_key)]
    number: i32,
    balance: Option<i64>,
    #[cql(partition_key)]
    owner: String,
    #[cql(static_column)]
    locked: Option<bool>,
    tags: BTreeSet<String>,
    #[cql(frozen)]
    limits: Option<Vec<i32>>,
    at_least: i32,
}

impl Account {
    fn new(number: i32) -> Self {
        Account {
            owner: "ann".into(),
            number,
            balance: Some(10),
            state: Some("open".into()),
            at_least: 5,
            ..Account::default()
        }
    }

    async fn read(number: i32) -> Option<Self> {
        Account::get(("ann", number)).optional().await.unwrap()
    }
}

/// The account with this number.
macro_rules! account {
    ($number:expr) => {
        Account::objects().filter((Account::OWNER.eq("ann"), Account::NUMBER.eq($number)))
    };
}

#[tokio::test]
async fn insert_if_not_exists() {
    run(async |_, _| {
        let first = Account {
            locked: Some(true),
            tags: ["t".into()].into(),
            limits: Some(vec![]),
            ..Account::new(1)
        };
        assert_eq!(first.insert().if_not_exists().await.unwrap(), Lwt::Applied);
        let second = Account {
            balance: Some(99),
            locked: None,
            ..Account::new(1)
        };
        let outcome = second.insert().if_not_exists().await.unwrap();
        assert_eq!(outcome, Lwt::Existing(first.clone()));
        assert_eq!(Account::read(1).await, Some(first));

        // A row with nothing but what it must have; and one of which only the static column was there before.
        let bare = Account {
            balance: None,
            state: None,
            ..Account::new(2)
        };
        assert!(bare.insert().if_not_exists().await.unwrap().is_applied());
        let outcome = second.insert().if_not_exists().await.unwrap();
        assert_eq!(outcome.existing().unwrap().locked, Some(true));
        let outcome = bare.insert().if_not_exists().await.unwrap();
        assert_eq!(
            outcome.existing(),
            Some(Account {
                locked: Some(true),
                ..bare
            })
        );
    })
    .await;
}

#[tokio::test]
async fn one_of_many_inserts_wins() {
    run(async |_, _| {
        let accounts: Vec<Account> = (0..8)
            .map(|n| Account {
                balance: Some(n),
                ..Account::new(1)
            })
            .collect();
        let outcomes = join_all(
            accounts
                .iter()
                .map(|a| a.insert().if_not_exists().into_future()),
        )
        .await;
        let outcomes: Vec<Lwt<Account>> = outcomes.into_iter().map(Result::unwrap).collect();
        assert_eq!(
            outcomes
                .iter()
                .filter(|outcome| outcome.is_applied())
                .count(),
            1
        );
        let winner = Account::read(1).await.unwrap();
        for outcome in outcomes.into_iter().filter_map(Lwt::existing) {
            assert_eq!(outcome, winner);
        }
    })
    .await;
}

#[tokio::test]
async fn update_and_delete_if_exists() {
    run(async |_, _| {
        let update = || account!(1).update(Account::BALANCE.set(7)).if_exists();
        let delete = || account!(1).delete().if_exists();
        assert_eq!(update().await.unwrap(), Lwt::Missing);
        assert_eq!(delete().await.unwrap(), Lwt::Missing);
        assert_eq!(Account::read(1).await, None);
        written(Account::new(1).insert()).await.unwrap();
        assert_eq!(update().await.unwrap(), Lwt::Applied);
        assert_eq!(Account::read(1).await.unwrap().balance, Some(7));
        assert_eq!(
            Account::new(1).delete().if_exists().await.unwrap(),
            Lwt::Applied
        );
        assert_eq!(Account::read(1).await, None);
        assert_eq!(delete().await.unwrap(), Lwt::Missing);
    })
    .await;
}

#[tokio::test]
async fn conditions_hold_or_do_not() {
    /// An update under these conditions; whether they hold for `Account::new(1)`.
    macro_rules! check {
        ($($conditions:expr => $holds:expr;)+) => { $(
            written(Account::new(1).save()).await.unwrap();
            let outcome = account!(1).update(Account::BALANCE.set(0)).only_if($conditions).await.unwrap();
            assert_eq!(outcome.is_applied(), $holds, stringify!($conditions));
            let balance = if $holds { 0 } else { 10 };
            assert_eq!(Account::read(1).await.unwrap().balance, Some(balance));
        )+ };
    }
    run(async |_, _| {
        check! {
            Account::BALANCE.eq(10) => true;
            Account::BALANCE.eq(11) => false;
            Account::BALANCE.ne(11) => true;
            Account::BALANCE.ne(10) => false;
            Account::BALANCE.gt(9) => true;
            Account::BALANCE.gt(10) => false;
            Account::BALANCE.ge(10) => true;
            Account::BALANCE.lt(10) => false;
            Account::BALANCE.le(10) => true;
            Account::BALANCE.is_in([1, 10]) => true;
            Account::BALANCE.is_in([1, 2]) => false;
            Account::BALANCE.is_null() => false;
            Account::BALANCE.is_not_null() => true;
            Account::LOCKED.is_null() => true;
            Account::LOCKED.is_not_null() => false;
            Account::LOCKED.ne(true) => true;
            Account::LOCKED.eq(true) => false;
            Account::TAGS.is_null() => true;
            Account::LIMITS.is_null() => true;
            Account::LIMITS.ne([1]) => true;
            (Account::STATE.eq("open"), Account::BALANCE.ge(10)) => true;
            (Account::STATE.eq("open"), Account::BALANCE.lt(10)) => false;
            Account::BALANCE.gt(9).and(Account::BALANCE.lt(11)) => true;
        }
    })
    .await;
}

#[tokio::test]
async fn what_does_not_hold_is_shown() {
    run(async |target, _| {
        let row = Account {
            locked: Some(true),
            tags: ["t".into()].into(),
            limits: Some(vec![1]),
            ..Account::new(1)
        };
        written(row.insert()).await.unwrap();
        let update = || account!(1).update(Account::BALANCE.set(0));

        let outcome = update().only_if(Account::STATE.eq("closed")).await.unwrap();
        assert_eq!(outcome, Lwt::Existing(Some("open".to_owned())));
        let outcome = update().only_if((
            Account::STATE.eq("closed"),
            Account::AT_LEAST.lt(5),
            Account::LIMITS.is_null(),
        ));
        assert_eq!(
            outcome.await.unwrap(),
            Lwt::Existing((Some("open".to_owned()), 5, Some(vec![1])))
        );
        let outcome = update().only_if(Account::LOCKED.eq(false).and(Account::BALANCE.ne(10)));
        assert_eq!(
            outcome.await.unwrap(),
            Lwt::Existing((Some(true), Some(10)))
        );
        let outcome = account!(1)
            .delete()
            .only_if((Account::AT_LEAST.gt(5),))
            .await
            .unwrap();
        assert_eq!(outcome, Lwt::Existing((5,)));

        let missing = || account!(2).update(Account::BALANCE.set(0));
        let outcome = missing()
            .only_if((Account::AT_LEAST.gt(1), Account::STATE.eq("x")))
            .await
            .unwrap();
        assert_eq!(outcome, Lwt::Missing);
        // Rows that are null in all these columns: Cassandra tells them from none.
        let null = Account {
            state: None,
            balance: None,
            ..Account::new(3)
        };
        written(null.insert()).await.unwrap();
        let update = account!(4).update(Account::TAGS.add(["t"]));
        written(update).await.unwrap();
        for number in [3, 4] {
            let update = account!(number).update(Account::BALANCE.set(0));
            let outcome = update.only_if((Account::STATE.eq("x"), Account::BALANCE.eq(1)));
            let expected = if target.is_scylla().await {
                Lwt::Missing
            } else {
                Lwt::Existing((None, None))
            };
            assert_eq!(outcome.await.unwrap(), expected);
        }
        // All columns of a row that is not there are null.
        let outcome = missing().only_if(Account::BALANCE.is_null()).await.unwrap();
        assert_eq!(outcome, Lwt::Applied);
    })
    .await;
}

#[tokio::test]
async fn a_delete_or_a_static_may_have_conditions() {
    run(async |_, _| {
        written(Account::new(1).insert()).await.unwrap();
        let delete = |balance| account!(1).delete().only_if(Account::BALANCE.eq(balance));
        assert_eq!(delete(11).await.unwrap(), Lwt::Existing(Some(10)));
        assert_eq!(delete(10).await.unwrap(), Lwt::Applied);
        assert_eq!(Account::read(1).await, None);

        let partition = || Account::objects().filter(Account::OWNER.eq("ann"));
        let lock = || {
            partition()
                .update(Account::LOCKED.set(true))
                .only_if(Account::LOCKED.ne(true))
        };
        assert_eq!(lock().await.unwrap(), Lwt::Applied);
        assert_eq!(lock().await.unwrap(), Lwt::Existing(Some(true)));
        written(Account::new(1).insert()).await.unwrap();
        let update = account!(1).update((Account::BALANCE.set(1), Account::LOCKED.set(false)));
        assert_eq!(
            update.only_if(Account::LOCKED.eq(true)).await.unwrap(),
            Lwt::Applied
        );
        let expected = Account {
            balance: Some(1),
            locked: Some(false),
            ..Account::new(1)
        };
        assert_eq!(Account::read(1).await, Some(expected));
    })
    .await;
}

#[tokio::test]
async fn a_partition_without_the_row_is_no_row() {
    run(async |_, _| {
        let partition = Account::objects().filter(Account::OWNER.eq("ann"));
        written(partition.update(Account::LOCKED.set(true)))
            .await
            .unwrap();
        assert_eq!(
            account!(1).delete().if_exists().await.unwrap(),
            Lwt::Missing
        );
        let update = || account!(1).update(Account::BALANCE.set(0));
        assert_eq!(update().if_exists().await.unwrap(), Lwt::Missing);
        let outcome = update().only_if(Account::AT_LEAST.gt(1)).await.unwrap();
        assert_eq!(outcome, Lwt::Missing);
        let outcome = update().only_if((Account::AT_LEAST.gt(1), Account::LOCKED.eq(true)));
        assert_eq!(outcome.await.unwrap(), Lwt::Missing);
        let outcome = update().only_if((Account::BALANCE.gt(1), Account::LOCKED.eq(true)));
        assert_eq!(outcome.await.unwrap(), Lwt::Existing((None, Some(true))));
        let row = Account {
            locked: Some(false),
            ..Account::new(1)
        };
        assert_eq!(row.insert().if_not_exists().await.unwrap(), Lwt::Applied);
        assert_eq!(Account::read(1).await, Some(row));
    })
    .await;
}

#[tokio::test]
async fn settings_go_with_conditions() {
    run(async |_, session| {
        let account = Account::new(1);
        let insert = account.insert().ttl(1000).if_not_exists();
        let insert = insert
            .consistency(Consistency::One)
            .serial_consistency(Consistency::LocalSerial);
        assert_eq!(insert.await.unwrap(), Lwt::Applied);
        let ttl = format!(
            "SELECT ttl(balance) FROM {}.account",
            session.keyspace().unwrap()
        );
        let answer = session.execute(ttl, ()).await.unwrap();
        let (left,): (i32,) = answer.first_as().unwrap().unwrap();
        assert!((970..=1000).contains(&left), "{left}");

        let update = account!(1)
            .update(Account::BALANCE.set(0))
            .timestamp(1)
            .if_exists();
        let error = update.await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Invalid(_)), "{error}");
        assert!(error.to_string().contains("`.timestamp(..)`"), "{error}");
        let several =
            Account::objects().filter((Account::OWNER.eq("ann"), Account::NUMBER.is_in([1, 2])));
        let error = several
            .update(Account::BALANCE.set(0))
            .if_exists()
            .await
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("a conditional write names one row"),
            "{error}"
        );
    })
    .await;
}

#[tokio::test]
async fn many_may_count_with_conditions() {
    run(async |_, _| {
        let account = Account {
            balance: Some(0),
            ..Account::new(1)
        };
        written(account.insert()).await.unwrap();
        let increment = async || {
            let mut balance = 0;
            loop {
                let update = account!(1).update(Account::BALANCE.set(balance + 1));
                match update.only_if(Account::BALANCE.eq(balance)).await.unwrap() {
                    Lwt::Applied => return,
                    Lwt::Existing(now) => balance = now.unwrap(),
                    Lwt::Missing => unreachable!("nobody deletes it"),
                }
            }
        };
        join_all((0..6).map(|_| increment())).await;
        assert_eq!(Account::read(1).await.unwrap().balance, Some(6));
    })
    .await;
}

async fn run(test: impl AsyncFnOnce(&Target, &Session)) {
    let target = Target::start().await;
    let test = async |session: &Session| {
        sync_table::<Account>().await.unwrap();
        test(&target, session).await;
    };
    target.within("model_lwt", test).await;
}
