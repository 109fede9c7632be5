//! Scripts of CQL, run without a client.

use scylla_orm_driver::frame::Consistency;
use scylla_orm_driver::frame::response::Event;

use crate::exec::access::User;
use crate::exec::{Context, Outcome};
use crate::failure::Failure;
use crate::parse::script::{self, Part};
use crate::server::Cluster;

/// A script that cannot be run to its end: which statement failed, and what the server says to it.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the script: {message}{}", shown(statement))]
pub struct ScriptError {
    line: usize,
    statement: String,
    message: String,
}

impl ScriptError {
    /// The line where the statement begins, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The text of the statement; empty if the script cannot be cut into statements.
    pub fn statement(&self) -> &str {
        &self.statement
    }

    /// What the imitated server says.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl Cluster {
    /// Runs the statements of `cql` one after another, each ended by `;`, as a client of the first node would: a
    /// schema and some rows for tests. `USE` holds for the statements behind it. Rows that are read are dropped.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use scylla_orm_embedded::Cluster;
    /// let cluster = Cluster::start().await?;
    /// cluster.run_script(
    ///     "CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1};
    ///      USE shop;
    ///      CREATE TABLE orders (id int PRIMARY KEY, total decimal); -- the rest is made by the tests
    ///      INSERT INTO orders (id, total) VALUES (1, 9.99);",
    /// )?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// At the first statement that the server refuses; what stands before it has been done.
    pub fn run_script(&self, cql: &str) -> Result<(), ScriptError> {
        let error = |Part { line, text }: Part<'_>, failure: Failure| ScriptError {
            line,
            statement: text.to_owned(),
            message: failure.message,
        };
        let whole = Part { line: 1, text: "" };
        let parts = script::statements(cql).map_err(|failure| error(whole, failure))?;
        let mut keyspace = None;
        for part in parts {
            self.run_part(part, &mut keyspace)
                .map_err(|failure| error(part, failure))?;
        }
        Ok(())
    }

    fn run_part(&self, part: Part<'_>, keyspace: &mut Option<Box<str>>) -> Result<(), Failure> {
        let plan = self.shared.engine.prepare(part.text, keyspace.as_deref())?;
        if !plan.markers.is_empty() {
            return Err(Failure::invalid("a script has no values for bind markers"));
        }
        let context = Context {
            consistency: Consistency::One.code(),
            keyspace: keyspace.as_deref(),
            user: User::Cluster,
            ..Context::default()
        };
        match self.shared.engine.execute(&plan, &[], &context)? {
            Outcome::SetKeyspace(used) => *keyspace = Some(used),
            Outcome::SchemaChange(applied) => {
                for change in applied.events {
                    // Nobody listens: nobody is told.
                    self.shared.events.send(Event::Schema(change)).ok();
                }
            }
            Outcome::Void { .. } | Outcome::Rows(_) => {}
        }
        Ok(())
    }
}

/// Enough of a statement to find it by.
fn shown(statement: &str) -> String {
    const LONGEST: usize = 60;
    let line = statement.lines().next().unwrap_or_default();
    let start: String = line.chars().take(LONGEST).collect();
    let more = if start.len() < statement.len() {
        "…"
    } else {
        ""
    };
    match start.is_empty() {
        true => String::new(),
        false => format!(", in `{start}{more}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn run(cql: &str) -> Result<(), String> {
        let cluster = Cluster::start().await.unwrap();
        cluster.run_script(cql).map_err(|error| error.to_string())
    }

    const SCHEMA: &str = "CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', \
        'replication_factor': 1};\nUSE k;\nCREATE TABLE t (a int PRIMARY KEY, b text);\n";

    #[tokio::test]
    async fn each_statement_sees_what_those_before_it_did() {
        let script = format!(
            "{SCHEMA}BEGIN BATCH INSERT INTO t (a, b) VALUES (1, 'x;y'); APPLY BATCH;\n\
             INSERT INTO t (a, b) VALUES (1, 'z') IF NOT EXISTS; SELECT * FROM k.t"
        );
        run(&script).await.unwrap();
    }

    #[tokio::test]
    async fn the_first_refused_statement_is_told_with_its_line() {
        for (script, expected) in [
            (
                "USE 'k",
                "line 1 of the script: line 1:6 mismatched character '<EOF>' expecting '''",
            ),
            (
                "\nUSE k",
                "line 2 of the script: Keyspace 'k' does not exist, in `USE k`",
            ),
            (
                &format!("{SCHEMA}INSERT INTO t (b)\nVALUES ('x')"),
                "line 4 of the script: Missing mandatory PRIMARY KEY part a, in `INSERT INTO t (b)…`",
            ),
            (
                &format!("{SCHEMA}SELECT * FROM t WHERE a = ?"),
                "line 4 of the script: a script has no values for bind markers, in `SELECT * FROM t WHERE a = ?`",
            ),
        ] {
            assert_eq!(run(script).await.unwrap_err(), expected, "{script}");
        }
    }
}
