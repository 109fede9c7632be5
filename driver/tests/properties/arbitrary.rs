//! Any types, values and texts.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use scylla_orm_driver::frame::{Consistency, Dialect, Features, Version};
use scylla_orm_driver::value::{
    Column, Counter, Date, Decimal, Duration, Time, TimeUuid, Timestamp, Type, UserType, Value,
    Varint,
};

/// Nothing is written beside the sources when a property fails: the message has the input.
pub(crate) fn quiet() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

pub(crate) fn text() -> impl Strategy<Value = String> {
    "\\PC{0,20}"
}

pub(crate) fn blob() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..40)
}

pub(crate) fn bytes() -> impl Strategy<Value = Bytes> {
    blob().prop_map(Bytes::from)
}

/// What can be negotiated, as messages show it.
pub(crate) fn features() -> impl Strategy<Value = Features> {
    let dialect = prop_oneof![Just(Dialect::Scylla), Just(Dialect::Cassandra)];
    let version = prop_oneof![Just(Version::V4), Just(Version::V5)];
    (dialect, version, any::<bool>()).prop_map(|(dialect, version, all)| {
        let mut features = match all {
            true => Features::of(dialect),
            false => Features::default(),
        };
        (features.dialect, features.version) = (dialect, version);
        features
    })
}

pub(crate) fn consistency() -> impl Strategy<Value = Consistency> {
    use Consistency::{
        All, Any, EachQuorum, LocalOne, LocalQuorum, LocalSerial, One, Quorum, Serial, Three, Two,
    };
    let all = [
        Any,
        One,
        Two,
        Three,
        Quorum,
        All,
        LocalQuorum,
        EachQuorum,
        Serial,
        LocalSerial,
        LocalOne,
    ];
    proptest::sample::select(all.to_vec())
}

fn native() -> impl Strategy<Value = Type> {
    proptest::sample::select(vec![
        Type::Ascii,
        Type::BigInt,
        Type::Blob,
        Type::Boolean,
        Type::Counter,
        Type::Date,
        Type::Decimal,
        Type::Double,
        Type::Duration,
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
        Type::Custom("org.example.Point".into()),
    ])
}

/// Types within types, as the wire can say them: no `frozen`.
pub(crate) fn ty() -> impl Strategy<Value = Type> {
    native().prop_recursive(3, 12, 4, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        // A vector goes by its class: one that has a class in it that is not understood is not understood either.
        let element = boxed().prop_filter("a known class", |ty| !has_custom(ty));
        let field = |(n, ty): (usize, Type)| (format!("Field {n}").into(), ty);
        prop_oneof![
            boxed().prop_map(Type::List),
            boxed().prop_map(Type::Set),
            (boxed(), boxed()).prop_map(|(k, v)| Type::Map(k, v)),
            (element, 1..4_u16).prop_map(|(t, n)| Type::Vector(t, n)),
            vec(inner.clone(), 1..4).prop_map(Type::Tuple),
            ("[a-zA-Z]{1,6}", vec(inner.clone(), 1..4)).prop_map(move |(name, types)| {
                Type::User(Arc::new(UserType {
                    keyspace: "ks".into(),
                    name: name.into(),
                    fields: types.into_iter().enumerate().map(field).collect(),
                }))
            }),
        ]
    })
}

/// Whether there is a type in it that only its server class names.
pub(crate) fn has_custom(ty: &Type) -> bool {
    format!("{ty:?}").contains("Custom")
}

/// A type, and a value of it. In vectors of user-defined types and the like the server has no null.
pub(crate) fn typed() -> impl Strategy<Value = (Type, Value)> {
    ty().prop_flat_map(|ty| {
        let value = value(&ty);
        (Just(ty), value)
    })
}

/// Any value of the type.
pub(crate) fn value(ty: &Type) -> BoxedStrategy<Value> {
    match ty {
        Type::List(t) => vec(value(t), 0..4).prop_map(Value::List).boxed(),
        Type::Set(t) => vec(value(t), 0..4).prop_map(Value::Set).boxed(),
        Type::Map(k, v) => vec((value(k), value(v)), 0..4).prop_map(Value::Map).boxed(),
        Type::Vector(t, n) => vec(value(t), usize::from(*n))
            .prop_map(Value::Vector)
            .boxed(),
        Type::Tuple(types) => {
            let members: Vec<_> = types.iter().map(|t| option::of(value(t))).collect();
            members.prop_map(Value::Tuple).boxed()
        }
        Type::User(user) => {
            let fields = user.fields.iter().map(|(_, t)| option::of(value(t)));
            let (fields, user) = (fields.collect::<Vec<_>>(), user.clone());
            fields
                .prop_map(move |fields| Value::User(user.clone(), fields))
                .boxed()
        }
        Type::Custom(class) => {
            let class = class.clone();
            blob()
                .prop_map(move |bytes| Value::Custom(class.clone(), bytes))
                .boxed()
        }
        scalar => self::scalar(scalar),
    }
}

fn scalar(ty: &Type) -> BoxedStrategy<Value> {
    match ty {
        Type::Ascii => "[ -~]{0,20}".prop_map(Value::from).boxed(),
        Type::Text => text().prop_map(Value::from).boxed(),
        Type::BigInt => any::<i64>().prop_map(Value::from).boxed(),
        Type::Blob => blob().prop_map(Value::from).boxed(),
        Type::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        Type::Counter => any::<i64>().prop_map(|n| Counter(n).into()).boxed(),
        Type::Date => any::<i32>().prop_map(|n| Date(n).into()).boxed(),
        Type::Decimal => (varint(), any::<i32>())
            .prop_map(|(n, scale)| Decimal::new(n, scale).into())
            .boxed(),
        Type::Double => any::<f64>().prop_map(Value::from).boxed(),
        Type::Float => any::<f32>().prop_map(Value::from).boxed(),
        Type::Duration => duration().prop_map(Value::from).boxed(),
        Type::Inet => any::<IpAddr>().prop_map(Value::from).boxed(),
        Type::Int => any::<i32>().prop_map(Value::from).boxed(),
        Type::SmallInt => any::<i16>().prop_map(Value::from).boxed(),
        Type::Time => (0..86_400_000_000_000_i64)
            .prop_map(|n| Time(n).into())
            .boxed(),
        Type::Timestamp => any::<i64>().prop_map(|n| Timestamp(n).into()).boxed(),
        Type::TimeUuid => any::<u128>().prop_map(time_uuid).boxed(),
        Type::TinyInt => any::<i8>().prop_map(Value::from).boxed(),
        Type::Uuid => any::<u128>()
            .prop_map(|n| uuid::Uuid::from_u128(n).into())
            .boxed(),
        _ => varint().prop_map(Value::from).boxed(),
    }
}

/// Of version 1, whatever else it says.
fn time_uuid(n: u128) -> Value {
    let version = n & !(0xf << 76) | 1 << 76;
    TimeUuid::try_from(uuid::Uuid::from_u128(version))
        .expect("version 1")
        .into()
}

pub(crate) fn varint() -> impl Strategy<Value = Varint> {
    vec(any::<u8>(), 0..20).prop_map(|bytes| Varint::from_be_bytes(&bytes))
}

/// All parts have the same sign.
fn duration() -> impl Strategy<Value = Duration> {
    let part = (0..=i32::MAX, 0..=i32::MAX, 0..=i64::MAX, any::<bool>());
    part.prop_map(|(months, days, nanos, negative)| match negative {
        true => Duration::new(-months, -days, -nanos),
        false => Duration::new(months, days, nanos),
    })
}

pub(crate) fn columns() -> impl Strategy<Value = Vec<Column>> {
    let column = |(table, name, ty): (String, String, Type)| Column {
        keyspace: "ks".into(),
        table: table.as_str().into(),
        name: name.as_str().into(),
        ty,
    };
    vec(("[ab]", text(), ty()).prop_map(column), 1..5)
}
