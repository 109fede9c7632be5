//! What a session tells of its requests: counts, spans, trackers, slow ones, warnings, traces.

mod counted;
mod spans;
mod traced;
mod tracked;

use scylla_orm::driver::Session;
use scylla_orm::driver::session::SessionBuilder;
use scylla_orm::driver::statement::Prepared;
use tests::target::Target;

/// What is bound to a marker, and what stands in a text as a literal: neither may be told.
const SECRET: &str = "hunter2";

/// A session made by `builder`, and a table of its own with its statements.
struct Bench {
    target: Target,
    session: Session,
    keyspace: String,
    insert: Prepared,
    select: Prepared,
}

impl Bench {
    async fn start(builder: SessionBuilder) -> Bench {
        let target = Target::start().await;
        let keyspace = target.keyspace("observed").await;
        let builder = builder.contact_points(target.contact_points());
        let session = builder.connect().await.unwrap();
        let make = format!("CREATE TABLE {keyspace}.t (k text PRIMARY KEY, v int)");
        session.query(make, ()).await.unwrap();
        let insert = format!("INSERT INTO {keyspace}.t (k, v) VALUES (?, ?)");
        let select = format!("SELECT v FROM {keyspace}.t WHERE k = ?");
        Bench {
            insert: session.prepare(&insert).await.unwrap(),
            select: session.prepare(&select).await.unwrap(),
            target,
            session,
            keyspace,
        }
    }

    /// Writes and reads.
    async fn work(&self, rounds: i32) {
        for n in 0..rounds {
            let key = format!("{SECRET} {n}");
            let write = self.session.execute(&self.insert, (&*key, n));
            write.await.unwrap();
            let read = self.session.execute(&self.select, (&*key,)).await.unwrap();
            assert_eq!(read.first_as::<(i32,)>().unwrap(), Some((n,)));
        }
    }

    /// A statement that no server accepts.
    async fn fail(&self) {
        let cql = format!(
            "SELECT v FROM {}.t WHERE nonsense = '{SECRET}'",
            self.keyspace
        );
        let error = self.session.query(cql, ()).await.unwrap_err();
        assert!(error.is_invalid(), "{error}");
    }

    async fn end(self) {
        let drop = format!("DROP KEYSPACE {}", self.keyspace);
        self.session.query(drop, ()).await.unwrap();
        self.session.close().await.unwrap();
    }
}
