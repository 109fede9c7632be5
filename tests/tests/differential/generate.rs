//! Random programs: a schema, and statements of every verb and clause on its tables, some of them wrong on purpose.

pub mod condition;
pub mod delete;
pub mod dice;
pub mod insert;
pub mod maker;
pub mod restriction;
pub mod schema;
pub mod select;
pub mod selector;
pub mod update;
pub mod value;

use scylla_orm::driver::value::{MaybeUnset, Value};

use dice::Dice;
use maker::Maker;
use schema::{Schema, Table};

/// The value of a marker: it can be null, and it can be unset.
pub type Bound = MaybeUnset<Option<Value>>;

/// One statement, and how it is sent.
#[derive(Debug, Clone, Default)]
pub struct Step {
    pub cql: String,
    pub values: Vec<Bound>,
    /// Rows per page, if its result is read page by page.
    pub page: Option<u32>,
    /// Whether it is a write without, or one with, conditions: the clock must pass between the two.
    pub write: Option<Write>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    Plain,
    Conditional,
}

/// The statements that make a schema, and those on its tables.
#[derive(Debug)]
pub struct Program {
    pub create: Vec<String>,
    pub steps: Vec<Step>,
}

impl Program {
    /// The program of a seed, with so many statements.
    pub fn new(seed: u64, keyspace: &str, statements: usize) -> Program {
        let mut dice = Dice::new(seed);
        let schema = Schema::new(&mut dice, keyspace);
        let mut stamp = 0;
        let plain = |cql: String| Step {
            cql,
            ..Step::default()
        };
        let indexes = schema.tables.iter().flat_map(Table::create_indexes);
        let mut steps: Vec<Step> = indexes.map(plain).collect();
        for at in 0..statements {
            let table = &schema.tables[at % schema.tables.len()];
            stamp += 1;
            steps.push(step(&mut dice, table, stamp, at < statements / 4));
        }
        for table in &schema.tables {
            steps.push(plain(format!("SELECT * FROM {}", table.name)));
        }
        Program {
            create: schema.create(),
            steps,
        }
    }
}

/// A statement; early ones write, since there is nothing to read yet.
fn step(dice: &mut Dice, table: &Table, stamp: i64, early: bool) -> Step {
    let mut maker = Maker::new(dice, table, stamp);
    match maker.dice.below(if early { 45 } else { 100 }) {
        0..18 if !table.counters => insert::insert(&mut maker),
        0..33 => update::update(&mut maker),
        // What a deleted counter counts afterwards is undefined.
        33..42 if !table.counters => delete::delete(&mut maker),
        42..45 => batch(&mut maker),
        _ => select::select(&mut maker),
    }
    maker.done()
}

/// A batch; that of counters is a kind of its own.
fn batch(maker: &mut Maker<'_>) {
    let kind = *maker.dice.pick(&["", "UNLOGGED ", "", "COUNTER "]);
    let counters = maker.table.counters;
    let kind = if counters && maker.dice.percent(90) {
        "COUNTER "
    } else {
        kind
    };
    let kind = if !counters && kind == "COUNTER " && maker.dice.percent(80) {
        ""
    } else {
        kind
    };
    maker.push(&format!("BEGIN {kind}BATCH"));
    // Conditions reach one partition only.
    maker.pin_partition(70);
    for _ in 0..1 + maker.dice.below(4) {
        maker.push(" ");
        match maker.dice.below(5) {
            0 | 1 if !counters => insert::insert(maker),
            4 if !counters => delete::delete(maker),
            _ => update::update(maker),
        }
        maker.push(";");
    }
    maker.push(" APPLY BATCH");
}
