//! Random SELECTs.

use super::maker::Maker;
use super::restriction;
use super::schema::Column;
use super::selector::{self, Kind};

pub fn select(maker: &mut Maker<'_>) {
    let table = maker.table;
    let kind = selector::selectors(maker);
    maker.push(&format!(" FROM {}", table.name));
    let mut filtered = false;
    let mut single = false;
    match maker.dice.below(100) {
        0..22 => {}
        22..62 => {
            maker.push(" WHERE ");
            maker.list(" AND ", &table.partition, |maker, column| {
                match maker.dice.below(7) {
                    0 => restriction::among(maker, column),
                    _ => restriction::equals(maker, column),
                }
            });
            single = true;
            if kind != Kind::Distinct || maker.dice.percent(3) {
                let mut columns: Vec<&Column> = table.clustering.iter().collect();
                columns.truncate(maker.dice.below(columns.len() + 1));
                restriction::clustering(maker, &columns, true);
                filtered = other(maker, 12);
            }
        }
        62..70 => {
            maker.push(" WHERE ");
            restriction::token(maker);
            filtered = other(maker, 10);
        }
        _ => {
            let all = table.columns();
            maker.push(" WHERE ");
            let column = *maker.dice.pick(&all);
            restriction::any(maker, column);
            filtered = true;
            other(maker, 35);
        }
    }
    groups(maker, kind);
    order(maker, single && kind != Kind::Distinct);
    limits(maker);
    if maker.dice.percent(if filtered { 85 } else { 4 }) {
        maker.push(" ALLOW FILTERING");
    }
    if maker.dice.percent(30) {
        let rows = 1 + maker.dice.below(3) as u32;
        maker.pages(rows);
    }
}

/// One more relation on any column.
fn other(maker: &mut Maker<'_>, chance: usize) -> bool {
    let more = maker.dice.percent(chance);
    if more {
        let all = maker.table.columns();
        let column = *maker.dice.pick(&all);
        maker.push(" AND ");
        restriction::any(maker, column);
    }
    more
}

fn groups(maker: &mut Maker<'_>, kind: Kind) {
    let chance = if kind == Kind::Aggregates { 40 } else { 3 };
    if !maker.dice.percent(chance) {
        return;
    }
    let names: Vec<&str> = maker.table.keys().map(|c| &*c.name).collect();
    let count = match maker.dice.percent(92) {
        true => maker.table.partition.len() + maker.dice.below(maker.table.clustering.len() + 1),
        false => 1 + maker.dice.below(names.len()),
    };
    maker.push(&format!(" GROUP BY {}", names[..count].join(", ")));
}

fn order(maker: &mut Maker<'_>, single: bool) {
    let table = maker.table;
    if table.clustering.is_empty() || !maker.dice.percent(if single { 35 } else { 2 }) {
        return;
    }
    let reversed = maker.dice.percent(50);
    let count = 1 + maker.dice.below(table.clustering.len());
    let columns: Vec<(&Column, &bool)> = table
        .clustering
        .iter()
        .zip(&table.descending)
        .take(count)
        .collect();
    maker.push(" ORDER BY ");
    maker.list(", ", &columns, |maker, (column, descending)| {
        maker.name(&column.name);
        let odd = maker.dice.percent(4);
        maker.push(if **descending ^ reversed ^ odd {
            " DESC"
        } else {
            " ASC"
        });
    });
}

fn limits(maker: &mut Maker<'_>) {
    if maker.dice.percent(12) {
        let limit = *maker.dice.pick(&["1", "2", "1", "2", "0"]);
        maker.push(&format!(" PER PARTITION LIMIT {limit}"));
    }
    if maker.dice.percent(20) {
        let limit = *maker.dice.pick(&["1", "2", "3", "5", "1", "2", "3", "-1"]);
        maker.push(&format!(" LIMIT {limit}"));
    }
}
