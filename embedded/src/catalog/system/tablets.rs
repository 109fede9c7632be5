//! Rows of `system.tablets`: which tablets each table has, and who keeps them.

use crate::catalog::Schema;
use crate::catalog::nodes::View;
use crate::catalog::system::sheet::Sheet;

pub(super) fn tablets(sheet: &mut Sheet<'_>, schema: &Schema, view: View<'_>) {
    let keyspaces = schema.keyspaces.values();
    for table in keyspaces.flat_map(|keyspace| keyspace.tables.values()) {
        let Some(map) = view.tablets.get(&table.id) else {
            continue;
        };
        let count = i32::try_from(map.len()).unwrap_or(i32::MAX);
        for piece in map.pieces() {
            let replicas = piece.tablet.replicas.iter().filter_map(|replica| {
                let host = view.nodes.get(replica.node)?.host_id;
                Some((host, i32::from(replica.shard)))
            });
            sheet
                .line()
                .set("table_id", table.id)
                .set("last_token", piece.tablet.last)
                .set("keyspace_name", &*table.keyspace)
                .set("table_name", &*table.name)
                .set("tablet_count", count)
                .set("resize_type", "none")
                .set("resize_seq_number", 0i64)
                .set("replicas", replicas.collect::<Vec<_>>());
        }
    }
}
