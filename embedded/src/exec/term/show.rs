//! Terms as text again, for errors.

use crate::parse::syntax::{ConstantKind, QualifiedName, Term};

/// The term as one would write it.
pub(crate) fn term(term: &Term) -> String {
    match term {
        Term::Marker(_) => "?".to_owned(),
        Term::Null => "null".to_owned(),
        Term::Constant(constant) if constant.kind == ConstantKind::String => {
            format!("'{}'", constant.text.replace('\'', "''"))
        }
        Term::Constant(constant) => constant.text.to_string(),
        Term::List(members) => format!("[{}]", joined(members)),
        Term::Set(members) => format!("{{{}}}", joined(members)),
        Term::Map(pairs) => {
            let pairs = pairs.iter();
            let pairs: Vec<_> = pairs
                .map(|(k, v)| format!("{}: {}", self::term(k), self::term(v)))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Term::User(fields) => {
            let fields = fields.iter();
            let fields: Vec<_> = fields
                .map(|(name, value)| format!("{name}: {}", self::term(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        Term::Tuple(members) => format!("({})", joined(members)),
        Term::Call(function, arguments) => {
            format!("{}({})", qualified(function), joined(arguments))
        }
        Term::Cast(_, inner) => format!("cast({})", self::term(inner)),
        Term::Column(name) => name.to_string(),
    }
}

fn joined(terms: &[Term]) -> String {
    let terms: Vec<_> = terms.iter().map(term).collect();
    terms.join(", ")
}

fn qualified(name: &QualifiedName) -> String {
    match &name.keyspace {
        Some(keyspace) => format!("{keyspace}.{}", name.name),
        None => name.name.to_string(),
    }
}
