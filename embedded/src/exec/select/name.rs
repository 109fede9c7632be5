//! What the columns of an answer are called.

use crate::flavor::Flavor;
use crate::parse::show;
use crate::parse::syntax::{QualifiedName, Selector, Term, TypeName};

/// The name of a selector without an alias; types without a keyspace are of `keyspace`.
pub(super) fn of(selector: &Selector, flavor: Flavor, keyspace: &str) -> String {
    let of = |selector: &Selector| of(selector, flavor, keyspace);
    let term = |term: &Term| show::spelled(term, flavor);
    let joined = |selectors: &[Selector]| {
        let names: Vec<String> = selectors.iter().map(of).collect();
        names.join(", ")
    };
    match selector {
        Selector::Column(name) => name.to_string(),
        Selector::CountRows => "count".to_owned(),
        Selector::WriteTime(inner) => format!("writetime({})", of(inner)),
        Selector::MaxWriteTime(inner) => format!("maxwritetime({})", of(inner)),
        Selector::Ttl(inner) => format!("ttl({})", of(inner)),
        Selector::Cast(inner, ty) => format!("cast({} as {})", of(inner), ty),
        Selector::Field(inner, field) => format!("{}.{field}", of(inner)),
        Selector::Element(inner, key) => format!("{}[{}]", of(inner), term(key)),
        Selector::Slice(inner, from, to) => {
            let bound = |bound: &Option<Term>| bound.as_ref().map_or_else(String::new, term);
            format!("{}[{}..{}]", of(inner), bound(from), bound(to))
        }
        Selector::Call(function, arguments) => {
            let keyspace = function.keyspace.as_deref().unwrap_or("system");
            format!("{keyspace}.{}({})", function.name, joined(arguments))
        }
        Selector::Term(Term::Hint(ty, inner)) => {
            format!("({}){}", type_name(ty, keyspace), term(inner))
        }
        Selector::Term(value) => term(value),
        Selector::Operation(left, operator, right) => {
            format!("{} {} {}", of(left), operator.sign(), of(right))
        }
        Selector::Negate(inner) => format!("-{}", of(inner)),
        Selector::Hint(ty, inner) => format!("({}){}", type_name(ty, keyspace), of(inner)),
        Selector::List(members) => format!("[{}]", joined(members)),
        Selector::Set(members) => format!("{{{}}}", joined(members)),
        Selector::Tuple(members) => format!("({})", joined(members)),
        Selector::Map(pairs) => {
            let pairs = pairs.iter().map(|(k, v)| format!("{}: {}", of(k), of(v)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        Selector::User(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| format!("{name}: {}", of(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

fn type_name(ty: &TypeName, keyspace: &str) -> String {
    match ty {
        TypeName::User(QualifiedName {
            keyspace: None,
            name,
        }) => format!("{keyspace}.{name}"),
        other => other.to_string(),
    }
}
