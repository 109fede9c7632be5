//! Random UPDATEs.

use scylla_orm::driver::value::Type;

use super::maker::Maker;
use super::restriction::{self, Reach};
use super::schema::Column;
use super::{condition, value::value};

pub fn update(maker: &mut Maker<'_>) {
    let table = maker.table;
    let only_statics = !table.statics.is_empty() && maker.dice.percent(20);
    let mut columns: Vec<&Column> = match only_statics {
        true => maker.dice.some(&table.statics, 70),
        false => maker.dice.some(&table.regular, 45),
    };
    if columns.is_empty() {
        let all = table.columns();
        columns.push(all[all.len() - 1]);
    }
    if !only_statics && maker.dice.percent(10) {
        columns.extend(table.statics.first());
    }
    let conditional = maker.conditional();
    maker.push(&format!("UPDATE {}", table.name));
    maker.using(true, conditional);
    maker.push(" SET ");
    maker.list(", ", &columns, |maker, column| operation(maker, column));
    let reach = match only_statics {
        true => Reach::Partition,
        false => Reach::Row,
    };
    restriction::of_write(maker, reach);
    if conditional {
        condition::conditions(maker, only_statics);
    }
}

fn operation(maker: &mut Maker<'_>, column: &Column) {
    let name = &*column.name;
    if matches!(column.ty, Type::Counter) && maker.dice.percent(95) {
        let sign = *maker.dice.pick(&["+", "-"]);
        maker.push(&format!("{name} = {name} {sign} "));
        return maker.value(column);
    }
    let partly = maker.dice.percent(if column.is_frozen() { 2 } else { 55 });
    if !partly {
        maker.name(name);
        maker.push(" = ");
        return maker.value(column);
    }
    match column.ty.bare() {
        Type::List(element) => of_list(maker, column, element),
        Type::Set(_) => add_or_remove(maker, column, &column.ty),
        Type::Map(key, of) => of_map(maker, column, key, of),
        Type::User(user) => {
            let (field, ty) = maker.dice.pick(&user.fields).clone();
            let field = if maker.dice.percent(2) {
                "nosuch".into()
            } else {
                field
            };
            maker.push(&format!("{name}.{field} = "));
            maker.of(&ty);
        }
        // Neither a list nor a number: an error.
        other if maker.dice.percent(3) => add_or_remove(maker, column, &other.clone()),
        _ => {
            maker.push(&format!("{name} = "));
            maker.value(column);
        }
    }
}

fn of_list(maker: &mut Maker<'_>, column: &Column, element: &Type) {
    let name = &*column.name;
    match maker.dice.below(4) {
        0 => {
            maker.push(&format!("{name} = "));
            let front = value(maker.dice, &column.ty);
            maker.term(Some(front));
            maker.push(&format!(" + {name}"));
        }
        1 => {
            let at = maker.dice.between(-1, 3);
            maker.push(&format!("{name}[{at}] = "));
            maker.of(element);
        }
        _ => add_or_remove(maker, column, &column.ty),
    }
}

fn of_map(maker: &mut Maker<'_>, column: &Column, key: &Type, of: &Type) {
    let name = &*column.name;
    match maker.dice.below(3) {
        0 => {
            maker.push(&format!("{name}["));
            maker.of(key);
            maker.push("] = ");
            maker.of(of);
        }
        1 => {
            maker.push(&format!("{name} = {name} - "));
            let keys = value(maker.dice, &Type::Set(Box::new(key.clone())));
            maker.term(Some(keys));
        }
        _ => {
            maker.push(&format!("{name} = {name} + "));
            maker.value(column);
        }
    }
}

fn add_or_remove(maker: &mut Maker<'_>, column: &Column, ty: &Type) {
    let name = &*column.name;
    match maker.dice.below(5) {
        0 => maker.push(&format!("{name} += ")),
        1 => maker.push(&format!("{name} -= ")),
        2 => maker.push(&format!("{name} = {name} - ")),
        _ => maker.push(&format!("{name} = {name} + ")),
    }
    maker.of(ty);
}
