//! Types as the servers store them.

use scylla_orm_driver::value::Type;

use crate::table::ColumnDef;

/// A column's type as `CREATE TABLE` declares it.
pub(super) fn declared(column: &ColumnDef) -> Type {
    let ty = members_frozen((column.ty)());
    match column.frozen {
        true => Type::Frozen(Box::new(ty)),
        false => ty,
    }
}

/// Whether a column of the type `found` is what a column of the type `declared` would be.
///
/// `frozen` counts only where it makes a difference. What is inside a type is frozen always, and so is a tuple, and
/// servers and their versions differ in whether they say so. An `ascii` is a `text`, since one Rust type is for both.
pub(super) fn same(found: &Type, declared: &Type) -> bool {
    in_cells(found) == in_cells(declared) && as_text(found.thawed()) == declared.thawed()
}

/// Whether a value is kept as one cell per element, so that elements can be written by themselves.
pub(super) fn in_cells(ty: &Type) -> bool {
    matches!(
        ty,
        Type::List(_) | Type::Set(_) | Type::Map(..) | Type::User(_)
    )
}

/// Whether a type is, or has inside it, a duration, which has no order.
pub(super) fn has_durations(ty: &Type) -> bool {
    match ty {
        Type::Duration => true,
        Type::List(t) | Type::Set(t) | Type::Vector(t, _) | Type::Frozen(t) => has_durations(t),
        Type::Map(k, v) => has_durations(k) || has_durations(v),
        Type::Tuple(types) => types.iter().any(has_durations),
        Type::User(user) => user.fields.iter().any(|(_, ty)| has_durations(ty)),
        _ => false,
    }
}

/// With `frozen` where the servers want it written: around collections inside other types.
fn members_frozen(ty: Type) -> Type {
    let boxed = |ty: Type| Box::new(member(ty));
    match ty {
        Type::List(t) => Type::List(boxed(*t)),
        Type::Set(t) => Type::Set(boxed(*t)),
        Type::Map(k, v) => Type::Map(boxed(*k), boxed(*v)),
        Type::Tuple(types) => Type::Tuple(types.into_iter().map(member).collect()),
        Type::Vector(t, n) => Type::Vector(boxed(*t), n),
        Type::Frozen(t) => Type::Frozen(Box::new(members_frozen(*t))),
        other => other,
    }
}

fn member(ty: Type) -> Type {
    let ty = members_frozen(ty);
    match in_cells(&ty) {
        true => Type::Frozen(Box::new(ty)),
        false => ty,
    }
}

fn as_text(ty: Type) -> Type {
    let boxed = |ty: Type| Box::new(as_text(ty));
    match ty {
        Type::Ascii => Type::Text,
        Type::List(t) => Type::List(boxed(*t)),
        Type::Set(t) => Type::Set(boxed(*t)),
        Type::Map(k, v) => Type::Map(boxed(*k), boxed(*v)),
        Type::Tuple(types) => Type::Tuple(types.into_iter().map(as_text).collect()),
        Type::Vector(t, n) => Type::Vector(boxed(*t), n),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Type {
        Type::parse(text, &|_| None).unwrap()
    }

    #[test]
    fn frozen_is_written_where_it_must_be() {
        let check = |ty: &str, expected: &str| {
            assert_eq!(members_frozen(parse(ty)).to_string(), expected);
        };
        check("int", "int");
        check("list<int>", "list<int>");
        check("list<set<int>>", "list<frozen<set<int>>>");
        check(
            "map<text, list<set<int>>>",
            "map<text, frozen<list<frozen<set<int>>>>>",
        );
        check(
            "list<tuple<int, list<int>>>",
            "list<tuple<int, frozen<list<int>>>>",
        );
        check("frozen<list<set<int>>>", "frozen<list<frozen<set<int>>>>");
        check("vector<set<int>, 2>", "vector<frozen<set<int>>, 2>");
    }

    #[test]
    fn frozen_counts_where_it_makes_a_difference() {
        let check = |found: &str, declared: &str, expected: bool| {
            assert_eq!(
                same(&parse(found), &parse(declared)),
                expected,
                "{found}, {declared}"
            );
        };
        check("int", "int", true);
        check("int", "bigint", false);
        check("varchar", "text", true);
        check("ascii", "text", true);
        check("list<ascii>", "list<text>", true);
        check("set<text>", "set<text>", true);
        check("frozen<set<text>>", "set<text>", false);
        check("set<text>", "frozen<set<text>>", false);
        check("list<text>", "set<text>", false);
        check("list<frozen<set<int>>>", "list<set<int>>", true);
        check(
            "frozen<list<set<int>>>",
            "frozen<list<frozen<set<int>>>>",
            true,
        );
        check("frozen<tuple<int, text>>", "tuple<int, text>", true);
        check("tuple<int>", "tuple<int, text>", false);
        check("vector<float, 3>", "vector<float, 4>", false);
        check("counter", "bigint", false);
    }

    #[test]
    fn durations_are_found_inside() {
        assert!(has_durations(&parse("frozen<tuple<int, list<duration>>>")));
        assert!(!has_durations(&parse("frozen<tuple<int, list<time>>>")));
    }
}
