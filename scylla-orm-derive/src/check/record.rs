//! What must hold between the fields of a value or a row.

use std::collections::HashMap;

use crate::diagnostics::Diagnostics;
use crate::parse::{Derive, Part, PartRole, Record, Word, foreign};

/// Reports what is wrong with a value or a row.
pub(crate) fn record(record: &Record, derive: Derive, diagnostics: &mut Diagnostics) {
    if record.values().chain(record.flattened()).next().is_none() {
        let message = format!(
            "`{}` skips all of its fields, so there is nothing to read or write",
            record.ident
        );
        diagnostics.error(record.ident.span(), message);
    }
    if let (true, Some(second)) = (derive.is_read(), record.generics.lifetimes().nth(1)) {
        let message = "all that is borrowed is borrowed from one answer: a second lifetime has nothing to live for";
        diagnostics.over(second, message);
    }
    for part in &record.parts {
        contradictions(part, diagnostics);
        flattened(record, part, derive, diagnostics);
        spelled(record, part, diagnostics);
    }
    names(record, diagnostics);
}

/// Attributes of which one leaves nothing for the other to describe.
fn contradictions(part: &Part, diagnostics: &mut Diagnostics) {
    let alone = match part.role {
        PartRole::Skipped => Word::Skip,
        PartRole::Flattened => Word::Flatten,
        PartRole::Value { .. } => return,
    };
    let one = part.settings.iter().find(|s| s.word == alone);
    for other in part.settings.iter().filter(|s| s.word != alone) {
        let (one, two) = (one.map_or("", |s| s.name), other.name);
        let message = format!(
            "`{}` cannot be both `{one}` and `{two}`: drop one of the two",
            part.word()
        );
        diagnostics.error(other.span, message);
    }
}

fn flattened(record: &Record, part: &Part, derive: Derive, diagnostics: &mut Diagnostics) {
    let Some(span) = part.settings.span(Word::Flatten) else {
        return;
    };
    if derive.is_value() {
        let message = "`flatten` is for rows: in a value of CQL each field is one of its own";
        diagnostics.error(span, message);
    } else if record.by_order {
        let message = "`flatten` goes by the names of fields, and here they go by their order";
        diagnostics.error(span, message);
    } else if let Some(exact) = record.exact {
        let message = "`deny_unknown_fields` cannot stand beside `flatten`: what is unknown to one struct is the other's";
        diagnostics.error(exact, message);
    }
}

/// What can be seen of a field from its spelling alone.
fn spelled(record: &Record, part: &Part, diagnostics: &mut Diagnostics) {
    if let (true, Some(span)) = (record.is_tuple_struct(), part.settings.span(Word::Rename)) {
        diagnostics.error(span, "the fields of a tuple struct go by their order");
    }
    let PartRole::Value { with: None, .. } = part.role else {
        return;
    };
    if let Some(foreign) = foreign(&part.ty) {
        let (word, name, instead) = (part.word(), &foreign.name, foreign.instead);
        let message = format!(
            "field `{word}` has the type `{name}`, which CQL does not have: use `{instead}`, or `with`"
        );
        diagnostics.over(foreign.ty, message);
    }
}

fn names(record: &Record, diagnostics: &mut Diagnostics) {
    let mut seen: HashMap<&str, &Part> = HashMap::new();
    for part in record.values().filter(|_| !record.by_order) {
        match seen.get(part.name.text.as_str()) {
            None => {
                seen.insert(&part.name.text, part);
            }
            Some(first) => {
                let message = format!(
                    "fields `{}` and `{}` are both called `{}`: rename one of them",
                    first.word(),
                    part.word(),
                    part.name.text
                );
                diagnostics.error(part.name.span, message);
            }
        }
    }
}
