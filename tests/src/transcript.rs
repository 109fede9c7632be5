//! Statements and what a cluster answers, as text that can be kept and compared.
//!
//! A script has a statement a line, the answer below it, indented, and comments behind `#`. A word before a statement says
//! how it is sent: `PREPARE` shows its markers and columns instead of executing it, `PAGES n` shows its answer in pages of
//! so many rows, `RESULT` what kind of answer it is and what it warns of.

use scylla_orm::driver::session::Answer;
use scylla_orm::driver::statement::Statement;
use scylla_orm::driver::value::{Column, Row};
use scylla_orm::driver::{Error, ErrorKind, Session};

use crate::poll::written;

/// What is shown of a result's columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// Their names.
    Names,
    /// Their names and types.
    Types,
}

/// The script with the answers that `session` gives, run in a keyspace of its own, which has the name `keyspace` in the
/// script.
///
/// # Panics
/// If the keyspace cannot be made.
pub async fn replay(session: &Session, script: &str, keyspace: &str, columns: Columns) -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    let own = format!("{keyspace}_{}", &random[..8]);
    let create = format!(
        "CREATE KEYSPACE {own} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}"
    );
    session.query(create.as_str(), ()).await.unwrap();
    let mut found = String::new();
    for line in script.lines().filter(|line| !line.starts_with("  ")) {
        found += &format!("{line}\n");
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // Plain and conditional writes follow one another here.
        let answer = written(answer(session, &line.replace(keyspace, &own), columns)).await;
        for line in answer.replace(&own, keyspace).lines() {
            found += &format!("  {line}\n");
        }
    }
    let drop = format!("DROP KEYSPACE {own}");
    session.query(drop.as_str(), ()).await.unwrap();
    found
}

/// Whether the cluster answers as it was recorded: one node. Between several, Cassandra brings a view up to date after the
/// write has been answered, and fails to select a slice of a collection that another node reads.
pub fn can_be_replayed(session: &Session) -> bool {
    let one = session.topology().nodes().len() == 1;
    if !one {
        println!("not replayed: what was recorded is what one node answers");
    }
    one
}

/// What `session` answers to a line of a script.
pub async fn answer(session: &Session, line: &str, columns: Columns) -> String {
    let shown = if let Some(cql) = line.strip_prefix("PREPARE ") {
        prepared(session, cql).await
    } else if let Some((size, cql)) = paged(line) {
        pages(session, cql, size, columns).await
    } else if let Some(cql) = line.strip_prefix("RESULT ") {
        session.query(cql, ()).await.map(|answer| kind(&answer))
    } else {
        let answer = session.query(line, ()).await;
        answer.map(|answer| rows(&answer, columns))
    };
    shown.unwrap_or_else(|error| refusal(&error))
}

fn paged(line: &str) -> Option<(u32, &str)> {
    let (size, cql) = line.strip_prefix("PAGES ")?.split_once(' ')?;
    Some((size.parse().ok()?, cql))
}

/// The pages of a result, with a line between them.
async fn pages(session: &Session, cql: &str, size: u32, columns: Columns) -> Result<String, Error> {
    let statement = Statement::new(cql).page_size(size);
    let mut pages = session.query_pages(statement, ()).await?;
    let mut shown = Vec::new();
    while let Some(page) = pages.next().await? {
        shown.push(rows(&page, columns));
    }
    Ok(shown.join("\n--\n"))
}

async fn prepared(session: &Session, cql: &str) -> Result<String, Error> {
    let prepared = session.prepare(cql).await?;
    let key = prepared.partition_key();
    let markers = header(prepared.markers(), Columns::Types);
    let columns = header(&prepared.columns(), Columns::Types);
    let shown = format!("markers: {markers}; key: {key:?}\n{columns}");
    Ok(one_spelling(&shown))
}

/// What kind of answer it is, and its warnings.
fn kind(answer: &Answer) -> String {
    let kind = match (answer.schema_change(), answer.rows()) {
        (Some(change), _) => format!("{:?} {:?}", change.kind, change.target),
        (None, Some(_)) => "rows".to_owned(),
        (None, None) => "void".to_owned(),
    };
    let warnings = answer.warnings().iter();
    let warnings = warnings.map(|warning| format!("\nwarning: {warning}"));
    kind + &warnings.collect::<String>()
}

/// The columns and rows of an answer; nothing if it has none.
pub fn rows(answer: &Answer, columns: Columns) -> String {
    if answer.rows().is_none() {
        return String::new();
    }
    let mut lines = vec![header(answer.columns(), columns)];
    for row in answer.all_as::<Row>().unwrap() {
        let cells = (0..row.columns().len()).map(|at| match row.value(at) {
            Ok(Some(value)) => value.to_string(),
            Ok(None) => "null".to_owned(),
            // Cassandra's lists of `writetime` and `ttl` may hold null, which the driver has no value for.
            Err(error) => error.to_string(),
        });
        lines.push(cells.collect::<Vec<_>>().join(" | "));
    }
    one_spelling(&lines.join("\n"))
}

fn header(columns: &[Column], shown: Columns) -> String {
    let column = |column: &Column| match shown {
        Columns::Names => column.name.to_string(),
        Columns::Types => format!("{} {}", column.name, column.ty),
    };
    columns.iter().map(column).collect::<Vec<_>>().join(" | ")
}

/// Cassandra makes these two functions once for each type, and keeps the spelling of whoever asked first: what the server
/// was asked before, perhaps by another suite, decides how it names them.
fn one_spelling(answer: &str) -> String {
    let answer = answer.replace("system.tojson", "system.to_json");
    answer.replace("system.fromjson", "system.from_json")
}

/// The class of an error and its text.
pub fn refusal(error: &Error) -> String {
    one_spelling(&match error.kind() {
        ErrorKind::Invalid { message } => format!("invalid: {}", sorted(&impersonal(message))),
        ErrorKind::Syntax { message } => format!("syntax: {message}"),
        kind => format!("{kind:?}"),
    })
}

/// Cassandra names some objects by their identity, which is another in each run.
fn impersonal(message: &str) -> String {
    let Some((before, rest)) = message.split_once("$Raw@") else {
        return message.to_owned();
    };
    let after = rest.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    format!("{before}$Raw@…{after}")
}

/// The signatures that an error lists are a set to the server: each run tells them in another order.
fn sorted(message: &str) -> String {
    let listed = message.split_once("signatures: ");
    let Some((before, rest)) = listed else {
        return message.to_owned();
    };
    let Some((listed, after)) = rest.rfind(')').map(|end| rest.split_at(end)) else {
        return message.to_owned();
    };
    let listed = listed.trim_start_matches("system.");
    let mut listed: Vec<&str> = listed.split(", system.").collect();
    listed.sort_unstable();
    let listed = listed.join(", system.");
    format!("{before}signatures: system.{listed}{after}")
}

/// A statement that is answered differently from what its script says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The statement.
    pub cql: String,
    /// The answer in the script.
    pub expected: String,
    /// The answer that came.
    pub found: String,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Difference {
            cql,
            expected,
            found,
        } = self;
        writeln!(f, "{cql}\n  expected\n{expected}  found\n{found}")
    }
}

/// The statements of a script whose answers differ.
pub fn differences(expected: &str, found: &str) -> Vec<Difference> {
    let pairs = blocks(expected).into_iter().zip(blocks(found));
    let different = pairs.filter(|(expected, found)| expected != found);
    different
        .map(|((cql, expected), (_, found))| Difference {
            cql,
            expected,
            found,
        })
        .collect()
}

/// The statements of a script, each with its answer.
fn blocks(script: &str) -> Vec<(String, String)> {
    let mut blocks: Vec<(String, String)> = Vec::new();
    for line in script.lines() {
        match (line.strip_prefix("  "), blocks.last_mut()) {
            (Some(answer), Some((_, answers))) => *answers += &format!("    {answer}\n"),
            _ => blocks.push((line.to_owned(), String::new())),
        }
    }
    blocks
}
