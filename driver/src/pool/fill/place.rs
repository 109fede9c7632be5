//! Where the connections of a pool go: into their slots, to those held in excess, or away again.

use std::sync::Arc;

use tokio::time::Instant;

use crate::conn::Conn;
use crate::conn::failure::Failure;
use crate::policy::conviction::{Conviction, Loss};
use crate::pool::fill::{Departed, Filler};
use crate::pool::table::Table;

impl Filler {
    /// A connection is there: it gets its slot.
    pub(super) fn arrived(&mut self, conn: Arc<Conn>) {
        self.shared.counters.opened();
        self.backoff.success();
        let table = self.shared.table.load_full();
        let table = match table.fits(&conn) {
            true => table,
            false => self.rebuild(&table, &conn),
        };
        if let Some(table) = table.with(&conn) {
            self.enter(conn, table);
        } else {
            self.spare(conn, &table);
        }
        self.shared.state.send_modify(|state| {
            state.failure = None;
            state.failures = 0;
        });
    }

    /// The first connection, or the node has come back with other shards: what does not fit any more goes.
    fn rebuild(&mut self, old: &Table, conn: &Conn) -> Arc<Table> {
        if old.connected() > 0 {
            tracing::info!(node = %self.shared.target.address, "the node has other shards than before");
            // Should it change its mind with each connection, it is not asked at full speed.
            self.backoff.relapse();
            self.rest();
        }
        old.conns().for_each(|conn| conn.start_close());
        self.drop_excess();
        Arc::new(Table::of(conn, self.config.local))
    }

    /// Publishes a table with a connection that is new in it.
    fn enter(&mut self, conn: Arc<Conn>, table: Table) {
        let (node, shard) = (self.shared.target.address, conn.shard());
        let (connected, wanted) = (table.connected(), table.wanted());
        tracing::debug!(%node, shard, connected, wanted, "connected");
        if connected == wanted {
            self.again = false;
            tracing::debug!(%node, connected, "all connections are there");
        }
        self.publish(table);
        self.watch(conn);
    }

    /// A connection to a shard that has one: it is held while shards are missing and the server chooses.
    fn spare(&mut self, conn: Arc<Conn>, table: &Table) {
        let limit = usize::from(self.config.excess) * table.shards();
        if self.sought(table) == 0 || self.shard_aware_port(table).is_some() {
            self.waste(&conn);
        } else if self.excess.len() < limit {
            self.excess.push(conn);
        } else {
            tracing::warn!(
                node = %self.shared.target.address,
                missing = table.missing(),
                again_in = ?self.config.detour,
                "the server gives no connections to some of its shards; trying again later"
            );
            self.drop_excess();
            self.waste(&conn);
            let until = Instant::now() + self.config.detour;
            self.resigned = Some((table.missing(), until));
        }
    }

    fn watch(&mut self, conn: Arc<Conn>) {
        let since = Instant::now();
        self.departures.push(Box::pin(async move {
            conn.closing().await;
            let lived = since.elapsed();
            Departed { conn, lived }
        }));
    }

    /// A connection takes no more requests: its slot is to be filled again.
    pub(super) fn departed(&mut self, departed: Departed) {
        let Some(table) = self.shared.table.load().without(&departed.conn) else {
            return;
        };
        self.lost(&departed, &table);
        self.again = true;
        if table.connected() == 0 {
            self.node_lost();
        }
        if departed.lived >= self.backoff.lasting() {
            self.backoff.reset();
        } else {
            // A server that accepts and hangs up is not asked at full speed.
            self.backoff.relapse();
            self.rest();
        }
        // One that was too many may be just what is missing now.
        let spare = self.excess.iter().find_map(|conn| {
            let table = conn.is_open().then(|| table.with(conn))??;
            Some((Arc::clone(conn), table))
        });
        match spare {
            Some((conn, table)) => {
                self.excess.retain(|other| !Arc::ptr_eq(other, &conn));
                self.enter(conn, table);
            }
            None => self.publish(table),
        }
    }

    /// Says what was lost and why; why the last connection was lost is why the node is down.
    fn lost(&self, departed: &Departed, table: &Table) {
        let (node, shard) = (self.shared.target.address, departed.conn.shard());
        let cause = departed.conn.end();
        let text = cause
            .as_ref()
            .map_or("closed by this side".to_owned(), |cause| cause.to_string());
        let (lived, connected) = (departed.lived, table.connected());
        tracing::info!(%node, shard, connected, cause = text, ?lived, "a connection was lost");
        let Some(why) = cause else {
            return;
        };
        if connected == 0 || self.convict(&why.to_string(), table) {
            let sent = false;
            self.shared.state.send_modify(|state| {
                state.failure = Some(Failure::Ended { why, sent });
            });
        }
    }

    /// Asks whether the node counts as down because of it. Then its other connections end too.
    fn convict(&self, cause: &str, table: &Table) -> bool {
        let conviction = self.config.conviction.judge(&Loss {
            node: self.shared.target.address,
            cause,
            remaining: table.connected(),
            wanted: table.wanted(),
        });
        match conviction {
            Conviction::Up => {}
            Conviction::Suspect => table.conns().for_each(|conn| conn.probe()),
            Conviction::Down => table.conns().for_each(|conn| conn.start_close()),
        }
        conviction == Conviction::Down
    }

    fn publish(&mut self, table: Table) {
        let table = Arc::new(table);
        // First the table, then the news of it.
        self.shared.table.store(Arc::clone(&table));
        if self.sought(&table) == 0 {
            self.drop_excess();
        }
        self.shared.state.send_modify(|state| {
            state.sharding = table.sharding().copied();
            state.wanted = table.wanted();
            state.connected = table.connected();
        });
    }

    fn drop_excess(&mut self) {
        for conn in std::mem::take(&mut self.excess) {
            self.waste(&conn);
        }
    }

    fn waste(&self, conn: &Conn) {
        self.shared.counters.wasted();
        conn.start_close();
    }
}
