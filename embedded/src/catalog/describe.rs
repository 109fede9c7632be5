//! What DESCRIBE answers: the names of what there is, and the statements that would create it again.

mod cluster;
mod index;
mod keyspace;
mod options;
mod table;
mod user_type;
mod view;

use std::sync::Arc;

use scylla_orm_driver::value::{Column, Ident, ToCql, Type};

use crate::catalog::Schema;
use crate::catalog::keyspace::Keyspace;
use crate::catalog::nodes::View;
use crate::catalog::system::Row;
use crate::catalog::table::Table;
use crate::failure::Failure;
use crate::parse::syntax::QualifiedName;
use crate::parse::syntax::describe::{Describe, Kind, What};

/// Columns and rows of the answer to a DESCRIBE; names without a keyspace are of `keyspace`, the connection's.
///
/// # Errors
/// Invalid, in the server's words, for what is not there.
pub(crate) fn describe(
    statement: &Describe,
    schema: &Schema,
    keyspace: Option<&str>,
    view: View<'_>,
) -> Result<(Arc<[Column]>, Vec<Row>), Failure> {
    let describer = Describer {
        schema,
        keyspace,
        internals: statement.internals,
    };
    let elements = match &statement.what {
        What::Cluster => return Ok(cluster::describe(schema, keyspace, view)),
        What::List(kind) => {
            let named = describer.list(*kind);
            let rows = named.iter().map(Element::name_only).collect();
            return Ok((columns(&["keyspace_name", "type", "name"]), rows));
        }
        What::Schema { full } => describer.all(*full),
        What::Keyspace { name, only } => describer.keyspace(name.as_deref(), *only)?,
        What::One(kind, name) => describer.one(*kind, name)?,
        What::Any(name) => describer.any(name)?,
    };
    let names = ["keyspace_name", "type", "name", "create_statement"];
    Ok((columns(&names), elements.iter().map(Element::row).collect()))
}

/// Something that has a name, and maybe its statement.
struct Element {
    keyspace: String,
    kind: &'static str,
    name: String,
    statement: String,
}

impl Element {
    fn new(keyspace: &str, kind: &'static str, name: &str, statement: String) -> Self {
        Element {
            keyspace: Ident(keyspace).to_string(),
            kind,
            name: Ident(name).to_string(),
            statement,
        }
    }

    fn name_only(&self) -> Row {
        vec![text(&self.keyspace), text(self.kind), text(&self.name)]
    }

    fn row(&self) -> Row {
        let mut row = self.name_only();
        row.push(text(&self.statement));
        row
    }
}

struct Describer<'a> {
    schema: &'a Schema,
    keyspace: Option<&'a str>,
    internals: bool,
}

impl Describer<'_> {
    /// All of a kind, in the connection's keyspace or in all of them. There are no functions and no aggregates.
    fn list(&self, kind: Kind) -> Vec<Element> {
        let keyspaces = self.schema.keyspaces.values();
        if kind == Kind::Keyspace {
            let named =
                |k: &Arc<Keyspace>| Element::new(&k.name, "keyspace", &k.name, String::new());
            return keyspaces.map(named).collect();
        }
        let mut found = Vec::new();
        for keyspace in keyspaces.filter(|k| self.keyspace.is_none_or(|used| *k.name == *used)) {
            let named = |kind, name: &str| Element::new(&keyspace.name, kind, name, String::new());
            match kind {
                Kind::Table => {
                    found.extend(
                        by_name(tables(keyspace), |t| &t.name).map(|t| named("table", &t.name)),
                    );
                }
                Kind::Type => {
                    found.extend(
                        by_name(keyspace.types.values(), |t| &t.name)
                            .map(|t| named("type", &t.name)),
                    );
                }
                _ => {}
            }
        }
        found
    }

    fn all(&self, full: bool) -> Vec<Element> {
        let keyspaces = self.schema.keyspaces.values();
        keyspaces
            .filter(|keyspace| full || !keyspace.is_system())
            .flat_map(|keyspace| self.whole_keyspace(keyspace))
            .collect()
    }

    fn keyspace(&self, name: Option<&str>, only: bool) -> Result<Vec<Element>, Failure> {
        let name = name.or(self.keyspace).ok_or_else(no_keyspace)?;
        let keyspace = self.find(name)?;
        Ok(match only {
            true => vec![keyspace::describe(keyspace, self.schema.flavor)],
            false => self.whole_keyspace(keyspace),
        })
    }

    /// It, its types, its tables each with its indexes and views.
    fn whole_keyspace(&self, keyspace: &Keyspace) -> Vec<Element> {
        let mut elements = vec![keyspace::describe(keyspace, self.schema.flavor)];
        elements.extend(user_type::all(keyspace));
        for table in by_name(tables(keyspace), |table| &table.name) {
            elements.extend(self.table(table, keyspace));
        }
        elements
    }

    fn table(&self, table: &Table, keyspace: &Keyspace) -> Vec<Element> {
        let mut elements = vec![table::describe(table, self.schema.flavor, self.internals)];
        let indexes = by_name(table.indexes.iter(), |index| &index.name);
        elements.extend(indexes.map(|index| index::describe(table, index, self.schema.flavor)));
        let views = by_name(keyspace.views_of(&table.name), |view| &view.name);
        elements.extend(views.filter_map(|view| self.view(view)));
        elements
    }

    fn view(&self, table: &Table) -> Option<Element> {
        let view = table.view.as_ref()?;
        Some(view::describe(
            table,
            view,
            self.schema.flavor,
            self.internals,
        ))
    }

    fn one(&self, kind: Kind, name: &QualifiedName) -> Result<Vec<Element>, Failure> {
        let keyspace = name.keyspace.as_deref().or(self.keyspace);
        let keyspace = self.find(keyspace.ok_or_else(no_keyspace)?)?;
        self.within(kind, keyspace, &name.name).ok_or_else(|| {
            let (keyspace, name) = (&keyspace.name, &name.name);
            Failure::invalid(match kind {
                Kind::Keyspace => format!("'{name}' not found in keyspaces"),
                Kind::Table => format!("Table '{name}' not found in keyspace '{keyspace}'"),
                Kind::View => self.schema.flavor.pick(
                    format!("Materialized view '{name}' not found in keyspace '{keyspace}'"),
                    format!("Materialized view '{name}' not found in '{keyspace}'"),
                ),
                Kind::Index => {
                    format!("Table for existing index '{name}' not found in '{keyspace}'")
                }
                Kind::Type => format!("User defined type '{name}' not found in '{keyspace}'"),
                Kind::Function => {
                    format!("User defined function '{name}' not found in '{keyspace}'")
                }
                Kind::Aggregate => {
                    format!("User defined aggregate '{name}' not found in '{keyspace}'")
                }
            })
        })
    }

    /// Something of a kind in a keyspace.
    fn within(&self, kind: Kind, keyspace: &Keyspace, name: &str) -> Option<Vec<Element>> {
        match kind {
            Kind::Table => {
                let table = keyspace.tables.get(name)?;
                table.view.is_none().then(|| self.table(table, keyspace))
            }
            Kind::View => Some(vec![self.view(keyspace.tables.get(name)?)?]),
            Kind::Type => {
                let user = keyspace.types.get(name)?;
                Some(vec![user_type::describe(user)])
            }
            Kind::Index => {
                let table = keyspace.table_of_index(name)?;
                let index = table.indexes.iter().find(|index| *index.name == *name)?;
                Some(vec![index::describe(table, index, self.schema.flavor)])
            }
            Kind::Keyspace | Kind::Function | Kind::Aggregate => None,
        }
    }

    /// A keyspace, or else a table, a view or an index: servers look for no types here.
    fn any(&self, name: &QualifiedName) -> Result<Vec<Element>, Failure> {
        if name.keyspace.is_none()
            && let Some(keyspace) = self.schema.keyspaces.get(&name.name)
        {
            return Ok(self.whole_keyspace(keyspace));
        }
        let name_only = &name.name;
        let Some(keyspace) = name.keyspace.as_deref().or(self.keyspace) else {
            return Err(Failure::invalid(format!(
                "'{name_only}' not found in keyspaces"
            )));
        };
        let keyspace = self.find(keyspace)?;
        let found = self.within(Kind::Table, keyspace, name_only);
        found
            .or_else(|| self.within(Kind::View, keyspace, name_only))
            .or_else(|| self.within(Kind::Index, keyspace, name_only))
            .ok_or_else(|| {
                let keyspace = &keyspace.name;
                Failure::invalid(format!("'{name_only}' not found in keyspace '{keyspace}'"))
            })
    }

    fn find(&self, name: &str) -> Result<&Arc<Keyspace>, Failure> {
        let found = self.schema.keyspaces.get(name);
        found.ok_or_else(|| Failure::invalid(format!("'{name}' not found in keyspaces")))
    }
}

/// The tables of a keyspace that are no views.
fn tables(keyspace: &Keyspace) -> impl Iterator<Item = &Arc<Table>> {
    let tables = keyspace.tables.values();
    tables.filter(|table| table.view.is_none())
}

fn no_keyspace() -> Failure {
    Failure::invalid("No keyspace specified and no current keyspace")
}

/// In the order in which servers tell names: whatever their case.
fn by_name<'a, T: 'a>(
    all: impl Iterator<Item = &'a T>,
    name: impl Fn(&T) -> &str,
) -> impl Iterator<Item = &'a T> {
    let mut all: Vec<&T> = all.collect();
    all.sort_by_key(|one| name(one).to_ascii_lowercase());
    all.into_iter()
}

fn columns(names: &[&str]) -> Arc<[Column]> {
    names.iter().map(|name| column(name, Type::Text)).collect()
}

fn column(name: &str, ty: Type) -> Column {
    Column {
        keyspace: "system".into(),
        table: "describe".into(),
        name: name.into(),
        ty,
    }
}

fn text(text: &str) -> Option<Vec<u8>> {
    Some(text.as_bytes().to_vec())
}

/// A value as a cell.
fn cell(value: impl ToCql) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    value.write(&mut bytes);
    Some(bytes)
}

/// A text as a literal.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A map of texts as a literal.
fn map<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pairs = pairs.into_iter();
    let pairs: Vec<String> = pairs
        .map(|(key, value)| format!("{}: {}", quoted(key), quoted(value)))
        .collect();
    format!("{{{}}}", pairs.join(", "))
}
