//! What the columns of an answer are called.

use crate::exec::term::show;
use crate::parse::syntax::{Selector, Term};

/// The name of a selector without an alias.
pub(super) fn of(selector: &Selector) -> String {
    match selector {
        Selector::Column(name) => name.to_string(),
        Selector::CountRows => "count".to_owned(),
        Selector::WriteTime(inner) => format!("writetime({})", of(inner)),
        Selector::Ttl(inner) => format!("ttl({})", of(inner)),
        Selector::Cast(inner, ty) => format!("cast({} as {})", of(inner), ty),
        Selector::Field(inner, field) => format!("{}.{field}", of(inner)),
        Selector::Element(inner, key) => format!("{}[{}]", of(inner), show::term(key)),
        Selector::Call(function, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(of).collect();
            let keyspace = function.keyspace.as_deref().unwrap_or("system");
            format!("{keyspace}.{}({})", function.name, arguments.join(", "))
        }
        Selector::Term(Term::Cast(ty, inner)) => format!("({ty}){}", show::term(inner)),
        Selector::Term(value) => show::term(value),
    }
}
