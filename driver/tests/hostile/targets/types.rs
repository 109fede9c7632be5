//! Names of types, as CQL and as server classes write them.

use std::sync::Arc;

use scylla_orm_driver::value::{Type, UserType};

/// Text that may be a type.
pub(crate) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match parse(text) {
        Ok(ty) => {
            let shown = ty.to_string();
            assert_eq!(
                parse(&shown).as_ref(),
                Ok(&ty),
                "{text} is shown as {shown}"
            );
            drop(ty.rust_name());
        }
        Err(error) => drop(error.to_string()),
    }
    match Type::parse_class(text) {
        Ok(ty) => {
            let name = ty.class_name();
            assert_eq!(
                Type::parse_class(&name).as_ref(),
                Ok(&ty),
                "{text} is named {name}"
            );
            drop((ty.to_string(), ty.width(), ty.thawed()));
        }
        Err(error) => drop(error.to_string()),
    }
}

fn parse(text: &str) -> Result<Type, scylla_orm_driver::value::ParseTypeError> {
    // Every name is that of a user-defined type.
    Type::parse(text, &|name| {
        Some(Arc::new(UserType {
            keyspace: "k".into(),
            name: name.into(),
            fields: vec![("f".into(), Type::Int)],
        }))
    })
}
