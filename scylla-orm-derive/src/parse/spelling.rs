//! What the spelling of a type tells. The derive sees no more of a type than its letters: an alias is
//! [`Spelling::Other`], and the compiler's own checks of the generated code find the rest.

use syn::{GenericArgument, PathArguments, Type};

/// What the spelling of a field's type tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// A list, set or map.
    Collection,
    /// `Counter`
    Counter,
    /// `Duration`, which has no order in CQL.
    Duration,
    /// A type that cannot be frozen, such as `i32`.
    Scalar,
    /// A user's type, a tuple, an alias.
    Other,
}

impl Spelling {
    /// Of the type, or of what its `Option` holds.
    pub(crate) fn of(ty: &Type) -> Spelling {
        let ty = option(ty).unwrap_or(ty);
        let Some((name, arguments)) = last_segment(ty) else {
            return Spelling::Other;
        };
        match name.as_str() {
            "Vec" if is_byte(arguments) => Spelling::Scalar,
            "Vec" | "HashSet" | "BTreeSet" | "HashMap" | "BTreeMap" => Spelling::Collection,
            "Counter" => Spelling::Counter,
            "Duration" => Spelling::Duration,
            "bool" | "i8" | "i16" | "i32" | "i64" | "f32" | "f64" | "String" | "Uuid"
            | "TimeUuid" => Spelling::Scalar,
            _ => Spelling::Other,
        }
    }
}

/// What an `Option` holds, if the type is spelled as one.
pub(crate) fn option(ty: &Type) -> Option<&Type> {
    match last_segment(ty) {
        Some((name, arguments)) if name == "Option" => argument(arguments),
        _ => None,
    }
}

fn last_segment(ty: &Type) -> Option<(String, &PathArguments)> {
    match ty {
        Type::Path(path) if path.qself.is_none() => {
            let last = path.path.segments.last()?;
            Some((last.ident.to_string(), &last.arguments))
        }
        // A type that a `macro_rules!` hands on comes in invisible parentheses.
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

fn argument(arguments: &PathArguments) -> Option<&Type> {
    match arguments {
        PathArguments::AngleBracketed(list) => match list.args.first()? {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        },
        _ => None,
    }
}

fn is_byte(arguments: &PathArguments) -> bool {
    let name = argument(arguments).and_then(last_segment);
    name.is_some_and(|(name, _)| name == "u8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        use syn::parse_quote as q;
        #[track_caller]
        fn check(ty: Type, expected: Spelling) {
            assert_eq!(Spelling::of(&ty), expected);
        }
        check(q!(i32), Spelling::Scalar);
        check(q!(Option<uuid::Uuid>), Spelling::Scalar);
        check(q!(Vec<u8>), Spelling::Scalar);
        check(q!(std::vec::Vec<i32>), Spelling::Collection);
        check(q!(Option<HashMap<String, Vec<i32>>>), Spelling::Collection);
        check(q!((BTreeSet<i32>)), Spelling::Collection);
        check(q!(scylla_orm::Counter), Spelling::Counter);
        check(q!(std::option::Option<Duration>), Spelling::Duration);
        check(q!((i32, String)), Spelling::Other);
        check(q!(<T as Trait>::Counter), Spelling::Other);
        check(q!(Weather), Spelling::Other);
    }
}
