//! From CREATE MATERIALIZED VIEW to a table.

use std::collections::BTreeMap;

use scylla_orm_driver::value::Type;
use uuid::Uuid;

use crate::catalog::options::Options;
use crate::catalog::table::{Column, ColumnKind, Table, View};
use crate::catalog::{definition, types};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::syntax::ddl::CreateView;
use crate::parse::syntax::{Direction, Name, Operator, Relation, Selected, Selector, Target};

/// What a view may not have of its own.
pub(super) const NO_TTL: &str = "Cannot set or alter default_time_to_live for a materialized view. Data in a materialized view always expire at \
     the same time than the corresponding data in the parent table.";

/// The view that `statement` describes, of `base`.
pub(super) fn view(statement: &CreateView, base: &Table, flavor: Flavor) -> Result<Table, Failure> {
    definition::check_name(&base.keyspace, &statement.view.name, flavor)?;
    let definition = Definition {
        statement,
        base,
        flavor,
        name: &statement.view.name,
    };
    let selected = definition.selected()?;
    let key = definition.key(&selected)?;
    let extra = definition.extra(&key)?;
    definition.check_filters(&key)?;
    let mut columns = definition.key_columns(&key)?;
    let others = base.columns.iter().filter(|c| !key.contains(c));
    let others = others.filter(|c| selected.is_empty() || selected.contains(c));
    columns.extend(others.map(|column| Column {
        kind: ColumnKind::Regular,
        descending: false,
        ..column.clone()
    }));
    let mut table = Table {
        id: Uuid::new_v4(),
        keyspace: base.keyspace.clone(),
        name: statement.view.name.clone(),
        columns,
        partition: statement.primary_key.partition.len(),
        clustering: statement.primary_key.clustering.len(),
        indexes: Vec::new(),
        options: definition.options()?,
        next_column: base.next_column,
        dropped: BTreeMap::new(),
        view: Some(Box::new(View {
            base_id: base.id,
            base: base.name.clone(),
            includes_all: selected.is_empty(),
            extra,
            relations: statement.relations.clone(),
        })),
        is_virtual: false,
    };
    table.sort_columns();
    Ok(table)
}

struct Definition<'a> {
    statement: &'a CreateView,
    base: &'a Table,
    flavor: Flavor,
    name: &'a str,
}

impl<'a> Definition<'a> {
    fn invalid<T>(
        &self,
        scylla: impl Into<String>,
        cassandra: impl Into<String>,
    ) -> Result<T, Failure> {
        Err(Failure::invalid(
            self.flavor.pick(scylla.into(), cassandra.into()),
        ))
    }

    /// The columns that are named behind SELECT; none are if all are meant.
    fn selected(&self) -> Result<Vec<&'a Column>, Failure> {
        let Selected::Some(selections) = &self.statement.selected else {
            let columns = self.base.columns.iter();
            self.no_statics(columns)?;
            return Ok(Vec::new());
        };
        let mut columns = Vec::new();
        for selection in selections {
            if selection.alias.is_some() {
                return self.invalid(
                    "Cannot use alias when defining a materialized view",
                    "Cannot use aliases when defining a materialized view",
                );
            }
            let Selector::Column(name) = &selection.selector else {
                return self.invalid(
                    "Cannot use general expressions when defining a materialized view",
                    "Can only select columns by name when defining a materialized view",
                );
            };
            columns.push(self.column(name)?);
        }
        self.no_statics(columns.iter().copied())?;
        Ok(columns)
    }

    fn no_statics(&self, mut columns: impl Iterator<Item = &'a Column>) -> Result<(), Failure> {
        let Some(column) = columns.find(|c| c.kind == ColumnKind::Static) else {
            return Ok(());
        };
        let name = &column.name;
        let how = match self.statement.selected {
            Selected::All => " which would be included by Materialized View SELECT * statement",
            Selected::Some(_) => " in materialized view",
        };
        self.invalid(
            format!("Unable to include static column '{name}'{how}"),
            format!(
                "Cannot include static column '{name}' in materialized view '{}'",
                self.name
            ),
        )
    }

    fn column(&self, name: &str) -> Result<&'a Column, Failure> {
        let found = self.base.column(name);
        found.map(|(_, column)| column).ok_or_else(|| {
            Failure::invalid(self.flavor.pick(
                format!(
                    "Unknown column name detected in CREATE MATERIALIZED VIEW statement: {name}"
                ),
                format!(
                    "Undefined column name {name} in table {}.{}",
                    self.base.keyspace, self.base.name
                ),
            ))
        })
    }

    /// The columns of the key, each of which may be in one.
    fn key(&self, selected: &[&Column]) -> Result<Vec<&'a Column>, Failure> {
        let mut key: Vec<&Column> = Vec::new();
        let primary = &self.statement.primary_key;
        for name in primary.partition.iter().chain(&primary.clustering) {
            let column = self.base.column(name).map(|(_, column)| column);
            let shown = |c: &&Column| {
                self.flavor == Flavor::Scylla || selected.is_empty() || selected.contains(c)
            };
            let Some(column) = column.filter(shown) else {
                return self.invalid(
                    format!("Unknown column name detected in CREATE MATERIALIZED VIEW statement: {name}"),
                    format!(
                        "Unknown column '{name}' referenced in PRIMARY KEY for materialized view '{}'",
                        self.name
                    ),
                );
            };
            if key.contains(&column) {
                return self.invalid(
                    format!("Duplicate entry found in PRIMARY KEY: {name}"),
                    format!(
                        "Duplicate column '{name}' in PRIMARY KEY clause for materialized view '{}'",
                        self.name
                    ),
                );
            }
            self.check_key(column)?;
            key.push(column);
        }
        Ok(key)
    }

    fn check_key(&self, column: &Column) -> Result<(), Failure> {
        let (name, ty) = (&column.name, &column.ty);
        if column.kind == ColumnKind::Static {
            return self.invalid(
                format!("Cannot use Static column '{name}' in PRIMARY KEY of materialized view"),
                format!(
                    "Cannot include static column '{name}' in materialized view '{}'",
                    self.name
                ),
            );
        }
        if column.is_multi_cell() {
            let what = match ty {
                Type::User(_) => "user-defined",
                _ => "collection",
            };
            return self.invalid(
                format!("Cannot use MultiCell column '{name}' in PRIMARY KEY of materialized view"),
                format!(
                    "Invalid non-frozen {what} type '{}' for PRIMARY KEY column '{name}'",
                    ty.class_name()
                ),
            );
        }
        if types::contains(ty, &|inner| *inner == Type::Duration) {
            return self.invalid(
                format!("Cannot use Duration column '{name}' in PRIMARY KEY of materialized view"),
                format!("duration type is not supported for PRIMARY KEY column '{name}'"),
            );
        }
        Ok(())
    }

    /// The one column of the key that is not in the base's: all of those must be in it.
    fn extra(&self, key: &[&Column]) -> Result<Option<u32>, Failure> {
        let of_base = self.base.columns.iter().filter(|c| c.is_key());
        let missing: Vec<&str> = of_base
            .filter(|c| !key.contains(c))
            .map(|c| &*c.name)
            .collect();
        let extra: Vec<&&Column> = key.iter().filter(|c| !c.is_key()).collect();
        let too_many = || {
            let names: Vec<&str> = extra.iter().map(|c| &*c.name).collect();
            self.invalid(
                format!(
                    "Cannot include more than one non-primary key column '{}' in materialized view primary key",
                    names.get(1).unwrap_or(&"")
                ),
                format!(
                    "Cannot include more than one non-primary key column in materialized view primary key (got {})",
                    names.join(", ")
                ),
            )
        };
        if self.flavor == Flavor::Scylla && extra.len() > 1 {
            return too_many();
        }
        if !missing.is_empty() {
            let (name, base, missing) = (self.name, &self.base.name, missing.join(", "));
            return self.invalid(
                format!(
                    "Cannot create Materialized View {name} without primary key columns from base {base} ({missing})"
                ),
                format!(
                    "Cannot create materialized view '{name}' without primary key columns {missing} from base table \
                     '{base}'"
                ),
            );
        }
        match extra.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(only.id)),
            _ => too_many(),
        }
    }

    /// Key columns must be restricted, others must not be but by IS NOT NULL.
    fn check_filters(&self, key: &[&Column]) -> Result<(), Failure> {
        let mut restricted: Vec<&Name> = Vec::new();
        let mut illegal: Vec<&str> = Vec::new();
        for relation in &self.statement.relations {
            for name in names(relation) {
                let in_key = key.contains(&self.column(name)?);
                if !in_key && relation.operator != Operator::IsNot {
                    illegal.push(name);
                }
                restricted.push(name);
            }
        }
        let free: Vec<&str> = self.unrestricted(key, &restricted);
        if let Some(first) = free.first() {
            return self.invalid(
                format!("Primary key column '{first}' is required to be filtered by 'IS NOT NULL'"),
                format!(
                    "Primary key columns {} must be restricted with 'IS NOT NULL' or otherwise",
                    free.join(", ")
                ),
            );
        }
        if illegal.is_empty() {
            return Ok(());
        }
        let illegal = illegal.join(", ");
        self.invalid(
            format!(
                "Non-primary key columns cannot be restricted in the SELECT statement used for materialized view {} \
                 creation (got restrictions on: {illegal})",
                self.name
            ),
            format!(
                "Non-primary key columns can only be restricted with 'IS NOT NULL' (got: {illegal} restricted illegally)"
            ),
        )
    }

    /// Cassandra tells the base's clustering columns first, as its sets of columns do.
    fn unrestricted(&self, key: &[&'a Column], restricted: &[&Name]) -> Vec<&'a str> {
        let free = key.iter().filter(|c| !restricted.contains(&&c.name));
        let mut free: Vec<&Column> = free.copied().collect();
        if self.flavor == Flavor::Cassandra {
            free.sort_by(|a, b| a.name.cmp(&b.name));
        }
        free.into_iter().map(|c| &*c.name).collect()
    }

    /// The columns of the key in their places, clustering columns in their order.
    fn key_columns(&self, key: &[&Column]) -> Result<Vec<Column>, Failure> {
        let order = &self.statement.clustering_order;
        let clustering = &self.statement.primary_key.clustering;
        let complete = order.iter().map(|(name, _)| name).eq(clustering);
        if !order.is_empty() && !complete {
            return self.invalid(
                format!(
                    "Missing CLUSTERING ORDER for column {}",
                    clustering.first().map_or("", |name| name)
                ),
                "Clustering key columns must exactly match columns in CLUSTERING ORDER BY directive",
            );
        }
        let partition = self.statement.primary_key.partition.len();
        let columns = key.iter().enumerate().map(|(at, column)| Column {
            kind: match at < partition {
                true => ColumnKind::Partition,
                false => ColumnKind::Clustering,
            },
            descending: order
                .iter()
                .any(|(name, to)| *name == column.name && *to == Direction::Descending),
            ..Column::clone(column)
        });
        Ok(columns.collect())
    }

    fn options(&self) -> Result<Options, Failure> {
        let mut options = Options::new(self.flavor);
        options.set(&self.statement.properties, self.flavor)?;
        if options.default_time_to_live() == 0 {
            return Ok(options);
        }
        self.invalid(
            NO_TTL,
            "Cannot set default_time_to_live for a materialized view. Data in a materialized view always expire at \
             the same time than the corresponding data in the parent table.",
        )
    }
}

/// The columns that a relation is on.
fn names(relation: &Relation) -> Vec<&Name> {
    match &relation.target {
        Target::Column(name) | Target::Element(name, _) | Target::Field(name, _) => vec![name],
        Target::Tuple(names) | Target::Token(names) => names.iter().collect(),
    }
}
