//! Random INSERTs.

use super::maker::Maker;
use super::schema::Column;
use super::value::{json, value};

pub fn insert(maker: &mut Maker<'_>) {
    let table = maker.table;
    let mut columns: Vec<&Column> = table.partition.iter().collect();
    let only_statics = !table.statics.is_empty() && maker.dice.percent(15);
    if !only_statics {
        columns.extend(&table.clustering);
    }
    if maker.dice.percent(2) {
        let at = maker.dice.below(columns.len());
        columns.remove(at);
    }
    columns.extend(
        maker
            .dice
            .some(&table.statics, if only_statics { 80 } else { 25 }),
    );
    if !only_statics {
        columns.extend(maker.dice.some(&table.regular, 60));
    }
    let conditional = maker.conditional();
    maker.push(&format!("INSERT INTO {} ", table.name));
    match maker.dice.percent(6) {
        true => as_json(maker, &columns),
        false => values(maker, &columns),
    }
    if conditional {
        maker.push(" IF NOT EXISTS");
    }
    maker.using(true, conditional);
}

fn values(maker: &mut Maker<'_>, columns: &[&Column]) {
    maker.push("(");
    maker.list(", ", columns, |maker, column| maker.name(&column.name));
    maker.push(") VALUES (");
    let keys = maker.table.keys().count();
    let is_key = |table: &super::Table, column: &Column| {
        table.keys().take(keys).any(|k| k.name == column.name)
    };
    maker.list(", ", columns, |maker, column| {
        match is_key(maker.table, column) {
            true => maker.key(column),
            false => maker.value(column),
        }
    });
    if maker.dice.percent(1) {
        maker.push(", 1");
    }
    maker.push(")");
}

fn as_json(maker: &mut Maker<'_>, columns: &[&Column]) {
    let mut fields = Vec::new();
    for column in columns {
        let name = if maker.dice.percent(1) {
            "nosuch"
        } else {
            &column.name
        };
        let shown = match maker.dice.below(20) {
            0 => "null".to_owned(),
            1 => json(&value(maker.dice, &column.ty)),
            _ => json(maker.dice.pick(&column.domain)),
        };
        fields.push(format!("\"{name}\": {shown}"));
    }
    let text = format!("{{{}}}", fields.join(", ")).replace('\'', "''");
    maker.push(&format!("JSON '{text}'"));
    let default = *maker.dice.pick(&["", " DEFAULT UNSET", " DEFAULT NULL"]);
    maker.push(default);
}
