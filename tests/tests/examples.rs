//! The examples, run as a reader runs them: each ends well, and prints what it is there to show.
//!
//! They run on the embedded cluster, or on the cluster that the target names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::Value;
use tests::target;

/// A test for each example, with lines that stand in what it prints.
macro_rules! examples {
    ($($name:ident: $lines:expr;)*) => {$(
        #[test]
        fn $name() {
            check(stringify!($name), &$lines);
        }
    )*};
}

examples! {
    quickstart: [
        "Loaded 2922 rows in",
        r#"  "skating": not applied, it says "ice on the lake""#,
        "  100.0 % reached a replica",
        "  100.0 % reached the owning shard",
    ];
    models: [
        "  price in €  decimal                                Regular",
        "  state       text                                   Regular, indexed",
        "Equal to what was written: true",
        "Stars that were deleted are read as 0",
    ];
    queries: [
        "One partition: WHERE room = ? AND day = ?",
        "By any column: WHERE text = ? ALLOW FILTERING",
        "  count: 3",
        "Searched, after 20: WHERE room = ? AND day = ? AND minute > ?",
        "  `Message`: partition key column `room` has no `.eq(..)` or `.is_in(..)` filter",
    ];
    writes: [
        r#"  insert() with mail: None            Some((Some("Anna"), Some("ann@example.com"), {}))"#,
        r#"  save() with mail: None              Some((Some("Anna"), None, {}))"#,
        "  changed after save(): false",
        r#"  one whose condition fails: false    Some((Some("Gil"), None, {}))"#,
        "  a logged batch that moves a row     None",
        "  inc(3): +3",
        r#"  insert().timestamp(earlier)         Some((Some("Dee"), None, {}))"#,
        "  … two seconds later                 None",
    ];
    lightweight_transactions: [
        r#"  ben takes it: not applied, there is Seat { train: 7, seat: 1, holder: Some("ann"), price: 20 }"#,
        r#"  ann gives it to dee: not applied, there is (Some("cem"), 20)"#,
        "  delete again: not applied, there is no such row",
        "  applied: 1, not applied: 7",
    ];
    paging: [
        "  200 rows, seconds Some(800) to Some(999)",
        "  ErrorKind::PageToken: true",
        "  1500 rows of sensors [2, 3]",
        "  3000 rows, the sum of their values is 1500000",
    ];
    sync_table: [
        "Again:   examples.orders: nothing to do",
        "  + CREATE INDEX IF NOT EXISTS orders_state_idx ON examples.orders (state)",
        "  = column `items` (map<text, int>) is not in the model: left alone",
        "2 reasons, 0 statements done",
    ];
    shard_aware: [
        "Written and read: 1000 items, equal: true",
        "  100.0 % reached a replica",
        "  100.0 % reached the owning shard",
    ];
    shard_benefit: [
        "1200 reads, 12 at a time",
        "  reached a replica                  100 %         100 %",
        "  reached the owning shard           100 %",
        "  work: requests + hops               1200",
        "Latency: █ half of the reads",
        "  shard-aware  █",
    ];
    driver_only: [
        "  partition key: [0]",
        "  seconds in all: Some((360,))",
        "  tracks [(3,)], more: false",
        r#"  {"album": 'Suites', "track": 2, "seconds": 120, "tags": null, "title": 'Air'}"#,
    ];
    embedded: [
        "Tickets expire",
        "Node 2 is up: connections to its shards: [1, 1, 1, 1]",
        "Cassandra: invalid: keyspace nowhere does not exist",
        "All passed",
    ];
    errors: [
        "  → try again later; tried: 1",
        "  → 404",
        "  → create examples.nowhere",
        "  → repair column name of row 0",
        "  → change text to int",
        "  → the driver says Closed",
    ];
}

#[test]
fn the_quickstart_answers_as_the_csv_does() {
    let printed = run("quickstart");
    for answer in answers() {
        let found = printed.lines().any(|line| line == answer);
        assert!(found, "the quickstart does not print: {answer}\n{printed}");
    }
}

/// Each of `lines` is a line of what the example prints, or its beginning.
fn check(example: &str, lines: &[&str]) {
    let printed = run(example);
    for expected in lines {
        let found = printed
            .lines()
            .any(|line| line.trim_start().starts_with(expected.trim_start()));
        assert!(found, "{example} does not print: {expected}\n{printed}");
    }
}

/// What an example prints. It must end well.
fn run(example: &str) -> String {
    // The schemas of real clusters are changed by one after another.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let mut command = Command::new(BUILT.join(example));
    let turn = target::addresses().map(|addresses| {
        command.args(["--nodes", &addresses]);
        ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
    });
    let output = command.output().expect("the example starts");
    drop(turn);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{example}: {}\n{printed}{said}",
        output.status
    );
    printed
}

/// Where the examples are, built by the same cargo. After `cargo test` of the workspace, they are there already.
static BUILT: LazyLock<PathBuf> = LazyLock::new(|| {
    let output = Command::new(env!("CARGO"))
        .args([
            "build",
            "--workspace",
            "--examples",
            "--message-format=json",
        ])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "the examples do not build:\n{said}"
    );
    let messages = String::from_utf8_lossy(&output.stdout);
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut built = messages.filter(|message| message["target"]["name"] == "quickstart");
    let quickstart = built.find_map(|message| message["executable"].as_str().map(PathBuf::from));
    let folder = quickstart.as_deref().and_then(Path::parent);
    folder.expect("the quickstart is among them").to_owned()
});

/// The quickstart's answers, from the CSV alone, as it prints them.
fn answers() -> Vec<String> {
    let csv = fs::read_to_string(root().join("examples/data/weather.csv")).expect("the data");
    let rows: Vec<Vec<&str>> = csv
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .collect();
    let number = |text: &str| text.parse::<f64>().expect("a number");
    let days = |city: &str, date: &str| -> Vec<&Vec<&str>> {
        rows.iter()
            .filter(|row| row[0] == city && row[1].contains(date))
            .collect()
    };
    let mut of_2013 = days("Seattle", "2013-");
    of_2013.sort_by(|a, b| number(a[4]).total_cmp(&number(b[4])).then(a[1].cmp(b[1])));
    let coldest = of_2013.iter().take(10).map(|row| {
        let [low, high, wind] = [row[4], row[3], row[5]].map(number);
        format!(
            "  {}  {low:4.1}  {high:4.1}  {wind:4.1}  {}",
            row[1], row[6]
        )
    });
    let mean = |city: &str, month: &str| {
        let highs: Vec<f64> = days(city, month).iter().map(|row| number(row[3])).collect();
        highs.iter().sum::<f64>() / highs.iter().map(|_| 1.0).sum::<f64>()
    };
    let means = (1..=12).map(|month| {
        let date = format!("-{month:02}-");
        let (seattle, york) = (mean("Seattle", &date), mean("New York", &date));
        format!("  {month:02}     {seattle:7.1}  {york:8.1}")
    });
    let rain = |city: &str, year: i32| {
        let days = days(city, &format!("{year}-"));
        days.iter().filter(|row| row[6] == "rain").count()
    };
    let rains = (2012..=2015).map(|year| {
        let (seattle, york) = (rain("Seattle", year), rain("New York", year));
        format!("  {year}  {seattle:7}  {york:8}")
    });
    coldest.chain(means).chain(rains).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace")
}
