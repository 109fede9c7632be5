//! Types: `int`, `frozen<list<text>>`, `vector<float, 3>`, user-defined names.

use std::fmt;

use scylla_orm_driver::value::Type;

use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::cursor::{Cursor, unquoted};
use crate::parse::lexer::Kind;
use crate::parse::syntax::{QualifiedName, TypeName};

impl Cursor<'_> {
    pub(super) fn type_name(&mut self) -> Result<TypeName, Failure> {
        let token = self.peek(0);
        match token.kind {
            Kind::String => {
                self.next();
                Ok(TypeName::Class(unquoted(token.text).into()))
            }
            Kind::Word if self.is_sign(1, "<") => self.nested(Self::generic),
            Kind::Word if !self.is_sign(1, ".") => match native(token.text) {
                Some(native) => {
                    self.next();
                    Ok(TypeName::Native(native))
                }
                None => Ok(TypeName::User(QualifiedName {
                    keyspace: None,
                    name: self.name()?,
                })),
            },
            _ => Ok(TypeName::User(self.qualified_name()?)),
        }
    }

    /// The type behind CAST … AS: on Cassandra a native one.
    pub(super) fn cast_type(&mut self) -> Result<TypeName, Failure> {
        let token = self.peek(0);
        let is_native = token.kind == Kind::Word && is_native(token.text);
        if self.flavor == Flavor::Cassandra && !is_native {
            return Err(self.no_alternative());
        }
        self.type_name()
    }

    /// `word<…>`
    fn generic(&mut self) -> Result<TypeName, Failure> {
        let boxed = |c: &mut Self| Ok(Box::new(c.type_name()?));
        let word = self.peek(0).text.to_ascii_lowercase();
        if !["list", "set", "map", "tuple", "vector", "frozen"].contains(&word.as_str()) {
            return Err(self.no_alternative());
        }
        self.next();
        self.expect("<")?;
        let ty = match word.as_str() {
            "list" => TypeName::List(boxed(self)?),
            "set" => TypeName::Set(boxed(self)?),
            "frozen" => TypeName::Frozen(self.freezable()?),
            "tuple" => TypeName::Tuple(self.list(Self::type_name)?),
            "map" => {
                let key = boxed(self)?;
                self.expect(",")?;
                TypeName::Map(key, boxed(self)?)
            }
            _ => {
                let element = boxed(self)?;
                self.expect(",")?;
                TypeName::Vector(element, self.dimension()?)
            }
        };
        self.expect(">")?;
        Ok(ty)
    }

    /// What stands in `frozen<…>`; Cassandra's parser refuses what is always frozen.
    fn freezable(&mut self) -> Result<Box<TypeName>, Failure> {
        let inner = self.type_name()?;
        match (&inner, self.flavor) {
            (TypeName::Native(_), Flavor::Cassandra) => Err(Failure::syntax(format!(
                "frozen<> is only allowed on collections, tuples, and user-defined types (got {inner})"
            ))),
            _ => Ok(Box::new(inner)),
        }
    }

    fn dimension(&mut self) -> Result<u16, Failure> {
        let token = self.peek(0);
        match token.text.parse() {
            Ok(dimension) if token.kind == Kind::Integer && dimension > 0 => {
                self.next();
                Ok(dimension)
            }
            Ok(_) if token.kind == Kind::Integer => {
                Err(self.error("vectors may only have positive dimensions; given 0"))
            }
            _ => Err(self.mismatch("INTEGER")),
        }
    }
}

/// Whether a word is the name of a native type.
pub(super) fn is_native(word: &str) -> bool {
    native(word).is_some()
}

/// A type of one word.
fn native(word: &str) -> Option<Type> {
    Some(match word.to_ascii_lowercase().as_str() {
        "ascii" => Type::Ascii,
        "bigint" => Type::BigInt,
        "blob" => Type::Blob,
        "boolean" => Type::Boolean,
        "counter" => Type::Counter,
        "date" => Type::Date,
        "decimal" => Type::Decimal,
        "double" => Type::Double,
        "duration" => Type::Duration,
        "float" => Type::Float,
        "inet" => Type::Inet,
        "int" => Type::Int,
        "smallint" => Type::SmallInt,
        "text" | "varchar" => Type::Text,
        "time" => Type::Time,
        "timestamp" => Type::Timestamp,
        "timeuuid" => Type::TimeUuid,
        "tinyint" => Type::TinyInt,
        "uuid" => Type::Uuid,
        "varint" => Type::VarInt,
        _ => return None,
    })
}

impl fmt::Display for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TypeName::Native(native) => write!(f, "{native}"),
            TypeName::List(element) => write!(f, "list<{element}>"),
            TypeName::Set(element) => write!(f, "set<{element}>"),
            TypeName::Map(key, value) => write!(f, "map<{key}, {value}>"),
            TypeName::Vector(element, dimension) => write!(f, "vector<{element}, {dimension}>"),
            TypeName::Frozen(inner) => write!(f, "frozen<{inner}>"),
            TypeName::User(name) => write!(f, "{name}"),
            TypeName::Class(class) => write!(f, "'{class}'"),
            TypeName::Tuple(members) => {
                let members: Vec<String> = members.iter().map(ToString::to_string).collect();
                write!(f, "tuple<{}>", members.join(", "))
            }
        }
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.keyspace {
            Some(keyspace) => write!(f, "{keyspace}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}
