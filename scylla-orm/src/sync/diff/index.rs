//! The indexes of a model and of its table, compared by what they are on.

use std::fmt;

use scylla_orm_driver::topology::IndexInfo;

use crate::cql::identifier;
use crate::sync::found::Taken;
use crate::sync::{Refusal, Step, Untouched, ddl, stored};
use crate::table::ColumnDef;

use super::Diff;

impl Diff<'_> {
    pub(super) fn indexes(&mut self, found: &[IndexInfo], taken: &Taken<'_>) {
        let wanted: Vec<_> = self
            .table
            .columns
            .iter()
            .filter(|column| column.indexed)
            .map(|column| (column, Target::of(column)))
            .collect();
        for (column, target) in &wanted {
            if !found.iter().any(|index| serves(index, target)) {
                self.missing_index(column, target, taken);
            }
        }
        let unknown = found
            .iter()
            .filter(|index| !wanted.iter().any(|(_, target)| serves(index, target)));
        self.plan
            .untouched
            .extend(unknown.map(|index| Untouched::Index {
                name: index.name.clone(),
                target: index.target.clone(),
            }));
    }

    fn missing_index(&mut self, column: &'static ColumnDef, target: &Target, taken: &Taken<'_>) {
        let name = ddl::index_name(self.table, column);
        let column_name = column.name;
        if stored::has_durations(&stored::declared(column)) {
            self.plan.refused.push(Refusal::Duration {
                column: column_name,
            });
        } else if let Some(table) = taken.get(&*name) {
            self.plan.refused.push(Refusal::IndexName {
                column: column_name,
                index: name,
                taken_by: (*table).to_owned(),
            });
        } else {
            let target = target.to_string();
            self.plan.steps.push(Step::CreateIndex {
                column: column_name,
                cql: ddl::create_index(self.table, self.keyspace, &name, &target),
            });
        }
    }
}

/// Whether an index answers the queries that one on `target` is for.
fn serves(index: &IndexInfo, target: &Target) -> bool {
    let class = index.class.as_deref().unwrap_or_default();
    let class = class.rsplit('.').next().unwrap_or_default();
    // Cassandra's own two. What others can answer, only their makers know.
    let known = ["", "legacy_local_table", "sai", "storageattachedindex"];
    known.contains(&&*class.to_ascii_lowercase()) && Target::parse(&index.target) == *target
}

/// What an index is on.
#[derive(Debug, PartialEq)]
struct Target {
    what: What,
    column: String,
}

/// What of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    /// Its value.
    Value,
    /// The elements of a list or a set, or the values of a map.
    Values,
    /// A frozen collection as a whole.
    Full,
    /// Something else, which no model declares.
    Other,
}

impl Target {
    /// What `#[cql(index)]` means on a column: what the operators that it gives the column need.
    fn of(column: &ColumnDef) -> Target {
        let ty = stored::declared(column);
        let what = match (stored::in_cells(&ty), stored::in_cells(ty.bare())) {
            (true, _) => What::Values,
            (false, true) => What::Full,
            (false, false) => What::Value,
        };
        Target {
            what,
            column: column.name.to_owned(),
        }
    }

    /// From the words of `system_schema.indexes`: `a`, `"A"`, `values(a)`, or a JSON object for an index within the
    /// partition.
    fn parse(text: &str) -> Target {
        let inside = |function: &str| {
            let rest = text.strip_prefix(function)?.strip_prefix('(')?;
            rest.strip_suffix(')')
        };
        let (what, column) = match (inside("values"), inside("full")) {
            (Some(column), _) => (What::Values, column),
            (_, Some(column)) => (What::Full, column),
            _ if text.contains(['(', '{']) && !text.starts_with('"') => (What::Other, text),
            _ => (What::Value, text),
        };
        let quoted = column
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        Target {
            what,
            column: quoted.map_or_else(|| column.to_owned(), |name| name.replace("\"\"", "\"")),
        }
    }
}

impl fmt::Display for Target {
    /// As `CREATE INDEX` takes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = identifier(&self.column);
        match self.what {
            What::Values => write!(f, "values({column})"),
            What::Full => write!(f, "full({column})"),
            What::Value | What::Other => f.write_str(&column),
        }
    }
}
