//! Timeuuids: their time, and the bounds of a millisecond, as the server has them.

use scylla_orm::driver::value::{TimeUuid, Timestamp};
use tests::target::Target;

/// Around the epoch, long before it, and now.
const TIMES: [i64; 6] = [
    0,
    1,
    -1,
    1_700_000_000_123,
    -5_000_000_000_000,
    4_102_444_800_000,
];

#[tokio::test]
async fn bounds_times_and_order_are_the_servers() {
    let target = Target::start().await;
    let keyspace = target.keyspace("driver_timeuuids").await;
    let session = target.driver().await;
    let table = format!("{keyspace}.t");
    let create = format!("CREATE TABLE {table} (k int, id timeuuid, PRIMARY KEY (k, id))");
    session.query(create, ()).await.unwrap();
    let insert = format!("INSERT INTO {table} (k, id) VALUES (0, ?)");
    let mut ours = Vec::new();
    for at in TIMES.map(Timestamp) {
        ours.extend([TimeUuid::min_of(at), TimeUuid::max_of(at)]);
        ours.extend([TimeUuid::at(at), TimeUuid::at(at), TimeUuid::at(at)]);
    }
    ours.extend((0..5).map(|_| TimeUuid::now()));
    for id in &ours {
        session.query(insert.as_str(), (id,)).await.unwrap();
    }
    ours.sort();
    let select = format!("SELECT id, toTimestamp(id) FROM {table} WHERE k = 0");
    let answer = session.query(select, ()).await.unwrap();
    let read: Vec<(TimeUuid, Timestamp)> = answer.all_as().unwrap();
    let order: Vec<TimeUuid> = read.iter().map(|(id, _)| *id).collect();
    assert_eq!(order, ours, "the server's order");
    // Cassandra cuts the part of a millisecond off towards 1970, so that of a bound before it tells the next one.
    for (id, at) in read.iter().filter(|(id, _)| id.timestamp().0 >= 0) {
        assert_eq!(id.timestamp(), *at, "{id}");
    }

    let within = format!(
        "SELECT id FROM {table} WHERE k = 0 AND id >= minTimeuuid(?) AND id <= maxTimeuuid(?)"
    );
    for at in TIMES.map(Timestamp) {
        let answer = session.query(within.as_str(), (at, at)).await.unwrap();
        let read: Vec<(TimeUuid,)> = answer.all_as().unwrap();
        let expected: Vec<_> = ours
            .iter()
            .filter(|id| id.timestamp() == at)
            .map(|id| (*id,))
            .collect();
        assert_eq!(read, expected, "those of {at}, the bounds included");
        assert_eq!(read.len(), 5);
    }
    session.close().await.unwrap();
}
