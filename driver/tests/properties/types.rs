//! Types as CQL text and as server classes; names as CQL writes them.

use std::sync::Arc;

use proptest::prelude::*;
use scylla_orm_driver::value::{Ident, Type, UserType};

use super::arbitrary::{has_custom, quiet, text, ty};

/// The user-defined types within a type.
fn users(ty: &Type, found: &mut Vec<Arc<UserType>>) {
    match ty {
        Type::List(t) | Type::Set(t) | Type::Vector(t, _) => users(t, found),
        Type::Map(k, v) => [k, v].into_iter().for_each(|t| users(t, found)),
        Type::Tuple(types) => types.iter().for_each(|t| users(t, found)),
        Type::User(user) => {
            found.push(user.clone());
            user.fields.iter().for_each(|(_, t)| users(t, found));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(quiet())]

    #[test]
    fn a_type_is_read_from_its_text(ty in ty()) {
        let mut known = Vec::new();
        users(&ty, &mut known);
        // Two types of one name are not told apart by it.
        let mut names: Vec<_> = known.iter().map(|user| &user.name).collect();
        names.sort();
        prop_assume!(names.windows(2).all(|two| two[0] != two[1]));
        let resolve = |name: &str| known.iter().find(|user| &*user.name == name).cloned();
        prop_assert_eq!(Type::parse(&ty.to_string(), &resolve), Ok(ty));
    }

    #[test]
    fn a_type_is_read_from_its_class(ty in ty()) {
        // What stands around a class that is not understood is not understood either.
        prop_assume!(!has_custom(&ty));
        prop_assert_eq!(Type::parse_class(&ty.class_name()), Ok(ty));
    }

    #[test]
    fn a_name_is_one_token(name in text()) {
        let shown = Ident(&name).to_string();
        let inner = match shown.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(quoted) => {
                prop_assert!(!quoted.replace("\"\"", "").contains('"'), "{}", shown);
                quoted.replace("\"\"", "\"")
            }
            None => shown.clone(),
        };
        prop_assert_eq!(inner, name);
    }
}
