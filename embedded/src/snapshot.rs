//! Snapshots: what a cluster knows, in a directory, and back.
//!
//! # The format, version 1
//!
//! ```text
//! MANIFEST       first line `scylla-orm-embedded snapshot 1`, second `flavor scylla` or `flavor cassandra`,
//!                then one line per file: `file CRC32 LENGTH PATH`, the sum in hexadecimal; last `end CRC32`, the
//!                sum of the lines before
//! schema.cql     keyspaces, types, tables, indexes and views, as DESCRIBE SCHEMA WITH INTERNALS gives them
//! roles.cql      roles and what was granted to them, passwords as hashes
//! data/N.rows    the data of one table
//! ```
//!
//! The data of a table begins with the names of the keyspace, of the table and of its columns, and then has each partition: its key, its tombstones,
//! its static row and its rows, with the timestamp of each value and when it expires. Numbers are big-endian; what has a length begins
//! with it, in four bytes. Columns that were dropped are left out, and so is what materialized views have, which is made
//! again.

mod bytes;
mod data;
mod error;
mod manifest;
mod roles;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::catalog::table::Table;
use crate::catalog::{Schema, describe};
use crate::exec::access::{Access, User};
use crate::exec::{Context, Engine, EngineConfig};
use crate::parse::script;
use crate::parse::syntax::describe::{Describe, What};
use crate::snapshot::manifest::Manifest;

pub use error::SnapshotError;

const SCHEMA: &str = "schema.cql";
const ROLES: &str = "roles.cql";

/// Writes a snapshot. The directory is made; one that holds a snapshot is replaced, any other must be empty.
///
/// # Errors
/// If files cannot be written, or something else is there. What was there is there still.
pub(crate) fn save(engine: &Engine, directory: &Path) -> Result<(), SnapshotError> {
    manifest::may_replace(directory)?;
    let partial = beside(directory);
    if partial.exists() {
        fs::remove_dir_all(&partial).map_err(|e| SnapshotError::io(&partial, &e))?;
    }
    let mut manifest = Manifest::new(engine.config().flavor);
    for (path, content) in files(engine)? {
        manifest.write(&partial, &path, &content)?;
    }
    manifest.finish(&partial)?;
    if directory.exists() {
        fs::remove_dir_all(directory).map_err(|e| SnapshotError::io(directory, &e))?;
    }
    fs::rename(&partial, directory).map_err(|e| SnapshotError::io(directory, &e))
}

/// Where it is written before it is whole.
fn beside(directory: &Path) -> PathBuf {
    let mut name = directory.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.partial", std::process::id()));
    directory.with_file_name(name)
}

/// Path and content of each file but the manifest.
fn files(engine: &Engine) -> Result<Vec<(String, Vec<u8>)>, SnapshotError> {
    let roles = roles::script(&engine.roles());
    engine.with_data(|schema, store, view| {
        let everything = Describe {
            what: What::Schema { full: false },
            internals: true,
        };
        let (_, rows) = describe::describe(&everything, schema, None, view)
            .map_err(|failure| SnapshotError::new(Path::new(SCHEMA), failure.message))?;
        let statements = rows.into_iter().filter_map(|row| row.into_iter().nth(3)?);
        let mut text: Vec<u8> = Vec::new();
        for statement in statements {
            text.extend(statement);
            text.extend(b"\n\n");
        }
        let mut files = vec![
            (SCHEMA.to_owned(), text),
            (ROLES.to_owned(), roles.into_bytes()),
        ];
        for (path, table) in tables(schema) {
            files.push((path, data::encode(table, store.table(table.id))));
        }
        Ok(files)
    })
}

/// The tables whose data is kept, each with its file: the same ones in the same order for the same schema.
fn tables(schema: &Schema) -> impl Iterator<Item = (String, &Arc<Table>)> {
    let keyspaces = schema.keyspaces.values().filter(|k| !k.is_system());
    let tables = keyspaces.flat_map(|keyspace| keyspace.tables.values());
    let kept = tables.filter(|table| table.view.is_none() && !table.is_virtual);
    (1..)
        .zip(kept)
        .map(|(number, table): (usize, _)| (format!("data/{number}.rows"), table))
}

/// Reads a snapshot, and puts it in the place of all that the cluster has.
///
/// # Errors
/// If it is not whole, is of another version or flavour, or does not fit the cluster. Nothing has changed then.
pub(crate) fn load(engine: &Engine, directory: &Path) -> Result<(), SnapshotError> {
    let manifest = Manifest::read(directory)?;
    manifest.expect(engine.config().flavor)?;
    let fresh = Engine::new(engine.config().clone());
    fresh.set_nodes(engine.placement().nodes.clone());
    run(&fresh, &manifest, SCHEMA)?;
    let schema = fresh.schema();
    for (path, table) in tables(&schema) {
        let changes = data::decode(table, &manifest.content(&path)?);
        let changes = changes.map_err(|why| SnapshotError::new(&manifest.path(&path), why))?;
        fresh.put(table.id, changes);
    }
    // A role of its own kind of cluster, where everything can be granted.
    let guarded = Engine::new(EngineConfig {
        access: Access {
            authentication: true,
            authorization: true,
        },
        ..engine.config().clone()
    });
    guarded.adopt_schema(&fresh);
    guarded.set_roles(crate::catalog::roles::Roles::default());
    run(&guarded, &manifest, ROLES)?;
    fresh.add_roles(&guarded.roles());
    engine.adopt(fresh);
    Ok(())
}

/// Runs the statements of a file.
fn run(engine: &Engine, manifest: &Manifest, path: &str) -> Result<(), SnapshotError> {
    let error = |why: String| SnapshotError::new(&manifest.path(path), why);
    let text = String::from_utf8(manifest.content(path)?);
    let text = text.map_err(|_| error("it is not UTF-8".to_owned()))?;
    let parts = script::statements(&text).map_err(|failure| error(failure.message))?;
    for part in parts {
        let context = Context {
            consistency: 1,
            user: User::Cluster,
            ..Context::default()
        };
        let run = engine
            .prepare(part.text, None)
            .and_then(|plan| engine.execute(&plan, &[], &context));
        run.map_err(|failure| error(format!("line {}: {}", part.line, failure.message)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
