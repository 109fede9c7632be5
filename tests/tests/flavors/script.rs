//! Statements with the answers of both flavors.

use std::fmt::Write;
use std::path::PathBuf;

use scylla_orm_embedded::Flavor;
use tests::transcript::{Columns, differences, replay};

use crate::Server;

/// In the file, the keyspace that a run makes for itself.
const KEYSPACE: &str = "flavors";

/// The file `rows.txt`.
pub struct Script(Vec<Entry>);

/// A line that is no answer, with the answers below it, if it is a statement.
struct Entry {
    line: String,
    scylla: String,
    cassandra: String,
}

impl Script {
    pub fn read() -> Script {
        let mut entries: Vec<Entry> = Vec::new();
        for line in std::fs::read_to_string(path()).unwrap().lines() {
            let (Some(answer), Some(entry)) = (line.strip_prefix("  "), entries.last_mut()) else {
                entries.push(Entry::new(line));
                continue;
            };
            let (scylla, cassandra) = match answer.split_once(": ") {
                Some(("scylla", answer)) => (Some(answer), None),
                Some(("cassandra", answer)) => (None, Some(answer)),
                _ => (Some(answer), Some(answer)),
            };
            for (whose, answer) in [
                (&mut entry.scylla, scylla),
                (&mut entry.cassandra, cassandra),
            ] {
                *whose += &answer.map_or(String::new(), |answer| format!("  {answer}\n"));
            }
        }
        Script(entries)
    }

    /// The differences below which there is a statement.
    pub fn headings(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|e| e.line.strip_prefix("## "))
    }

    /// Those of which a statement is answered differently.
    pub fn differences(&self) -> Vec<&str> {
        let (mut heading, mut shown) = ("", Vec::new());
        for entry in &self.0 {
            heading = entry.line.strip_prefix("## ").unwrap_or(heading);
            if entry.scylla != entry.cassandra {
                shown.push(heading);
            }
        }
        shown
    }

    /// What a server answers otherwise than the script says, which takes these answers on.
    pub async fn check(&mut self, server: &Server) -> String {
        let expected: String = self.0.iter().map(|e| e.said_by(server.flavor)).collect();
        let found = replay(&server.session, &expected, KEYSPACE, Columns::Types).await;
        let mut wrong = String::new();
        for difference in differences(&expected, &found) {
            let found = difference.found.replace("    ", "  ");
            for entry in self.0.iter_mut().filter(|e| e.line == difference.cql) {
                *entry.answer(server.flavor) = found.clone();
            }
            write!(wrong, "{:?}: {difference}", server.flavor).unwrap();
        }
        wrong
    }

    /// Keeps the answers that it has taken on.
    pub fn write(&self) {
        let written: String = self.0.iter().map(Entry::written).collect();
        std::fs::write(path(), written).unwrap();
    }
}

impl Entry {
    fn new(line: &str) -> Entry {
        Entry {
            line: line.to_owned(),
            scylla: String::new(),
            cassandra: String::new(),
        }
    }

    fn answer(&mut self, flavor: Flavor) -> &mut String {
        match flavor {
            Flavor::Scylla => &mut self.scylla,
            Flavor::Cassandra => &mut self.cassandra,
        }
    }

    fn said_by(&self, flavor: Flavor) -> String {
        let answer = match flavor {
            Flavor::Scylla => &self.scylla,
            Flavor::Cassandra => &self.cassandra,
        };
        format!("{}\n{answer}", self.line)
    }

    fn written(&self) -> String {
        let (line, mut lines) = (&self.line, String::new());
        let (scylla, cassandra): (Vec<_>, Vec<_>) = (
            self.scylla.lines().collect(),
            self.cassandra.lines().collect(),
        );
        let both = scylla
            .iter()
            .zip(&cassandra)
            .take_while(|(s, c)| s == c)
            .count();
        for answer in &scylla[..both] {
            writeln!(lines, "{answer}").unwrap();
        }
        for answer in &scylla[both..] {
            writeln!(lines, "  scylla: {}", &answer[2..]).unwrap();
        }
        for answer in &cassandra[both..] {
            writeln!(lines, "  cassandra: {}", &answer[2..]).unwrap();
        }
        format!("{line}\n{lines}")
    }
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/flavors/rows.txt")
}
