//! Terms and relations as text again, for errors and for what is told of views.

use scylla_orm_driver::value::Ident;

use crate::flavor::Flavor;
use crate::parse::syntax::{
    ConstantKind, Operand, Operator, QualifiedName, Relation, Target, Term,
};

/// The relations of a WHERE as one would write them.
pub(crate) fn relations(relations: &[Relation]) -> String {
    let relations: Vec<String> = relations.iter().map(relation).collect();
    relations.join(" AND ")
}

fn relation(relation: &Relation) -> String {
    let names = |names: &[Box<str>]| {
        let names: Vec<String> = names.iter().map(|name| Ident(name).to_string()).collect();
        names.join(", ")
    };
    let target = match &relation.target {
        Target::Column(name) => Ident(name).to_string(),
        Target::Element(name, key) => format!("{}[{}]", Ident(name), term(key)),
        Target::Field(name, field) => format!("{}.{}", Ident(name), Ident(field)),
        Target::Tuple(columns) => format!("({})", names(columns)),
        Target::Token(columns) => format!("token({})", names(columns)),
    };
    if relation.operator == Operator::IsNot {
        return format!("{target} IS NOT NULL");
    }
    let value = operand(&relation.value);
    format!("{target} {} {value}", relation.operator.sign())
}

/// What a relation compares with.
pub(crate) fn operand(operand: &Operand) -> String {
    match operand {
        Operand::Term(value) => term(value),
        Operand::List(terms) => format!("({})", joined(terms)),
    }
}

/// The term as the server names it: Cassandra writes null in capitals.
pub(crate) fn spelled(term: &Term, flavor: Flavor) -> String {
    match (term, flavor) {
        (Term::Null, Flavor::Cassandra) => "NULL".to_owned(),
        (Term::Hint(ty, inner), flavor) => format!("({ty}){}", spelled(inner, flavor)),
        _ => self::term(term),
    }
}

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
        Term::Hint(ty, inner) => format!("({ty}){}", self::term(inner)),
        Term::Operation(left, operator, right) => {
            let sign = operator.sign();
            format!("{} {sign} {}", self::term(left), self::term(right))
        }
        Term::Negate(inner) => format!("-{}", self::term(inner)),
        Term::Member { object, .. } => self::term(object),
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
