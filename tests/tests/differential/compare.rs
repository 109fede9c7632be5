//! Random programs on two clusters, statement by statement.

use std::fmt::Write as _;
use std::time::Instant;

use scylla_orm::driver::statement::Statement;
use scylla_orm::driver::{Error, Session};
use tests::poll::{until, written};
use tests::target::addresses;
use tests::transcript::{Columns, refusal, rows};

use crate::generate::{Program, Step};
use crate::known::Known;

/// Statements of each program.
const STATEMENTS: usize = 220;

/// What was run, and how the answers differed.
#[derive(Debug)]
pub struct Report {
    statements: usize,
    rows: usize,
    errors: usize,
    /// Refusals of one class in different words.
    words: usize,
    /// How often each was met, and where last.
    known: Vec<(Known, usize, String)>,
    differences: Vec<String>,
    /// Whether the programs are those of the defaults, in which each known difference occurs.
    usual: bool,
    start: Instant,
}

/// One cluster's answer.
#[derive(Debug, PartialEq)]
struct Shown {
    text: String,
    rows: usize,
    refused: bool,
}

/// Runs programs on both.
pub async fn programs(expected: &Session, found: &Session, programs: u64) -> Report {
    let seed = number("DIFFERENTIAL_SEED");
    let count = number("DIFFERENTIAL_PROGRAMS");
    let mut report = Report {
        statements: 0,
        rows: 0,
        errors: 0,
        words: 0,
        known: Known::list("random")
            .into_iter()
            .map(|k| (k, 0, String::new()))
            .collect(),
        differences: Vec::new(),
        usual: seed.is_none() && count.is_none(),
        start: Instant::now(),
    };
    let first = seed.unwrap_or(1);
    for seed in first..first + count.unwrap_or(programs) {
        run(seed, expected, found, &mut report).await;
    }
    report
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

async fn run(seed: u64, expected: &Session, found: &Session, report: &mut Report) {
    let random = uuid::Uuid::new_v4().simple().to_string();
    let keyspace = format!("differential_{seed}_{}", &random[..6]);
    let program = Program::new(seed, &keyspace, STATEMENTS);
    for cql in &program.create {
        for session in [expected, found] {
            let made = session.query(&**cql, ()).await;
            made.unwrap_or_else(|error| panic!("seed {seed}: {cql}: {error}"));
        }
    }
    let mut last = None;
    for (at, step) in program.steps.iter().enumerate() {
        let turns = step.write.is_some() && last.is_some() && step.write != last;
        if turns {
            written(async {}).await;
        }
        last = step.write.or(last);
        let (right, other) = tokio::join!(shown(expected, step), shown(found, step));
        if step.cql.starts_with("CREATE") && !right.refused && addresses().is_some() {
            indexed(expected, &step.cql).await;
        }
        let place = format!("seed {seed}, statement {at}");
        report.compare(&place, step, right, other);
    }
    let drop = format!("DROP KEYSPACE {keyspace}");
    for session in [expected, found] {
        session.query(&*drop, ()).await.unwrap();
    }
}

/// On a real node, a new index is built in the background; on an empty table that does not take long.
async fn indexed(session: &Session, create: &str) {
    let words: Vec<&str> = create.split_whitespace().collect();
    let (name, table) = (words[2], words[4]);
    let keyspace = table.split_once('.').map_or("", |(keyspace, _)| keyspace);
    let built = format!(
        "SELECT index_name FROM system.\"IndexInfo\" WHERE table_name = '{keyspace}' AND index_name = '{name}'"
    );
    until("the index is built", async || {
        session.query(&*built, ()).await.unwrap().count() == 1
    })
    .await;
}

async fn shown(session: &Session, step: &Step) -> Shown {
    match answered(session, step).await {
        Ok(shown) => shown,
        Err(error) => Shown {
            text: refusal(&error),
            rows: 0,
            refused: true,
        },
    }
}

async fn answered(session: &Session, step: &Step) -> Result<Shown, Error> {
    let statement = Statement::new(&*step.cql);
    let statement = statement.page_size(step.page.unwrap_or(5000));
    let mut shown = Shown {
        text: String::new(),
        rows: 0,
        refused: false,
    };
    if step.cql.starts_with("CREATE") {
        session.query(statement, ()).await?;
        return Ok(shown);
    }
    let mut pages = session.query_pages(statement, &*step.values).await?;
    while let Some(page) = pages.next().await? {
        let text = rows(&page, Columns::Types);
        if !shown.text.is_empty() {
            shown.text += "\n--\n";
        }
        shown.text += &text;
        shown.rows += page.count();
        for warning in page.warnings() {
            let _ = write!(shown.text, "\nwarning: {warning}");
        }
    }
    Ok(shown)
}

/// The class of a refusal, without its words.
fn class(refusal: &str) -> &str {
    refusal
        .split_once([':', '{'])
        .map_or(refusal, |(class, _)| class)
}

impl Report {
    fn compare(&mut self, place: &str, step: &Step, expected: Shown, found: Shown) {
        self.statements += 1;
        self.rows += expected.rows;
        self.errors += usize::from(expected.refused);
        if expected == found {
            return;
        }
        if expected.refused && found.refused && class(&expected.text) == class(&found.text) {
            self.words += 1;
            return;
        }
        let Step { cql, values, .. } = step;
        let known = self.known.iter_mut();
        for (known, times, last) in known {
            if known.is(cql, &expected.text, &found.text) {
                *times += 1;
                *last = format!("{place}: {cql}");
                return;
            }
        }
        let (expected, found) = (expected.text, found.text);
        self.differences.push(format!(
            "{place}: {cql}\n  {values:?}, pages of {:?}\n  expected\n{expected}\n  found\n{found}\n",
            step.page
        ));
    }

    fn show(&self) -> String {
        let known: usize = self.known.iter().map(|(_, times, _)| times).sum();
        format!(
            "{} statements, {} rows, {} errors, {} of them in other words, {known} known differences, {} others, in {:.1?}",
            self.statements,
            self.rows,
            self.errors,
            self.words,
            self.differences.len(),
            self.start.elapsed()
        )
    }

    /// # Panics
    /// If there were differences, known or not.
    pub fn same(&self) {
        eprintln!("{}", self.show());
        assert!(self.differences.is_empty(), "{}", self.all());
        assert_eq!(self.words, 0, "{}", self.show());
        assert!(self.errors * 2 < self.statements, "{}", self.show());
    }

    /// # Panics
    /// If there were differences that are not known, or known ones that are no more.
    pub fn finish(&self) {
        eprintln!("{}", self.show());
        for (known, times, last) in &self.known {
            eprintln!("  {times} times: {}\n    {last}", known.reason);
        }
        assert!(self.differences.is_empty(), "{}", self.all());
        for (known, times, _) in &self.known {
            assert!(*times > 0 || !self.usual, "no more: {known:?}");
        }
    }

    fn all(&self) -> String {
        format!("{}\n{}", self.differences.join("\n"), self.show())
    }
}
