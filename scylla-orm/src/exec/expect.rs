//! What a model expects of a prepared statement: the types of its bind markers and of its columns.

use scylla_orm_driver::statement::Prepared;
use scylla_orm_driver::value::{Column, Type};

use crate::cql::{Flag, Op, Shape, Verb, qualified};
use crate::error::{Error, ErrorKind, Result};
use crate::table::TableDef;

/// What a bind marker takes, in terms of its column's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The type itself.
    Whole,
    /// A list of values of the type.
    Several,
    /// An element of a list or set, a value of a map.
    Item,
    /// A key of a map.
    Key,
    /// A set of keys of a map.
    Keys,
    /// A position in a list.
    Position,
}

/// Checks the bind markers of a statement.
///
/// # Errors
/// [`ErrorKind::Mismatch`].
pub(super) fn markers(table: &TableDef, shape: &Shape, prepared: &Prepared) -> Result<()> {
    check_markers(table, shape, prepared.markers())
}

/// Checks the columns of a statement's answers, as far as the server tells them beforehand.
///
/// # Errors
/// [`ErrorKind::Mismatch`].
pub(super) fn columns_of(table: &TableDef, shape: &Shape, prepared: &Prepared) -> Result<()> {
    match shape.verb() {
        // The count has a name that a column may have, too.
        Verb::Count => Ok(()),
        _ => columns(table, &prepared.columns()),
    }
}

/// Checks the columns of an answer. A column that is not of the model is none to be read.
///
/// # Errors
/// [`ErrorKind::Mismatch`].
pub(super) fn columns(table: &TableDef, columns: &[Column]) -> Result<()> {
    for column in columns {
        if let Some(expected) = table.columns.iter().find(|c| *c.name == *column.name) {
            let ty = (expected.ty)();
            if !suits(&ty, &column.ty) {
                return Err(mismatch(
                    table,
                    column,
                    expected.name,
                    ty,
                    column.ty.clone(),
                ));
            }
        }
    }
    Ok(())
}

fn check_markers(table: &TableDef, shape: &Shape, markers: &[Column]) -> Result<()> {
    let expected = places(table, shape);
    if expected.len() != markers.len() {
        return Err(Error::invalid(format!(
            "the statement has {} bind markers, and the server sees {}",
            expected.len(),
            markers.len()
        ))
        .of(table.model));
    }
    for (place, marker) in expected.into_iter().zip(markers) {
        let Some((index, place)) = place else {
            continue;
        };
        let column = table.column(index);
        let ty = (column.ty)();
        if !suits(&place.of(&ty), &marker.ty) {
            let found = place.column(&ty, &marker.ty);
            return Err(mismatch(table, marker, column.name, ty, found));
        }
    }
    Ok(())
}

/// The bind markers of a statement: the columns that they belong to, and what they take. `None`: a limit or a time.
fn places(table: &TableDef, shape: &Shape) -> Vec<Option<(u8, Place)>> {
    let flags = |flags: &[Flag]| flags.iter().filter(|flag| shape.has(**flag)).count();
    let using = std::iter::repeat_n(None, flags(&[Flag::TTL, Flag::TIMESTAMP]));
    let limit = std::iter::repeat_n(None, flags(&[Flag::LIMIT]));
    let whole = |index: u8| Some((index, Place::Whole));
    let all = (0..=u8::MAX).zip(table.columns).map(|(index, _)| index);
    if shape.verb() == Verb::Insert {
        return all.map(whole).chain(using).collect();
    }
    if shape.has(Flag::WHOLE) {
        let set = all.filter(|index| !table.key.contains(index));
        let row = table.key.iter().copied();
        return using.chain(set.chain(row).map(whole)).collect();
    }
    let clauses = shape.clauses_of_values().flat_map(|(index, op)| {
        let ty = (table.column(index).ty)().thawed();
        let places = places_of(op, &ty).into_iter().take(op.markers());
        places.map(move |place| Some((index, place)))
    });
    using.chain(clauses).chain(limit).collect()
}

/// What the one or two markers of a clause take.
fn places_of(op: Op, column: &Type) -> [Place; 2] {
    let first = match (op.plain(), column) {
        (Op::IN, _) => Place::Several,
        (Op::CONTAINS, _) => Place::Item,
        (Op::CONTAINS_KEY, _) => Place::Key,
        (Op::SUB, Type::Map(..)) => Place::Keys,
        (Op::PUT_AT, Type::Map(..)) => Place::Key,
        (Op::PUT_AT, _) => Place::Position,
        _ => Place::Whole,
    };
    [first, Place::Item]
}

impl Place {
    /// What a marker takes for a column of this type.
    fn of(self, column: &Type) -> Type {
        match (self, column.bare()) {
            (Place::Several, ty) => Type::List(Box::new(ty.clone())),
            (Place::Item, Type::List(item) | Type::Set(item) | Type::Map(_, item)) => {
                (**item).clone()
            }
            (Place::Key, Type::Map(key, _)) => (**key).clone(),
            (Place::Keys, Type::Map(key, _)) => Type::Set(key.clone()),
            (Place::Position, _) => Type::Int,
            (_, ty) => ty.clone(),
        }
    }

    /// The type of the column whose marker takes this, where the model says that it is `column`.
    fn column(self, column: &Type, marker: &Type) -> Type {
        let found = Box::new(marker.clone());
        match (self, column.bare(), marker) {
            (Place::Several, _, Type::List(ty)) => (**ty).clone(),
            (Place::Item, Type::List(_), _) => Type::List(found),
            (Place::Item, Type::Set(_), _) => Type::Set(found),
            (Place::Item, Type::Map(key, _), _) => Type::Map(key.clone(), found),
            (Place::Key, Type::Map(_, value), _) => Type::Map(found, value.clone()),
            (Place::Keys, Type::Map(_, value), Type::Set(key)) => {
                Type::Map(key.clone(), value.clone())
            }
            // A map, where the model has a list.
            (Place::Position, Type::List(item), _) => Type::Map(found, item.clone()),
            _ => marker.clone(),
        }
    }
}

/// Whether the fields of a model, made for columns of type `model`, take values of type `found`, and give them. The
/// protocol never says `frozen`.
pub(super) fn suits(model: &Type, found: &Type) -> bool {
    match (model.bare(), found.bare()) {
        // The same Rust types belong to them; a server says which values it does not take.
        (Type::Text, Type::Ascii) | (Type::Uuid, Type::TimeUuid) => true,
        // What is added to a counter.
        (Type::Counter, Type::BigInt) => true,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) => suits(a, b),
        (Type::Map(a, x), Type::Map(b, y)) => suits(a, b) && suits(x, y),
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| suits(a, b))
        }
        (Type::Vector(a, n), Type::Vector(b, m)) => n == m && suits(a, b),
        (model, found) => model == found,
    }
}

fn mismatch(table: &TableDef, of: &Column, column: &str, expected: Type, found: Type) -> Error {
    Error::new(ErrorKind::Mismatch {
        table: qualified(Some(&of.keyspace), &of.table).into(),
        column: Some(column.into()),
        expected: expected.to_string().into(),
        found: found.to_string().into(),
    })
    .of(table.model)
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use scylla_orm_derive::Model;
    use scylla_orm_driver::value::Counter;

    use super::*;
    use crate::column::{Assign, Conditions, IfCond};
    use crate::cql::Raw;
    use crate::model::Model;
    use crate::table::Table;

    #[derive(Model)]
    #[cql(crate = "crate", keyspace = "ks")]
    struct Item {
        #[cql(partition_key)]
        a: i32,
        #[cql(clustering_key)]
        b: String,
        v: i64,
        tags: HashSet<String>,
        lines: Vec<String>,
        links: HashMap<String, i32>,
        #[cql(frozen)]
        fixed: Vec<HashSet<i32>>,
    }

    #[derive(Model)]
    #[cql(crate = "crate", keyspace = "ks")]
    struct Hits {
        #[cql(partition_key)]
        a: i32,
        views: Counter,
    }

    fn column(name: &str, ty: &str) -> Column {
        Column {
            keyspace: "ks".into(),
            table: "item".into(),
            name: name.into(),
            ty: Type::parse(ty, &|_| None).unwrap(),
        }
    }

    /// `markers` are the types that the server tells; `expected` is the mismatch, if it is one.
    fn check<M: Model>(raw: &Raw, markers: &[&str], expected: Option<&str>) {
        let markers: Vec<Column> = markers.iter().map(|ty| column("?", ty)).collect();
        let error = check_markers(M::definition(), &raw.shape, &markers).err();
        let text = error.map(|error| error.to_string());
        let text = text
            .as_deref()
            .map(|text| text.split_once(';').unwrap_or((text, "")).0);
        assert_eq!(text, expected, "{:?}", raw.shape);
    }

    fn select(filters: impl Conditions<Item>) -> Raw {
        let mut raw = Raw::new(Verb::Select);
        filters.apply(&mut raw);
        raw
    }

    fn update<M: Model>(assignments: impl Assign<M>) -> Raw {
        let mut raw = Raw::new(Verb::Update);
        assignments.apply(&mut raw);
        raw
    }

    #[test]
    fn filters_limits_and_times() {
        let mut raw = select((Item::A.eq(1), Item::B.is_in(["b"]), Item::V.gt(1)));
        raw.set_limit(1);
        check::<Item>(&raw, &["int", "list<text>", "bigint", "int"], None);
        check::<Item>(&raw, &["int", "list<ascii>", "bigint", "int"], None);
        check::<Item>(
            &raw,
            &["int", "list<blob>", "bigint", "int"],
            Some(
                "`Item`: column `b` of table `ks.item` is `text` in the model and `blob` in the database",
            ),
        );
        check::<Item>(
            &raw,
            &["int"],
            Some("`Item`: the statement has 4 bind markers, and the server sees 1"),
        );
        let mut raw = update::<Item>(Item::V.set(1));
        raw.shape.flag(Flag::TTL);
        raw.shape.clause(0, Op::EQ);
        IfCond::<Item>::apply(Item::V.gt(1), &mut raw);
        check::<Item>(&raw, &["int", "bigint", "int", "bigint"], None);
        let raw = Raw::new(Verb::Insert);
        let fixed = "frozen<list<set<int>>>";
        let all = [
            "int",
            "text",
            "bigint",
            "set<text>",
            "list<text>",
            "map<text, int>",
            fixed,
        ];
        check::<Item>(&raw, &all, None);
        let mut raw = Raw::new(Verb::Update);
        raw.shape.flag(Flag::WHOLE);
        let all = [
            "bigint",
            "set<text>",
            "list<text>",
            "map<text, int>",
            fixed,
            "int",
            "text",
        ];
        check::<Item>(&raw, &all, None);
    }

    #[test]
    fn parts_of_collections() {
        let is = |column: &str, expected: &str, found: &str| {
            format!(
                "`Item`: column `{column}` of table `ks.item` is `{expected}` in the model and `{found}` in the database"
            )
        };
        let tags = select(Item::TAGS.contains("a"));
        check::<Item>(&tags, &["text"], None);
        check::<Item>(&tags, &["int"], Some(&is("tags", "set<text>", "set<int>")));
        let links = select((Item::LINKS.contains(1), Item::LINKS.contains_key("a")));
        check::<Item>(&links, &["int", "text"], None);
        check::<Item>(
            &links,
            &["int", "int"],
            Some(&is("links", "map<text, int>", "map<int, int>")),
        );
        check::<Item>(
            &links,
            &["text", "text"],
            Some(&is("links", "map<text, int>", "map<text, text>")),
        );
        let put = update::<Item>((Item::LINKS.put("a", 1), Item::LINES.set_at(0, "a")));
        check::<Item>(&put, &["text", "int", "int", "text"], None);
        let more = update::<Item>((
            Item::TAGS.add(["a"]),
            Item::LINES.prepend(["a"]),
            Item::LINKS.remove(["a"]),
        ));
        check::<Item>(&more, &["set<text>", "list<text>", "set<text>"], None);
        check::<Item>(
            &more,
            &["set<text>", "list<text>", "set<int>"],
            Some(&is("links", "map<text, int>", "map<int, int>")),
        );
        let hits = update::<Hits>(Hits::VIEWS.inc(1));
        check::<Hits>(&hits, &["bigint"], None);
        check::<Hits>(&hits, &["counter"], None);
    }

    #[test]
    fn columns_of_answers() {
        drop((Item::objects(), Hits::objects()));
        let of = |found: &[Column]| columns(Item::definition(), found).is_ok();
        assert!(of(&[column("a", "int"), column("other", "blob")]));
        assert!(of(&[
            column("[applied]", "boolean"),
            column("fixed", "list<set<int>>")
        ]));
        assert!(!of(&[column("a", "int"), column("v", "int")]));
    }
}
