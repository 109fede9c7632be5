//! Schema sync: tables made and extended by their models, and what is refused instead.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use futures_util::future::join_all;
use scylla_orm::driver::topology::{ColumnKind, TableInfo};
use scylla_orm::driver::value::{Decimal, Duration, TimeUuid, Varint};
use scylla_orm::prelude::*;
use scylla_orm::{ErrorKind, sync};
use tests::target::Target;
use uuid::Uuid;

/// Every type, every role, names that must be quoted, and types within types, which servers spell in their own ways.
#[derive(Model)]
#[cql(table = "Everything", rename_all = "camelCase")]
struct Everything {
    #[cql(partition_key)]
    tenant_id: Uuid,
    #[cql(partition_key, frozen)]
    parts: BTreeSet<i32>,
    #[cql(clustering_key(desc))]
    order: TimeUuid,
    #[cql(clustering_key)]
    day: NaiveDate,
    #[cql(static_column)]
    name: Option<String>,
    #[cql(static_column)]
    labels: BTreeMap<String, String>,
    r#type: bool,
    tiny: i8,
    small: i16,
    #[cql(index)]
    int: i32,
    big: i64,
    float: f32,
    double: f64,
    varint: Varint,
    decimal: Decimal,
    blob: Vec<u8>,
    at: DateTime<Utc>,
    time: NaiveTime,
    long: Duration,
    address: IpAddr,
    #[cql(index)]
    list: Vec<String>,
    set: HashSet<i64>,
    #[cql(index)]
    map: HashMap<String, i32>,
    #[cql(frozen, index)]
    fixed_list: Vec<String>,
    #[cql(frozen)]
    fixed_map: BTreeMap<String, Vec<i32>>,
    pair: (i32, String),
    nested: HashMap<String, Vec<(i32, Vec<String>)>>,
    deep: Vec<BTreeMap<i32, BTreeSet<(i32, bool)>>>,
    embedding: [f32; 3],
}

/// A table in its first days.
mod first {
    use super::*;

    #[derive(Model)]
    #[cql(table = "posts")]
    pub(super) struct Post {
        #[cql(partition_key)]
        author: String,
        #[cql(clustering_key)]
        id: i64,
        title: String,
    }
}

/// The same table, of which more is wanted.
mod then {
    use super::*;

    #[derive(Model)]
    #[cql(table = "posts")]
    pub(super) struct Post {
        #[cql(partition_key)]
        author: String,
        #[cql(clustering_key)]
        id: i64,
        #[cql(static_column)]
        fans: Option<i64>,
        title: String,
        #[cql(index)]
        slug: Option<String>,
        tags: HashSet<String>,
    }
}

/// The same table, of which what is wanted cannot be had.
mod never {
    use super::*;

    #[derive(Model)]
    #[cql(table = "posts")]
    pub(super) struct Post {
        #[cql(partition_key)]
        author: String,
        #[cql(clustering_key(desc))]
        id: i64,
        #[cql(static_column)]
        title: String,
        fans: Option<i32>,
        new: Option<i32>,
    }
}

#[derive(Model)]
struct Hits {
    #[cql(partition_key)]
    page: String,
    views: Counter,
    likes: Counter,
}

#[tokio::test]
async fn what_is_created_is_found_again() {
    let place = Place::new().await;
    let on = &place.session;
    let report = sync_table::<Everything>().on(on).await.unwrap();
    assert_eq!(report.applied.len(), 5, "{report}");
    let report = sync_table::<Hits>().on(on).await.unwrap();
    assert_eq!(report.applied.len(), 1, "{report}");

    let sent = place.sent();
    for plan in [
        plan_table::<Everything>().on(on).await.unwrap(),
        plan_table::<Hits>().on(on).await.unwrap(),
    ] {
        assert!(plan.is_empty() && plan.untouched.is_empty(), "{plan}");
    }
    let report = sync_table::<Everything>().on(on).await.unwrap();
    assert!(report.applied.is_empty(), "{report}");
    assert_eq!(place.sent(), sent, "no statement was sent");
    place.close().await;
}

#[tokio::test]
async fn what_is_missing_is_added_and_nothing_else_is_touched() {
    let place = Place::new().await;
    let on = &place.session;
    sync_table::<first::Post>().on(on).await.unwrap();
    let table = format!("{}.posts", place.keyspace);
    place
        .run(&format!("ALTER TABLE {table} ADD legacy text"))
        .await;
    place
        .run(&format!("CREATE INDEX by_legacy ON {table} (legacy)"))
        .await;
    place
        .run(&format!(
            "INSERT INTO {table} (author, id, title, legacy) VALUES ('ann', 1, 'a', 'old')"
        ))
        .await;

    let plan = plan_table::<then::Post>().on(on).await.unwrap();
    assert_eq!(
        plan.to_string(),
        format!(
            "{table}: 2 steps
  + ALTER TABLE {table} ADD (fans bigint static, slug text, tags set<text>)
  + CREATE INDEX IF NOT EXISTS posts_slug_idx ON {table} (slug)
  = column `legacy` (text) is not in the model: left alone
  = index `by_legacy` on legacy is not in the model: left alone"
        )
    );
    assert_eq!(place.columns("posts").await, "author, id, legacy, title");

    let report = sync_table::<then::Post>().on(on).await.unwrap();
    assert_eq!(report.applied, plan.steps);
    assert_eq!(report.untouched, plan.untouched);
    assert_eq!(
        place.columns("posts").await,
        "author, id, fans static, legacy, slug, tags, title"
    );
    let indexes = place.table("posts").await.indexes;
    let indexes: Vec<&str> = indexes.iter().map(|index| &*index.name).collect();
    assert_eq!(indexes, ["by_legacy", "posts_slug_idx"]);

    // A model that knows less than the table asks for nothing.
    let report = sync_table::<first::Post>().on(on).await.unwrap();
    assert!(report.applied.is_empty(), "{report}");
    let read = format!("SELECT title, legacy FROM {table} WHERE author = 'ann'");
    let answer = on.execute(read, ()).await.unwrap();
    assert_eq!(
        answer.all_as::<(String, String)>().unwrap(),
        [("a".to_owned(), "old".to_owned())]
    );
    place.close().await;
}

#[tokio::test]
async fn what_cannot_be_had_is_refused_and_nothing_is_done() {
    let place = Place::new().await;
    let on = &place.session;
    sync_table::<then::Post>().on(on).await.unwrap();
    let sent = place.sent();
    let error = sync_table::<never::Post>().on(on).await.unwrap_err();
    let ErrorKind::SchemaRefused { reasons, .. } = error.kind() else {
        panic!("{error}");
    };
    let reasons: Vec<&str> = reasons
        .iter()
        .map(|reason| reason.split(';').next().unwrap())
        .collect();
    assert_eq!(
        reasons,
        [
            "clustering column `id` is ascending in the table and descending in the model",
            "column `title` is not static in the table and static in the model",
            "column `fans` is bigint in the table and int in the model",
            "column `fans` is static in the table and not static in the model",
        ]
    );
    assert_eq!(error.model(), Some("Post"));
    assert_eq!(place.sent(), sent, "no statement was sent");

    let plan = plan_table::<never::Post>().on(on).await.unwrap();
    assert_eq!((plan.steps.len(), plan.refused.len()), (1, 4), "{plan}");
    place.close().await;
}

#[tokio::test]
async fn what_the_server_refuses_is_not_hidden() {
    let place = Place::new().await;
    let on = &place.session;
    sync_table::<first::Post>().on(on).await.unwrap();
    let table = format!("{}.posts", place.keyspace);
    // The old data may still be on disk, so no collection of another type can have the name again.
    place
        .run(&format!("ALTER TABLE {table} ADD tags list<int>"))
        .await;
    place.run(&format!("ALTER TABLE {table} DROP tags")).await;
    let error = sync_table::<then::Post>().on(on).await.unwrap_err();
    let ErrorKind::SyncFailed {
        applied, missing, ..
    } = error.kind()
    else {
        panic!("{error}");
    };
    assert_eq!((applied.len(), missing.len()), (0, 2), "{error}");
    assert!(error.driver().unwrap().is_invalid(), "{error}");
    assert_eq!(place.columns("posts").await, "author, id, title");
    place.close().await;
}

#[tokio::test]
async fn a_keyspace_and_a_session_must_be_there() {
    let place = Place::new().await;
    let nowhere = Session::over(place.session.driver().clone(), Some("no_such_keyspace"));
    let error = sync_table::<Hits>().on(&nowhere).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`Hits`: table no_such_keyspace.hits cannot be made what the model says, and nothing was done\n- there is no \
         keyspace `no_such_keyspace`; create it first: `create_keyspace(\"no_such_keyspace\", ..)`"
    );
    let unnamed = Session::over(place.session.driver().clone(), None);
    let error = sync_table::<Hits>().on(&unnamed).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoKeyspace), "{error}");
    let error = sync_table::<Hits>().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoSession), "{error}");
    let scoped = async { sync_table::<Hits>().await.unwrap() };
    let report = place.session.scope(scoped).await;
    assert_eq!(report.applied.len(), 1, "{report}");
    place.close().await;
}

#[tokio::test]
async fn many_may_add_at_once() {
    let place = Place::new().await;
    sync_table::<first::Post>()
        .on(&place.session)
        .await
        .unwrap();
    let sessions = place.sessions(4).await;
    let all = sessions
        .iter()
        .map(|on| async { sync_table::<then::Post>().on(on).await });
    let reports: Vec<sync::Report> = join_all(all)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let applied: Vec<&sync::Step> = reports.iter().flat_map(|report| &report.applied).collect();
    assert!(applied.len() >= 2, "{applied:#?}");
    if place.is_linear().await {
        assert_eq!(applied.len(), 2, "each step was done once: {applied:#?}");
    }
    assert_eq!(
        place.columns("posts").await,
        "author, id, fans static, slug, tags, title"
    );
    for session in sessions {
        session.close().await.unwrap();
    }
    place.close().await;
}

#[tokio::test]
async fn many_may_create_at_once() {
    let place = Place::new().await;
    if !place.is_linear().await {
        // Each node that is asked might make a table of its own.
        return place.close().await;
    }
    let sessions = place.sessions(4).await;
    let all = sessions
        .iter()
        .map(|on| async { sync_table::<then::Post>().on(on).await });
    let reports: Vec<sync::Report> = join_all(all)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    // ScyllaDB tells all who create a table at the same moment that they did.
    let applied: usize = reports.iter().map(|report| report.applied.len()).sum();
    assert!(applied >= 2, "{reports:#?}");
    let plan = plan_table::<then::Post>().on(&place.session).await.unwrap();
    assert!(plan.is_empty() && plan.untouched.is_empty(), "{plan}");
    for session in sessions {
        session.close().await.unwrap();
    }
    place.close().await;
}

#[tokio::test]
async fn keyspaces_are_created_once_and_dropped_by_name() {
    let place = Place::new().await;
    let on = &place.session;
    let name = &format!("{}_other", place.keyspace);
    let create = || create_keyspace(name, Replication::simple(1));
    let report = create().durable_writes(false).on(on).await.unwrap();
    assert_eq!(report.to_string(), format!("{name}: created"));
    let report = create().durable_writes(false).on(on).await.unwrap();
    assert_eq!(report.to_string(), format!("{name}: is there"));
    let report = create().on(on).await.unwrap();
    assert_eq!(
        report.to_string(),
        format!("{name}: is there\n  = its durable_writes is false")
    );
    let report = create_keyspace(name, Replication::each_datacenter(2))
        .durable_writes(false)
        .on(on)
        .await
        .unwrap();
    assert_eq!(report.differences.len(), 1, "{report}");

    let error = drop_keyspace(name).on(on).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::DropNotAllowed { .. }));
    let error = drop_keyspace(name)
        .allow_drop(&*place.keyspace)
        .on(on)
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::DropNotAllowed { .. }));
    assert!(drop_keyspace(name).allow_drop(name).on(on).await.unwrap());
    assert!(!drop_keyspace(name).allow_drop(name).on(on).await.unwrap());
    place.close().await;
}

#[tokio::test]
async fn data_centres_are_named() {
    let place = Place::new().await;
    let on = &place.session;
    let topology = on.driver().topology();
    let datacenter = topology.nodes()[0].datacenter.to_string();
    let name = &format!("{}_network", place.keyspace);
    let create = || create_keyspace(name, Replication::network([(&*datacenter, 1)]));
    assert!(create().on(on).await.unwrap().created);
    let report = create().on(on).await.unwrap();
    assert_eq!(report.to_string(), format!("{name}: is there"));
    assert!(drop_keyspace(name).allow_drop(name).on(on).await.unwrap());
    place.close().await;
}

/// A keyspace of its own, and a session whose models are in it.
struct Place {
    target: Target,
    keyspace: String,
    session: Session,
}

impl Place {
    async fn new() -> Place {
        let target = Target::start().await;
        let keyspace = target.keyspace("sync_table").await;
        let session = Session::over(target.driver().await, Some(&keyspace));
        Place {
            target,
            keyspace,
            session,
        }
    }

    async fn sessions(&self, count: usize) -> Vec<Session> {
        let mut sessions = Vec::new();
        for _ in 0..count {
            sessions.push(Session::over(
                self.target.driver().await,
                Some(&self.keyspace),
            ));
        }
        sessions
    }

    /// Whether changes of the schema happen one after another. Nodes of Cassandra before 6 each change their own
    /// schema, and then tell the others.
    async fn is_linear(&self) -> bool {
        let nodes = self.session.driver().topology().nodes().len();
        nodes == 1 || self.target.cluster().is_some() || self.target.is_scylla().await
    }

    async fn run(&self, cql: &str) {
        self.session.execute(cql, ()).await.unwrap();
    }

    /// Statements that the session sent; what it reads of the schema is not among them.
    fn sent(&self) -> u64 {
        let traffic = self.session.driver().traffic();
        traffic.iter().map(|traffic| traffic.requests).sum()
    }

    async fn table(&self, name: &str) -> TableInfo {
        let driver = self.session.driver();
        driver
            .describe_table(&self.keyspace, name)
            .await
            .unwrap()
            .unwrap()
    }

    /// The columns of a table: its key in order, the others by name.
    async fn columns(&self, table: &str) -> String {
        let mut columns = self.table(table).await.columns;
        columns.sort_by(|a, b| {
            let other = |kind| matches!(kind, ColumnKind::Static | ColumnKind::Regular);
            (other(a.kind), other(a.kind).then_some(&a.name))
                .cmp(&(other(b.kind), other(b.kind).then_some(&b.name)))
        });
        let text = |kind, name: &str| match kind {
            ColumnKind::Static => format!("{name} static"),
            _ => name.to_owned(),
        };
        let names: Vec<String> = columns.iter().map(|c| text(c.kind, &c.name)).collect();
        names.join(", ")
    }

    async fn close(self) {
        let keyspace = self.keyspace;
        let drop = drop_keyspace(&*keyspace).allow_drop(&*keyspace);
        drop.on(&self.session).await.unwrap();
        self.session.close().await.unwrap();
    }
}
