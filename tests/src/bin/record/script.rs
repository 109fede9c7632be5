//! What is asked of the server: one script for each part of the protocol.

use std::io;

use crate::client::Client;

mod errors;
mod greeting;
mod results;
mod schema;
mod types;

/// A script.
pub(crate) type Script = fn(&mut Client) -> io::Result<()>;

/// All of them by name.
pub(crate) const ALL: [(&str, Script); 5] = [
    ("greeting", greeting::run),
    ("schema", schema::run),
    ("types", types::run),
    ("results", results::run),
    ("errors", errors::run),
];

/// Makes a keyspace anew, outside the record of what is asked in it.
fn keyspace(client: &mut Client, name: &str) -> io::Result<()> {
    client.query(&format!("DROP KEYSPACE IF EXISTS {name}"))?;
    client.query(&format!(
        "CREATE KEYSPACE {name} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}"
    ))?;
    Ok(())
}
