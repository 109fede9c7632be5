//! What is fuzzed: any text through parser, planner and executor, and any values through plans. Compiled for tests and
//! for `embedded/fuzz` alone.
//!
//! Beyond panics and hangs a target looks for what must hold whatever a client did: each stored value is one of its
//! column's type, and what DESCRIBE shows of the schema makes it again.

#[cfg(test)]
mod long;
mod schema;

use std::sync::Arc;

use scylla_orm_driver::wire::Cell;

use crate::exec::plan::Plan;
use crate::exec::{Context, Engine, Outcome, Rows};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::{parse as parse_statement, script as scripts};

/// Takes any bytes, and panics where something is wrong.
pub type Target = fn(&[u8]);

/// The targets by name.
pub const ALL: [(&str, Target); 3] = [("parse", parse), ("script", script), ("binds", binds)];

const FLAVORS: [Flavor; 2] = [Flavor::Scylla, Flavor::Cassandra];

/// More than these of a script teach nothing.
const STATEMENTS: usize = 40;

/// Reads text as a statement and as a script.
pub fn parse(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for flavor in FLAVORS {
        parse_statement(&text, flavor).ok();
    }
    for part in scripts::statements(&text).unwrap_or_default() {
        let found = text.lines().nth(part.line - 1).unwrap_or_default();
        let begins = part.text.lines().next().unwrap_or_default();
        assert!(found.contains(begins), "line {}: {begins}", part.line);
    }
}

/// Runs a script on a small schema with some rows. The first byte chooses flavor, size of pages, and what markers get.
pub fn script(data: &[u8]) {
    let Some((&choice, text)) = data.split_first() else {
        return;
    };
    let server = schema::Server::new(flavor(choice));
    let text = String::from_utf8_lossy(text);
    let mut keyspace: Option<Box<str>> = Some("k".into());
    let parts = scripts::statements(&text).unwrap_or_default();
    for part in parts.iter().take(STATEMENTS) {
        let context = context(choice, keyspace.as_deref());
        let cell = [Cell::Null, Cell::Unset][usize::from(choice >> 2 & 1)];
        let outcome = server
            .engine
            .prepare(part.text, keyspace.as_deref())
            .and_then(|plan| {
                let values = vec![cell; plan.markers.len()];
                run(&server.engine, &plan, &values, context)
            });
        if let Ok(Some(used)) = outcome {
            keyspace = Some(used);
        }
    }
    server.check();
}

/// Runs a prepared statement of the small schema with values: the first byte chooses flavor and size of pages, the second
/// the statement; then a byte for each value: null, unset or its length.
pub fn binds(data: &[u8]) {
    let [choice, statement, rest @ ..] = data else {
        return;
    };
    let server = schema::Server::new(flavor(*choice));
    let statements = schema::PREPARED;
    let text = statements[usize::from(*statement) % statements.len()];
    let plan = server.engine.prepare(text, Some("k")).expect(text);
    let mut rest = rest;
    let values: Vec<Cell<'_>> = plan.markers.iter().map(|_| cell(&mut rest)).collect();
    let context = Context {
        // What is left is where the page before is said to have ended.
        paging_state: (!rest.is_empty()).then_some(rest),
        ..context(*choice, Some("k"))
    };
    run(&server.engine, &plan, &values, context).ok();
    server.check();
}

fn flavor(choice: u8) -> Flavor {
    FLAVORS[usize::from(choice & 1)]
}

fn context(choice: u8, keyspace: Option<&str>) -> Context<'_> {
    Context {
        consistency: 1,
        page_size: (choice & 2 != 0).then_some(i32::from(choice >> 3) + 1),
        keyspace,
        ..Context::default()
    }
}

/// The next value: of no more than 253 bytes.
fn cell<'d>(data: &mut &'d [u8]) -> Cell<'d> {
    let Some((&control, rest)) = data.split_first() else {
        return Cell::Unset;
    };
    *data = rest;
    match control {
        0 => Cell::Null,
        1 => Cell::Unset,
        length => {
            let length = usize::from(length - 2).min(rest.len());
            let (value, rest) = rest.split_at(length);
            *data = rest;
            Cell::Value(value)
        }
    }
}

/// Runs a plan to the last page of its rows. The keyspace that it uses from now on, if it says so.
fn run(
    engine: &Engine,
    plan: &Arc<Plan>,
    values: &[Cell<'_>],
    context: Context<'_>,
) -> Result<Option<Box<str>>, Failure> {
    let mut outcome = engine.execute(plan, values, &context)?;
    // No table has as many rows as this has pages.
    for _ in 0..1000 {
        match outcome {
            Outcome::SetKeyspace(used) => return Ok(Some(used)),
            Outcome::Void { .. } | Outcome::SchemaChange(_) => return Ok(None),
            Outcome::Rows(rows) => {
                check(&rows);
                let Some(state) = rows.paging_state else {
                    return Ok(None);
                };
                let context = Context {
                    paging_state: Some(&state),
                    ..context
                };
                outcome = engine.execute(plan, values, &context)?;
            }
        }
    }
    panic!("a select that has no last page");
}

/// Each value is one of its column's type.
fn check(rows: &Rows) {
    for row in &rows.rows {
        assert_eq!(row.len(), rows.columns.len());
        for (column, value) in rows.columns.iter().zip(row) {
            if let Some(value) = value {
                let valid = column.ty.validate(value);
                assert!(valid.is_ok(), "{}: {value:02x?}: {valid:?}", column.name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::{fs, io};

    use super::*;

    /// The bytes of a line as `escape_ascii` writes them.
    fn unescaped(line: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut rest = line.as_bytes();
        while let [first, behind @ ..] = rest {
            let (byte, behind) = match (first, behind) {
                (b'\\', [b'x', high, low, behind @ ..]) => {
                    let digits = [*high, *low];
                    let digits = std::str::from_utf8(&digits).expect("hexadecimal digits");
                    (u8::from_str_radix(digits, 16).expect("two digits"), behind)
                }
                (b'\\', [b'n', behind @ ..]) => (b'\n', behind),
                (b'\\', [b'r', behind @ ..]) => (b'\r', behind),
                (b'\\', [b't', behind @ ..]) => (b'\t', behind),
                (b'\\', [same, behind @ ..]) => (*same, behind),
                _ => (*first, behind),
            };
            bytes.push(byte);
            rest = behind;
        }
        bytes
    }

    #[test]
    fn every_kept_input_comes_back() -> io::Result<()> {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
        for (name, run) in ALL {
            let path = corpus.join(format!("{name}.txt"));
            let text = fs::read_to_string(&path)?;
            for (n, line) in text.lines().enumerate() {
                let data = unescaped(line);
                let outcome = std::panic::catch_unwind(|| run(&data));
                assert!(outcome.is_ok(), "{}:{}: {line}", path.display(), n + 1);
            }
            assert!(text.lines().count() > 10, "{}", path.display());
        }
        Ok(())
    }
}
