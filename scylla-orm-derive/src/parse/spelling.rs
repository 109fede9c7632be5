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

/// A type of Rust that CQL does not have, in a type or its elements.
pub(crate) struct Foreign<'t> {
    /// Where it is.
    pub(crate) ty: &'t Type,
    pub(crate) name: String,
    /// The type to use instead.
    pub(crate) instead: &'static str,
}

/// Finds the first type that CQL does not have, as far as the spelling tells.
pub(crate) fn foreign(ty: &Type) -> Option<Foreign<'_>> {
    if let Type::Tuple(tuple) = ty {
        return tuple.elems.iter().find_map(foreign);
    }
    let (name, arguments) = last_segment(ty)?;
    let instead = match name.as_str() {
        "Vec" if is_byte(arguments) => return None,
        "Option" | "Vec" | "HashSet" | "BTreeSet" | "HashMap" | "BTreeMap" => {
            return types(arguments).find_map(foreign);
        }
        "u8" => "i16",
        "u16" => "i32",
        "u32" | "u64" | "usize" | "isize" => "i64",
        "u128" | "i128" => "Varint",
        "char" => "String",
        _ => return None,
    };
    Some(Foreign { ty, name, instead })
}

/// What an `Option` holds, if the type is spelled as one.
pub(crate) fn option(ty: &Type) -> Option<&Type> {
    match last_segment(ty) {
        Some((name, arguments)) if name == "Option" => types(arguments).next(),
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

fn types(arguments: &PathArguments) -> impl Iterator<Item = &Type> {
    let list = match arguments {
        PathArguments::AngleBracketed(list) => Some(&list.args),
        _ => None,
    };
    list.into_iter()
        .flatten()
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
}

/// Of a `Vec`: bytes are a blob, not a list.
fn is_byte(arguments: &PathArguments) -> bool {
    let name = types(arguments).next().and_then(last_segment);
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

    #[test]
    fn types_that_cql_does_not_have() {
        use syn::parse_quote as q;
        #[track_caller]
        fn check(ty: Type, expected: Option<(&str, &str)>) {
            let seen = foreign(&ty).map(|f| (f.name, f.instead));
            let seen = seen
                .as_ref()
                .map(|(name, instead)| (name.as_str(), *instead));
            assert_eq!(seen, expected);
        }
        check(q!(usize), Some(("usize", "i64")));
        check(q!(Option<core::primitive::u8>), Some(("u8", "i16")));
        check(q!(Vec<u8>), None);
        check(q!(Vec<u16>), Some(("u16", "i32")));
        check(
            q!(HashMap<String, (i32, BTreeSet<char>)>),
            Some(("char", "String")),
        );
        check(q!(Wrapper<u32>), None);
    }
}
