//! Where the connections of a pool go: into their slots, to those held in excess, or away again.

use std::sync::Arc;

use tokio::time::Instant;

use crate::conn::Conn;
use crate::pool::fill::{Departed, Filler};
use crate::pool::table::Table;

impl Filler {
    /// A connection is there: it gets its slot.
    pub(super) fn arrived(&mut self, conn: Arc<Conn>) {
        let table = self.shared.table.load_full();
        let table = match table.fits(&conn) {
            true => table,
            false => self.rebuild(&table, &conn),
        };
        if let Some(table) = table.with(&conn) {
            self.publish(table);
            self.watch(conn);
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
            // Should it change its mind with each connection, it is not asked at full speed.
            self.rest();
        }
        old.conns().for_each(|conn| conn.start_close());
        self.drop_excess();
        Arc::new(Table::of(conn))
    }

    /// A connection to a shard that has one: it is held while shards are missing and the server chooses.
    fn spare(&mut self, conn: Arc<Conn>, table: &Table) {
        let limit = usize::from(self.config.excess) * usize::from(table.wanted());
        if self.sought(table) == 0 || self.shard_aware_port(table).is_some() {
            conn.start_close();
        } else if self.excess.len() < limit {
            self.excess.push(conn);
        } else {
            tracing::warn!(
                address = %self.shared.target.address,
                missing = table.wanted() - table.connected(),
                "the server gives no connections to some of its shards; trying again later"
            );
            self.drop_excess();
            conn.start_close();
            let until = Instant::now() + self.config.detour;
            self.resigned = Some((table.missing().count(), until));
        }
    }

    /// Missing shards that there is hope for.
    pub(super) fn sought(&self, table: &Table) -> usize {
        let resigned = self.resigned.map_or(0, |(shards, _)| shards);
        table.missing().count().saturating_sub(resigned)
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
        if table.connected() == 0 {
            self.plain_until = None;
            self.resigned = None;
        }
        self.publish(table);
        if departed.lived >= self.config.backoff_max {
            self.backoff.reset();
        } else {
            // A server that accepts and hangs up is not asked at full speed.
            self.rest();
        }
    }

    fn publish(&mut self, table: Table) {
        let table = Arc::new(table);
        // First the table, then the news of it.
        self.shared.table.store(Arc::clone(&table));
        self.shared.state.send_modify(|state| {
            state.sharding = table.sharding().copied();
            state.wanted = table.wanted();
            state.connected = table.connected();
        });
        if self.sought(&table) == 0 {
            self.drop_excess();
        }
    }

    pub(super) fn drop_excess(&mut self) {
        self.excess.drain(..).for_each(|conn| conn.start_close());
    }
}
