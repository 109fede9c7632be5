//! The tables of `system_schema` as they were read, and their rows by keyspace.

use std::collections::HashMap;

use bytes::Bytes;
use futures_util::future::try_join_all;

use crate::cluster::ask::Asker;
use crate::cluster::record::{Record, records};
use crate::error::{Error, Result};
use crate::frame::response::{Metadata, Rows};
use crate::value::Fault;

use super::Complaints;

/// What is to be described.
#[derive(Debug, Clone, Copy)]
pub(super) enum Of<'a> {
    All,
    Keyspace(&'a str),
    /// The one of that name, with all types and indexes of its keyspace: a view that backs an index of another table is
    /// known by that index alone.
    Table(&'a str, &'a str),
}

/// The tables that are read: the column that names what a row is about, and whether a server may lack the table.
const SHEETS: [(&str, Option<&str>, bool); 8] = [
    ("keyspaces", None, false),
    ("types", None, false),
    ("tables", Some("table_name"), false),
    ("columns", Some("table_name"), false),
    ("indexes", None, false),
    ("views", Some("view_name"), true),
    ("functions", None, true),
    ("aggregates", None, true),
];

/// The rows of each table.
#[derive(Debug)]
pub(super) struct Sheets(Vec<(&'static str, Rows)>);

/// The same rows by table and keyspace.
#[derive(Debug)]
pub(super) struct Sorted<'a> {
    rows: HashMap<(&'static str, String), Vec<Record<'a>>>,
    pub(super) complaints: Complaints,
}

impl Sheets {
    /// Asks for all of them at once.
    pub(super) async fn read(asker: &Asker, of: Of<'_>) -> Result<Sheets> {
        let sheets = SHEETS.iter().map(async |(table, name, optional)| {
            let rows = match (of, name) {
                // Whoever asks for a table does not ask for these.
                (Of::Table(..), _)
                    if matches!(*table, "keyspaces" | "functions" | "aggregates") =>
                {
                    Ok(nothing())
                }
                _ => select(asker, table, *name, of).await,
            };
            let rows = match rows {
                Err(error) if *optional && error.is_invalid() => nothing(),
                other => other?,
            };
            Ok::<_, Error>((*table, rows))
        });
        Ok(Sheets(try_join_all(sheets).await?))
    }

    pub(super) fn sorted(&self) -> Result<Sorted<'_>, Fault> {
        let mut sorted = Sorted {
            rows: HashMap::new(),
            complaints: Vec::new(),
        };
        for (table, rows) in &self.0 {
            for record in records(rows)? {
                match record.read::<String>("keyspace_name") {
                    Some(keyspace) => {
                        let of_keyspace = sorted.rows.entry((table, keyspace));
                        of_keyspace.or_default().push(record);
                    }
                    None => {
                        let complaint =
                            format!("a row of system_schema.{table} has no keyspace_name");
                        sorted.complaints.push(complaint.into());
                    }
                }
            }
        }
        Ok(sorted)
    }
}

impl<'a> Sorted<'a> {
    /// The rows of a table about a keyspace, taken out.
    pub(super) fn take(&mut self, table: &'static str, keyspace: &str) -> Vec<Record<'a>> {
        self.rows
            .remove(&(table, keyspace.to_owned()))
            .unwrap_or_default()
    }

    /// The rows of the keyspaces themselves, taken out: one each, by name.
    pub(super) fn keyspaces(&mut self) -> Vec<Record<'a>> {
        let of_keyspaces = self.rows.extract_if(|(table, _), _| *table == "keyspaces");
        let mut named: Vec<_> = of_keyspaces
            .filter_map(|((_, name), mut rows)| Some((name, rows.pop()?)))
            .collect();
        named.sort_by(|a, b| a.0.cmp(&b.0));
        named.into_iter().map(|(_, record)| record).collect()
    }
}

async fn select(asker: &Asker, table: &str, name_column: Option<&str>, of: Of<'_>) -> Result<Rows> {
    let all = format!("SELECT * FROM system_schema.{table}");
    match (of, name_column) {
        (Of::All, _) => asker.ask(&all, ()).await,
        (Of::Table(keyspace, name), Some(column)) => {
            let one = format!("{all} WHERE keyspace_name = ? AND {column} = ?");
            asker.ask(&one, (keyspace, name)).await
        }
        (Of::Keyspace(keyspace) | Of::Table(keyspace, _), _) => {
            let one = format!("{all} WHERE keyspace_name = ?");
            asker.ask(&one, (keyspace,)).await
        }
    }
}

fn nothing() -> Rows {
    Rows {
        metadata: Metadata::new(Vec::new().into()),
        count: 0,
        body: Bytes::new(),
    }
}
