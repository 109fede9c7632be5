//! A whole table, by ranges of tokens.

mod checkpoint;
mod cut;
mod owners;
mod pace;
mod pages;

use crate::error::{Error, ErrorKind, Result};
use crate::session::Session;
use crate::statement::{Options, Prepared};
use crate::token::murmur3;
use crate::topology::{Strategy, TableInfo};
use crate::value::Ident;

use cut::Piece;
use owners::Owners;
use pace::Paces;

pub use checkpoint::Checkpoint;
pub use pages::Scan;

/// How often a page is asked for anew when the session's own retries have come to nothing, unless a scan says otherwise.
const RETRIES: u32 = 5;

/// A table is cut into so many ranges for each that is read at a time, at least: what ends early has others to go on with.
const RANGES_EACH: usize = 4;

impl Session {
    /// Reads a whole table, or a materialized view, range by range of its tokens, many at once: each row once, in no
    /// order. Each range is asked of a node that owns it, and with ScyllaDB of the shard that keeps the tablet; where
    /// tables have no tablets, a range is on all shards of a node, and they take turns.
    ///
    /// Rows that are written or deleted meanwhile may be seen or not.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(session: scylla_orm_driver::Session) -> scylla_orm_driver::Result<()> {
    /// let mut scan = session
    ///     .scan("climate", "observations")
    ///     .select("station, high")
    ///     .rows_per_second(50_000)
    ///     .start()
    ///     .await?;
    /// while let Some(page) = scan.next().await? {
    ///     for row in page.rows_as::<(&str, f64)>()? {
    ///         let (station, high) = row?;
    ///         println!("{station}: {high}");
    ///     }
    ///     // What is written down here goes on behind this page, another time.
    ///     std::fs::write("scan", scan.checkpoint().to_string()).expect("a file");
    ///     println!("{:.1} %", 100.0 * scan.progress());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn scan(&self, keyspace: impl Into<String>, table: impl Into<String>) -> ScanBuilder {
        ScanBuilder {
            session: self.clone(),
            keyspace: keyspace.into(),
            table: table.into(),
            list: None,
            bypass_cache: false,
            per_shard: 1,
            ranges: 0,
            retries: RETRIES,
            paces: Paces::default(),
            options: Options::default(),
            from: None,
        }
    }
}

/// How a table is to be scanned: what [`Session::scan`] returns.
#[derive(Debug, Clone)]
#[must_use = "nothing is read before it is started"]
pub struct ScanBuilder {
    session: Session,
    keyspace: String,
    table: String,
    list: Option<String>,
    bypass_cache: bool,
    per_shard: usize,
    ranges: usize,
    retries: u32,
    paces: Paces,
    options: Options,
    from: Option<Checkpoint>,
}

impl ScanBuilder {
    /// What is selected, in CQL: `a, "B", writetime(c)`. By default all columns, by name, partition key and clustering
    /// key first.
    pub fn select(mut self, list: impl Into<String>) -> Self {
        self.list = Some(list.into());
        self
    }

    /// How many ranges are read at a time for each shard, or for each node without shards. By default 1; 0 counts as 1.
    /// A page of each may be in memory.
    pub fn per_shard(mut self, ranges: usize) -> Self {
        self.per_shard = ranges.max(1);
        self
    }

    /// Into how many ranges the table is cut at least. It is always cut where owners change; by default into four for
    /// each that is read at a time. Each takes a request, even if it is empty.
    pub fn ranges(mut self, least: usize) -> Self {
        self.ranges = least;
        self
    }

    /// So many rows in a second, on average. Pages are not cut: smaller ones make it more even. By default as many as
    /// come; 0 is no limit.
    pub fn rows_per_second(mut self, rows: u32) -> Self {
        self.paces.rows.limit(rows);
        self
    }

    /// So many requests in a second. By default as many as can be; 0 is no limit.
    pub fn requests_per_second(mut self, requests: u32) -> Self {
        self.paces.requests.limit(requests);
        self
    }

    /// How often a page is asked for anew when the session's retries have come to nothing, after pauses from 100 ms to
    /// 5 s. By default 5. What no node would do, as a statement that is not valid, is not asked again.
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// How its requests are executed: page size, consistency level, timeout of a page and so on. Where they go, the scan
    /// says.
    pub fn with(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// With ScyllaDB: past its cache of rows, so that what others need stays there. Cassandra does not know it.
    pub fn bypass_cache(mut self) -> Self {
        self.bypass_cache = true;
        self
    }

    /// Goes on where another scan of the same table, with the same [`select`](ScanBuilder::select), stood.
    pub fn resume(mut self, from: Checkpoint) -> Self {
        self.from = Some(from);
        self
    }

    /// Looks up the table and its owners, and prepares the statement. Rows are asked for when they are waited for.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if there is no such table; [`ErrorKind::Settings`] if the checkpoint is of another
    /// statement; [`ErrorKind::Unsupported`] for tables of which each node has its own, and if the cluster does not use
    /// the Murmur3 partitioner; those of [`prepare`](Session::prepare).
    pub async fn start(self) -> Result<Scan> {
        let table = self.described().await?;
        let statement = self.session.prepare(&self.cql(&table)).await?;
        let print = murmur3(statement.text().as_bytes()).0;
        let left = match &self.from {
            None => vec![Piece::WHOLE],
            Some(from) if from.print == print => from.left.clone(),
            Some(_) => {
                let what = "the checkpoint is of another statement".into();
                return Err(
                    Error::new(ErrorKind::Settings { what }).of_statement(statement.shared_text())
                );
            }
        };
        let owners = Owners::of(&self.session, &table).await;
        let ranges = self
            .ranges
            .max(RANGES_EACH * self.per_shard * owners.shards());
        let lanes = owners.lanes(left, ranges);
        Ok(Scan::new(
            self.session.clone(),
            self.settings(statement, print),
            lanes,
        ))
    }

    async fn described(&self) -> Result<TableInfo> {
        let topology = self.session.topology();
        let unsupported =
            |what: &str| Err(Error::new(ErrorKind::Unsupported { what: what.into() }));
        if matches!(topology.strategy(&self.keyspace), Some(Strategy::Local)) {
            return unsupported("each node has its own rows of this table: ask each by a `Target`");
        }
        if topology.nodes().iter().all(|node| node.tokens.is_empty()) {
            return unsupported(
                "tables are scanned by tokens of the Murmur3 partitioner, which is not this cluster's",
            );
        }
        let table = self.session.describe_table(&self.keyspace, &self.table);
        table.await?.ok_or_else(|| {
            let message = format!("there is no table {}.{}", self.keyspace, self.table);
            Error::new(ErrorKind::Invalid {
                message: message.into(),
            })
        })
    }

    fn cql(&self, table: &TableInfo) -> String {
        let names = |names: &mut dyn Iterator<Item = &str>| {
            let names: Vec<String> = names.map(|name| Ident(name).to_string()).collect();
            names.join(", ")
        };
        let key = names(&mut table.partition_key().map(|c| &*c.name));
        let all = || names(&mut table.columns.iter().map(|c| &*c.name));
        let list = self.list.clone().unwrap_or_else(all);
        let (keyspace, name) = (Ident(&table.keyspace), Ident(&table.name));
        let end = if self.bypass_cache {
            " BYPASS CACHE"
        } else {
            ""
        };
        format!(
            "SELECT {list} FROM {keyspace}.{name} WHERE token({key}) > ? AND token({key}) <= ?{end}"
        )
    }

    fn settings(self, statement: Prepared, print: i64) -> pages::Settings {
        pages::Settings {
            statement,
            print,
            options: self.options,
            per_lane: self.per_shard,
            retries: self.retries,
            paces: self.paces,
        }
    }
}
