//! CREATE INDEX.

use scylla_orm_driver::value::Ident;

use crate::catalog::describe::{Element, map, quoted};
use crate::catalog::table::{Index, IndexKind, Table};
use crate::flavor::Flavor;

pub(super) fn describe(table: &Table, index: &Index, flavor: Flavor) -> Element {
    let custom = if index.class.is_some() { "CUSTOM " } else { "" };
    let mut statement = format!(
        "CREATE {custom}INDEX {} ON {}.{}{}({})",
        Ident(&index.name),
        Ident(&table.keyspace),
        Ident(&table.name),
        flavor.pick("", " "),
        target(index),
    );
    if let Some(class) = &index.class {
        statement += &format!(" USING {}", quoted(class));
        if !index.options.is_empty() {
            let options = map(index.options.iter().map(|(k, v)| (&**k, &**v)));
            statement += &format!(" WITH OPTIONS = {options}");
        }
    }
    statement.push(';');
    Element::new(&table.keyspace, "index", &index.name, statement)
}

/// What is indexed, as CREATE INDEX says it.
fn target(index: &Index) -> String {
    let column = Ident(&index.column).to_string();
    if let Some(key) = &index.local {
        let key: Vec<String> = key.iter().map(|name| Ident(name).to_string()).collect();
        return format!("({}), {column}", key.join(", "));
    }
    match index.kind {
        IndexKind::Value => column,
        IndexKind::Keys => format!("keys({column})"),
        IndexKind::Values => format!("values({column})"),
        IndexKind::Entries => format!("entries({column})"),
        IndexKind::Full => format!("full({column})"),
    }
}
