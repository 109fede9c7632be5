//! Many rows, each by a request of its own.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};
use scylla_orm::prelude::*;
use scylla_orm::write::write_stream;

use crate::run;

#[derive(Model, Debug, Clone, PartialEq)]
struct Word {
    #[cql(partition_key)]
    word: String,
    count: Option<i32>,
    note: Option<String>,
}

fn words(count: i32) -> Vec<Word> {
    let word = |n| Word {
        word: format!("w{n}"),
        count: Some(n),
        note: None,
    };
    (0..count).map(word).collect()
}

async fn found() -> Vec<Word> {
    let mut words = Word::objects().scan().all().await.unwrap();
    words.sort_by_key(|word| word.count);
    words
}

#[tokio::test]
async fn rows_are_inserted_saved_and_deleted() {
    run(async |session| {
        sync_table::<Word>().await.unwrap();
        let words = words(500);
        assert_eq!(Word::insert_all(&words).await.unwrap(), 500);
        assert_eq!(found().await, words);

        // What is inserted leaves out what is null; what is saved does not.
        let nulls = words.iter().map(|word| Word {
            count: None,
            note: Some("n".into()),
            ..word.clone()
        });
        assert_eq!(Word::insert_all(nulls).on(session).await.unwrap(), 500);
        assert_eq!(found().await.last().unwrap().count, Some(499));
        assert_eq!(Word::save_all(&words).at_once(3).await.unwrap(), 500);
        assert_eq!(found().await, words);

        let (gone, left) = words.split_at(490);
        assert_eq!(Word::delete_all(gone).await.unwrap(), 490);
        assert_eq!(found().await, left);
        assert_eq!(Word::insert_all([] as [Word; 0]).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn statements_say_more_than_rows() {
    run(async |session| {
        sync_table::<Word>().await.unwrap();
        let words = words(50);
        write_all(words.iter().map(|word| word.insert().timestamp(10)))
            .await
            .unwrap();
        let double = |word: &Word| {
            let row = Word::objects().filter(Word::WORD.eq(&word.word));
            row.update(Word::COUNT.set(word.count.unwrap() * 2))
                .on(session)
        };
        let doubled = write_stream(stream::iter(&words).map(double));
        assert_eq!(doubled.await.unwrap(), 50);
        let counts: Vec<_> = found().await.into_iter().map(|word| word.count).collect();
        let expected: Vec<_> = (0..50).map(|n| Some(n * 2)).collect();
        assert_eq!(counts, expected);
    })
    .await;
}

/// A key of more than 64 KiB is refused by the server.
#[tokio::test]
async fn one_failure_is_one_row() {
    run(async |_| {
        sync_table::<Word>().await.unwrap();
        let mut words = words(20);
        words[7].word = "x".repeat(70_000);
        let results: BTreeMap<_, _> = Word::insert_all(&words).results().collect().await;
        assert_eq!(results.len(), 20);
        for (number, result) in &results {
            assert_eq!(result.is_err(), *number == 7, "{number}: {result:?}");
        }
        assert_eq!(found().await.len(), 19);

        // The first failure is that of all, and ends it.
        let error = Word::insert_all(&words).at_once(1).await.unwrap_err();
        assert_eq!(error.model(), Some("Word"));
    })
    .await;
}

#[tokio::test]
async fn without_a_session_nothing_is_written() {
    let error = Word::insert_all(&words(3)).await.unwrap_err();
    assert!(
        matches!(error.kind(), scylla_orm::ErrorKind::NoSession),
        "{error}"
    );
}
