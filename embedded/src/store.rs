//! The data: partitions, rows, cells, tombstones.
