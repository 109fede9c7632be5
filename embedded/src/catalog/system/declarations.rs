//! What the system keyspaces declare, as CQL.

use crate::catalog::keyspace::Replication;
use crate::flavor::Flavor;

/// Cassandra's keyspace that lists the virtual ones, itself among them; `system_schema` does not.
pub(in crate::catalog) const VIRTUAL: &str = "system_virtual_schema";

/// Name, replication and tables of each system keyspace.
pub(super) fn of(flavor: Flavor) -> Vec<(&'static str, Replication, String)> {
    let everywhere = || flavor.pick(Replication::Everywhere, Replication::Simple(3));
    let text = |parts: &[&str]| parts.concat();
    let mut keyspaces = vec![
        ("system_distributed", everywhere(), String::new()),
        ("system_traces", Replication::Simple(2), text(&[TRACES])),
    ];
    match flavor {
        Flavor::Scylla => {
            keyspaces.push((
                "system",
                Replication::Local,
                text(&[SYSTEM, SCYLLA_SYSTEM, ROLES, SCYLLA_ROLES]),
            ));
            let schema = text(&[SCHEMA, SCYLLA_SCHEMA]);
            keyspaces.push(("system_schema", Replication::Local, schema));
        }
        Flavor::Cassandra => {
            let system = text(&[SYSTEM, CASSANDRA_SYSTEM, PEERS_V2]);
            keyspaces.push(("system", Replication::Local, system));
            let schema = text(&[SCHEMA, CASSANDRA_SCHEMA]);
            keyspaces.push(("system_schema", Replication::Local, schema));
            keyspaces.push((
                "system_auth",
                Replication::Simple(1),
                text(&[ROLES, CASSANDRA_ROLES]),
            ));
            keyspaces.push((VIRTUAL, Replication::Local, text(&[VIRTUAL_SCHEMA])));
        }
    }
    keyspaces
}

const SYSTEM: &str = "
CREATE TABLE built_views (keyspace_name text, view_name text, status_replicated boolean,
    PRIMARY KEY (keyspace_name, view_name));
CREATE TABLE \"IndexInfo\" (table_name text, index_name text, value blob, PRIMARY KEY (table_name, index_name));
CREATE TABLE size_estimates (keyspace_name text, table_name text, range_start text, range_end text,
    mean_partition_size bigint, partitions_count bigint,
    PRIMARY KEY (keyspace_name, table_name, range_start, range_end));
";

const SCYLLA_SYSTEM: &str = "
CREATE TABLE local (key text PRIMARY KEY, bootstrapped text, broadcast_address inet, cluster_name text,
    cql_version text, data_center text, gossip_generation int, host_id uuid, listen_address inet,
    native_protocol_version text, partitioner text, rack text, release_version text, rpc_address inet,
    schema_version uuid, scylla_cpu_sharding_algorithm text, scylla_msb_ignore int, scylla_nr_shards int,
    supported_features text, thrift_version text, tokens set<text>, truncated_at map<uuid, blob>);
CREATE TABLE peers (peer inet PRIMARY KEY, data_center text, host_id uuid, preferred_ip inet, rack text,
    release_version text, rpc_address inet, schema_version uuid, supported_features text, tokens set<text>);
CREATE TABLE versions (key text PRIMARY KEY, build_id text, build_mode text, version text);
CREATE TABLE scylla_local (key text PRIMARY KEY, value text);
CREATE TABLE tablets (table_id uuid, last_token bigint, base_table uuid STATIC, keyspace_name text STATIC,
    resize_seq_number bigint STATIC, resize_type text STATIC, table_name text STATIC, tablet_count int STATIC,
    new_replicas frozen<list<frozen<tuple<uuid, int>>>>, repair_time timestamp,
    replicas frozen<list<frozen<tuple<uuid, int>>>>, session uuid, stage text, transition text,
    PRIMARY KEY (table_id, last_token));
CREATE TABLE clients (address inet, port int, client_type text, client_options frozen<map<text, text>>,
    connection_stage text, driver_name text, driver_version text, hostname text, protocol_version int,
    scheduling_group text, shard_id int, ssl_cipher_suite text, ssl_enabled boolean, ssl_protocol text,
    username text, PRIMARY KEY (address, port, client_type));
";

const CASSANDRA_SYSTEM: &str = "
CREATE TABLE local (key text PRIMARY KEY, bootstrapped text, broadcast_address inet, broadcast_port int,
    cluster_name text, cql_version text, data_center text, gossip_generation int, host_id uuid,
    listen_address inet, listen_port int, native_protocol_version text, partitioner text, rack text,
    release_version text, rpc_address inet, rpc_port int, schema_version uuid, tokens set<text>,
    truncated_at map<uuid, blob>);
CREATE TABLE peers (peer inet PRIMARY KEY, data_center text, host_id uuid, preferred_ip inet, rack text,
    release_version text, rpc_address inet, schema_version uuid, tokens set<text>);
";

pub(super) const PEERS_V2: &str = "
CREATE TABLE peers_v2 (peer inet, peer_port int, data_center text, host_id uuid, native_address inet,
    native_port int, preferred_ip inet, preferred_port int, rack text, release_version text,
    schema_version uuid, tokens set<text>, PRIMARY KEY (peer, peer_port))
";

/// In `system_auth` of Cassandra, and since version 6 of ScyllaDB in `system`.
const ROLES: &str = "
CREATE TABLE roles (role text PRIMARY KEY, can_login boolean, is_superuser boolean, member_of set<text>,
    salted_hash text);
CREATE TABLE role_members (role text, member text, PRIMARY KEY (role, member));
CREATE TABLE role_permissions (role text, resource text, permissions set<text>, PRIMARY KEY (role, resource));
";

const SCYLLA_ROLES: &str = "
CREATE TABLE role_attributes (role text, name text, value text, PRIMARY KEY (role, name));
";

/// Its misspelt name is Cassandra's own.
const CASSANDRA_ROLES: &str = "
CREATE TABLE resource_role_permissons_index (resource text, role text, PRIMARY KEY (resource, role));
CREATE TABLE network_permissions (role text PRIMARY KEY, dcs frozen<set<text>>);
CREATE TABLE identity_to_role (identity text PRIMARY KEY, role text);
CREATE TABLE cidr_groups (cidr_group text PRIMARY KEY, cidrs frozen<set<frozen<tuple<inet, smallint>>>>);
CREATE TABLE cidr_permissions (role text PRIMARY KEY, cidr_groups frozen<set<text>>);
";

const TRACES: &str = "
CREATE TABLE sessions (session_id uuid PRIMARY KEY, client inet, command text, coordinator inet, duration int,
    parameters map<text, text>, request text, started_at timestamp);
CREATE TABLE events (session_id uuid, event_id timeuuid, activity text, source inet, source_elapsed int,
    thread text, PRIMARY KEY (session_id, event_id))
";

const SCHEMA: &str = "
CREATE TABLE keyspaces (keyspace_name text PRIMARY KEY, durable_writes boolean,
    replication frozen<map<text, text>>);
CREATE TABLE columns (keyspace_name text, table_name text, column_name text, clustering_order text,
    column_name_bytes blob, kind text, position int, type text,
    PRIMARY KEY (keyspace_name, table_name, column_name));
CREATE TABLE indexes (keyspace_name text, table_name text, index_name text, kind text,
    options frozen<map<text, text>>, PRIMARY KEY (keyspace_name, table_name, index_name));
CREATE TABLE types (keyspace_name text, type_name text, field_names frozen<list<text>>,
    field_types frozen<list<text>>, PRIMARY KEY (keyspace_name, type_name));
CREATE TABLE functions (keyspace_name text, function_name text, argument_types frozen<list<text>>,
    argument_names frozen<list<text>>, body text, called_on_null_input boolean, language text,
    return_type text, PRIMARY KEY (keyspace_name, function_name, argument_types));
CREATE TABLE aggregates (keyspace_name text, aggregate_name text, argument_types frozen<list<text>>,
    final_func text, initcond text, return_type text, state_func text, state_type text,
    PRIMARY KEY (keyspace_name, aggregate_name, argument_types));
CREATE TABLE triggers (keyspace_name text, table_name text, trigger_name text,
    options frozen<map<text, text>>, PRIMARY KEY (keyspace_name, table_name, trigger_name));
CREATE TABLE dropped_columns (keyspace_name text, table_name text, column_name text,
    dropped_time timestamp, kind text, type text, PRIMARY KEY (keyspace_name, table_name, column_name));
";

const SCYLLA_SCHEMA: &str = "
CREATE TABLE tables (keyspace_name text, table_name text, bloom_filter_fp_chance double,
    caching frozen<map<text, text>>, comment text, compaction frozen<map<text, text>>,
    compression frozen<map<text, text>>, crc_check_chance double, dclocal_read_repair_chance double,
    default_time_to_live int, extensions frozen<map<text, blob>>, flags frozen<set<text>>,
    gc_grace_seconds int, id uuid, max_index_interval int, memtable_flush_period_in_ms int,
    min_index_interval int, read_repair_chance double, speculative_retry text,
    PRIMARY KEY (keyspace_name, table_name));
CREATE TABLE views (keyspace_name text, view_name text, base_table_id uuid, base_table_name text,
    bloom_filter_fp_chance double, caching frozen<map<text, text>>, comment text,
    compaction frozen<map<text, text>>, compression frozen<map<text, text>>, crc_check_chance double,
    dclocal_read_repair_chance double, default_time_to_live int, extensions frozen<map<text, blob>>,
    gc_grace_seconds int, id uuid, include_all_columns boolean, max_index_interval int,
    memtable_flush_period_in_ms int, min_index_interval int, read_repair_chance double,
    speculative_retry text, where_clause text, PRIMARY KEY (keyspace_name, view_name));
CREATE TABLE scylla_keyspaces (keyspace_name text PRIMARY KEY, initial_tablets int,
    storage_options frozen<map<text, text>>, storage_type text);
CREATE TABLE scylla_tables (keyspace_name text, table_name text, cdc frozen<map<text, text>>,
    committed_by_group0 boolean, in_memory boolean, partitioner text, tablets frozen<map<text, text>>,
    version uuid, PRIMARY KEY (keyspace_name, table_name));
CREATE TABLE scylla_aggregates (keyspace_name text, aggregate_name text,
    argument_types frozen<list<text>>, reduce_func text, state_type text,
    PRIMARY KEY (keyspace_name, aggregate_name, argument_types));
CREATE TABLE view_virtual_columns (keyspace_name text, view_name text, column_name text,
    clustering_order text, column_name_bytes blob, kind text, position int, type text,
    PRIMARY KEY (keyspace_name, view_name, column_name));
CREATE TABLE computed_columns (keyspace_name text, table_name text, column_name text, computation blob,
    PRIMARY KEY (keyspace_name, table_name, column_name));
";

const CASSANDRA_SCHEMA: &str = "
CREATE TABLE tables (keyspace_name text, table_name text, additional_write_policy text,
    allow_auto_snapshot boolean, bloom_filter_fp_chance double, caching frozen<map<text, text>>,
    cdc boolean, comment text, compaction frozen<map<text, text>>, compression frozen<map<text, text>>,
    crc_check_chance double, dclocal_read_repair_chance double, default_time_to_live int,
    extensions frozen<map<text, blob>>, flags frozen<set<text>>, gc_grace_seconds int, id uuid,
    incremental_backups boolean, max_index_interval int, memtable text, memtable_flush_period_in_ms int,
    min_index_interval int, read_repair text, read_repair_chance double, speculative_retry text,
    PRIMARY KEY (keyspace_name, table_name));
CREATE TABLE views (keyspace_name text, view_name text, additional_write_policy text,
    allow_auto_snapshot boolean, base_table_id uuid, base_table_name text, bloom_filter_fp_chance double,
    caching frozen<map<text, text>>, cdc boolean, comment text, compaction frozen<map<text, text>>,
    compression frozen<map<text, text>>, crc_check_chance double, dclocal_read_repair_chance double,
    default_time_to_live int, extensions frozen<map<text, blob>>, gc_grace_seconds int, id uuid,
    include_all_columns boolean, incremental_backups boolean, max_index_interval int, memtable text,
    memtable_flush_period_in_ms int, min_index_interval int, read_repair text, read_repair_chance double,
    speculative_retry text, where_clause text, PRIMARY KEY (keyspace_name, view_name));
CREATE TABLE column_masks (keyspace_name text, table_name text, column_name text, function_argument_nulls
    frozen<list<boolean>>, function_argument_types frozen<list<text>>, function_argument_values
    frozen<list<text>>, function_keyspace text, function_name text,
    PRIMARY KEY (keyspace_name, table_name, column_name));
";

const VIRTUAL_SCHEMA: &str = "
CREATE TABLE keyspaces (keyspace_name text PRIMARY KEY);
CREATE TABLE tables (keyspace_name text, table_name text, comment text,
    PRIMARY KEY (keyspace_name, table_name));
CREATE TABLE columns (keyspace_name text, table_name text, column_name text, clustering_order text,
    column_name_bytes blob, kind text, position int, type text,
    PRIMARY KEY (keyspace_name, table_name, column_name))
";
