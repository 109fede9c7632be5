//! Random schemas: types, tables of every shape of key, indexes.

use std::sync::Arc;

use scylla_orm::driver::value::{Type, UserType, Value};

use super::dice::Dice;
use super::value::value;

/// The types and tables of a keyspace.
#[derive(Debug)]
pub struct Schema {
    pub keyspace: String,
    pub types: Vec<Arc<UserType>>,
    pub tables: Vec<Table>,
}

/// A table, and values for its columns to draw from: so few that rows meet.
#[derive(Debug)]
pub struct Table {
    /// With its keyspace.
    pub name: String,
    pub partition: Vec<Column>,
    pub clustering: Vec<Column>,
    pub descending: Vec<bool>,
    pub statics: Vec<Column>,
    pub regular: Vec<Column>,
    pub counters: bool,
    /// Whether each write carries a timestamp of its own, so that early ones come late. Conditional writes cannot.
    pub stamped: bool,
    /// What its indexes are on, as `v0` or `keys(v1)`.
    pub indexes: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    pub ty: Type,
    pub domain: Vec<Value>,
}

impl Column {
    fn new(dice: &mut Dice, name: String, ty: Type, values: usize) -> Column {
        let domain = (0..values).map(|_| value(dice, &ty)).collect();
        Column { name, ty, domain }
    }

    pub fn is_frozen(&self) -> bool {
        matches!(self.ty, Type::Frozen(_))
    }
}

impl Schema {
    pub fn new(dice: &mut Dice, keyspace: &str) -> Schema {
        let types = user_types(dice, keyspace);
        let count = 2 + dice.below(2);
        let tables = (0..count)
            .map(|at| Table::new(dice, &types, format!("{keyspace}.t{at}")))
            .collect();
        Schema {
            keyspace: keyspace.to_owned(),
            types,
            tables,
        }
    }

    /// The statements that make it.
    pub fn create(&self) -> Vec<String> {
        let keyspace = &self.keyspace;
        let mut statements = vec![format!(
            "CREATE KEYSPACE {keyspace} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}"
        )];
        for ty in &self.types {
            let field = |(name, ty): &(Box<str>, Type)| format!("{name} {ty}");
            let fields: Vec<String> = ty.fields.iter().map(field).collect();
            statements.push(format!(
                "CREATE TYPE {keyspace}.{} ({})",
                ty.name,
                fields.join(", ")
            ));
        }
        for table in &self.tables {
            statements.push(table.create());
        }
        statements
    }
}

impl Table {
    /// The statements that make its indexes.
    pub fn create_indexes(&self) -> Vec<String> {
        let index = |(at, on): (usize, &String)| {
            let short = self.short_name();
            format!("CREATE INDEX {short}_i{at} ON {} ({on})", self.name)
        };
        self.indexes.iter().enumerate().map(index).collect()
    }
}

fn user_types(dice: &mut Dice, keyspace: &str) -> Vec<Arc<UserType>> {
    let mut types: Vec<Arc<UserType>> = Vec::new();
    for at in 0..2 {
        let count = 1 + dice.below(3);
        let fields = (0..count).map(|field| {
            let ty = match dice.below(6) {
                0 => frozen(collection(dice)),
                1 if at > 0 => frozen(Type::User(types[0].clone())),
                _ => scalar(dice),
            };
            (format!("f{field}").into(), ty)
        });
        let fields = fields.collect();
        types.push(Arc::new(UserType {
            keyspace: keyspace.into(),
            name: format!("u{at}").into(),
            fields,
        }));
    }
    types
}

impl Table {
    fn new(dice: &mut Dice, types: &[Arc<UserType>], name: String) -> Table {
        let counters = dice.percent(12);
        let (parts, places) = (1 + dice.below(2), dice.below(4));
        let key = |dice: &mut Dice| key_type(dice, types);
        let partition = columns(dice, "p", parts, 3, key);
        let clustering = columns(dice, "c", places, 4, key);
        let statics = if places == 0 { 0 } else { dice.below(3) };
        let regular = usize::from(counters) + dice.below(5);
        let any = |dice: &mut Dice| match counters {
            true => Type::Counter,
            false => column_type(dice, types),
        };
        let statics = columns(dice, "s", statics, 5, any);
        let regular = columns(dice, "v", regular, 5, any);
        let mut table = Table {
            name,
            descending: clustering.iter().map(|_| dice.percent(40)).collect(),
            partition,
            clustering,
            statics,
            regular,
            counters,
            stamped: dice.percent(50),
            indexes: Vec::new(),
        };
        if !counters && dice.percent(50) {
            table.indexes = indexes(dice, &table);
        }
        table
    }

    pub fn keys(&self) -> impl Iterator<Item = &Column> {
        self.partition.iter().chain(&self.clustering)
    }

    /// Those outside of its key.
    pub fn values(&self) -> impl Iterator<Item = &Column> {
        self.statics.iter().chain(&self.regular)
    }

    pub fn columns(&self) -> Vec<&Column> {
        self.keys().chain(self.values()).collect()
    }

    fn short_name(&self) -> &str {
        self.name
            .split_once('.')
            .map_or(&*self.name, |(_, name)| name)
    }

    fn create(&self) -> String {
        let names = |columns: &[Column]| {
            let names: Vec<&str> = columns.iter().map(|c| &*c.name).collect();
            names.join(", ")
        };
        let define = |column: &Column, kind: &str| format!("{} {}{kind}, ", column.name, column.ty);
        let mut cql = format!("CREATE TABLE {} (", self.name);
        cql.extend(self.keys().chain(&self.regular).map(|c| define(c, "")));
        cql.extend(self.statics.iter().map(|c| define(c, " STATIC")));
        cql += &format!("PRIMARY KEY (({})", names(&self.partition));
        if !self.clustering.is_empty() {
            cql += &format!(", {}", names(&self.clustering));
        }
        cql += "))";
        if !self.clustering.is_empty() {
            let order = |(column, down): (&Column, &bool)| {
                format!("{} {}", column.name, if *down { "DESC" } else { "ASC" })
            };
            let order: Vec<String> = self
                .clustering
                .iter()
                .zip(&self.descending)
                .map(order)
                .collect();
            cql += &format!(" WITH CLUSTERING ORDER BY ({})", order.join(", "));
        }
        cql
    }
}

/// Columns of random types, with so many values each.
fn columns(
    dice: &mut Dice,
    letter: &str,
    count: usize,
    values: usize,
    ty: impl Fn(&mut Dice) -> Type,
) -> Vec<Column> {
    let mut columns = Vec::new();
    for at in 0..count {
        let ty = ty(dice);
        columns.push(Column::new(dice, format!("{letter}{at}"), ty, values));
    }
    columns
}

fn indexes(dice: &mut Dice, table: &Table) -> Vec<String> {
    let mut indexes = Vec::new();
    let count = 1 + dice.below(2);
    for column in table.regular.iter().take(count) {
        let name = &column.name;
        indexes.push(match &column.ty {
            Type::Frozen(inner) => match **inner {
                Type::User(_) | Type::Tuple(_) if dice.percent(90) => name.clone(),
                _ => format!("full({name})"),
            },
            Type::Map(..) => format!("{}({name})", dice.pick(&["keys", "values", "entries"])),
            Type::User(_) | Type::Duration => continue,
            _ => name.clone(),
        });
    }
    if table.clustering.len() > 1 && dice.percent(40) {
        indexes.push(table.clustering[1].name.clone());
    }
    indexes
}

fn key_type(dice: &mut Dice, types: &[Arc<UserType>]) -> Type {
    loop {
        let ty = match dice.below(20) {
            0 => frozen(collection(dice)),
            1 => tuple(dice),
            2 => frozen(Type::User(dice.pick(types).clone())),
            3..10 => dice.pick(&[Type::Int, Type::Text, Type::BigInt]).clone(),
            _ => scalar(dice),
        };
        if !has_duration(&ty) {
            return ty;
        }
    }
}

fn column_type(dice: &mut Dice, types: &[Arc<UserType>]) -> Type {
    match dice.below(20) {
        0..6 => collection(dice),
        6..8 => frozen(collection(dice)),
        8 => tuple(dice),
        9 | 10 => Type::User(dice.pick(types).clone()),
        11 => frozen(Type::User(dice.pick(types).clone())),
        12 => Type::Vector(Box::new(Type::Float), 2),
        13 => Type::Duration,
        _ => scalar(dice),
    }
}

/// One that can be part of a key.
fn scalar(dice: &mut Dice) -> Type {
    let all = [
        Type::Ascii,
        Type::BigInt,
        Type::Blob,
        Type::Boolean,
        Type::Date,
        Type::Decimal,
        Type::Double,
        Type::Float,
        Type::Inet,
        Type::Int,
        Type::SmallInt,
        Type::Text,
        Type::Time,
        Type::Timestamp,
        Type::TimeUuid,
        Type::TinyInt,
        Type::Uuid,
        Type::VarInt,
    ];
    dice.pick(&all).clone()
}

fn collection(dice: &mut Dice) -> Type {
    let element = Box::new(scalar(dice));
    match dice.below(3) {
        0 => Type::List(element),
        1 => Type::Set(element),
        _ => Type::Map(element, Box::new(scalar(dice))),
    }
}

fn tuple(dice: &mut Dice) -> Type {
    let members = (0..1 + dice.below(3)).map(|_| scalar(dice)).collect();
    frozen(Type::Tuple(members))
}

fn frozen(ty: Type) -> Type {
    Type::Frozen(Box::new(ty))
}

fn has_duration(ty: &Type) -> bool {
    match ty.bare() {
        Type::Duration => true,
        Type::User(user) => user.fields.iter().any(|(_, ty)| has_duration(ty)),
        _ => false,
    }
}
