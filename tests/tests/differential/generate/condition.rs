//! Random conditions of writes.

use scylla_orm::driver::value::Type;

use super::maker::Maker;
use super::schema::Column;

/// ` IF …`
pub fn conditions(maker: &mut Maker<'_>, statics: bool) {
    let table = maker.table;
    let columns: Vec<&Column> = match statics {
        true => maker.dice.some(&table.statics, 60),
        false => {
            let all: Vec<&Column> = table.values().collect();
            maker.dice.some(&all, 40).into_iter().copied().collect()
        }
    };
    if columns.is_empty() || maker.dice.percent(25) {
        let not = if maker.dice.percent(3) { " NOT" } else { "" };
        return maker.push(&format!(" IF{not} EXISTS"));
    }
    maker.push(" IF ");
    maker.list(" AND ", &columns, |maker, column| condition(maker, column));
}

fn condition(maker: &mut Maker<'_>, column: &Column) {
    maker.name(&column.name);
    let part = maker.dice.percent(35);
    let ty = match column.ty.bare() {
        Type::List(element) if part => {
            let at = maker.dice.between(-1, 2);
            maker.push(&format!("[{at}]"));
            (**element).clone()
        }
        // Cassandra compares the values of a map as if they were of the type of its keys.
        Type::Map(key, of) if part && key == of => {
            maker.push("[");
            maker.of(key);
            maker.push("]");
            (**of).clone()
        }
        Type::User(user) if part => {
            let (field, ty) = maker.dice.pick(&user.fields).clone();
            maker.push(&format!(".{field}"));
            ty
        }
        _ => {
            compared(maker, |maker| maker.value(column));
            return;
        }
    };
    compared(maker, |maker| maker.of(&ty));
}

fn compared(maker: &mut Maker<'_>, mut term: impl FnMut(&mut Maker<'_>)) {
    match maker.dice.below(10) {
        0 => {
            maker.push(" IN (");
            let count = 1 + maker.dice.below(3);
            maker.list(", ", &vec![(); count], |maker, ()| term(maker));
            maker.push(")");
        }
        1..5 => {
            let operator = *maker.dice.pick(&[" < ", " > ", " <= ", " >= ", " != "]);
            maker.push(operator);
            term(maker);
        }
        _ => {
            maker.push(" = ");
            term(maker);
        }
    }
}
