//! What a statement does: plans, reads, writes, changes of the schema.

mod ddl;
