//! Random DELETEs.

use scylla_orm::driver::value::Type;

use super::condition;
use super::maker::Maker;
use super::restriction::{self, Reach};
use super::schema::Column;

pub fn delete(maker: &mut Maker<'_>) {
    let table = maker.table;
    let only_statics = !table.statics.is_empty() && maker.dice.percent(12);
    let columns: Vec<&Column> = match only_statics {
        true => maker.dice.some(&table.statics, 70),
        false if maker.dice.percent(40) => maker.dice.some(&table.regular, 40),
        false => Vec::new(),
    };
    let conditional = maker.conditional();
    maker.push("DELETE ");
    maker.list(", ", &columns, |maker, column| selected(maker, column));
    maker.push(&format!(" FROM {}", table.name));
    maker.using(false, conditional);
    let reach = match (only_statics, columns.is_empty()) {
        (true, _) => Reach::Partition,
        (_, true) if !conditional => Reach::Range,
        _ => Reach::Row,
    };
    restriction::of_write(maker, reach);
    if conditional {
        condition::conditions(maker, only_statics);
    }
}

/// A column, or an element or a field of it.
fn selected(maker: &mut Maker<'_>, column: &Column) {
    maker.name(&column.name);
    if maker.dice.percent(if column.is_frozen() { 97 } else { 40 }) {
        return;
    }
    match column.ty.bare() {
        Type::List(_) => {
            let at = maker.dice.between(-1, 3);
            maker.push(&format!("[{at}]"));
        }
        Type::Map(key, _) | Type::Set(key) => {
            let key = key.clone();
            maker.push("[");
            maker.of(&key);
            maker.push("]");
        }
        Type::User(user) => {
            let field = maker.dice.pick(&user.fields).0.clone();
            maker.push(&format!(".{field}"));
        }
        _ => {}
    }
}
