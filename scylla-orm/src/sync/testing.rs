//! Tables from text, for tests.

use std::collections::BTreeMap;

use scylla_orm_driver::topology::{ColumnInfo, ColumnKind, IndexInfo, TableInfo};
use scylla_orm_driver::value::Type;

/// A table from text such as `a int partition, t text static, index t_idx t`.
pub(super) fn table_info(keyspace: &str, name: &str, text: &str) -> TableInfo {
    let mut info = TableInfo {
        keyspace: keyspace.to_owned(),
        name: name.to_owned(),
        id: None,
        columns: Vec::new(),
        indexes: Vec::new(),
        options: BTreeMap::new(),
    };
    for item in items(text) {
        match item.strip_prefix("index ") {
            Some(index) => info.indexes.push(index_info(index)),
            None => info.columns.push(column_info(item)),
        }
    }
    // As the driver sorts them: the keys in their order, the others by name.
    info.columns.sort_by_key(|column| {
        let other = matches!(column.kind, ColumnKind::Static | ColumnKind::Regular);
        (column.kind, other.then(|| column.name.clone()))
    });
    info
}

/// Splits at commas that are not inside a type.
fn items(text: &str) -> Vec<&str> {
    let mut depth = 0;
    let parts = text.split(|c| {
        match c {
            '<' => depth += 1,
            '>' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    });
    parts
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .collect()
}

fn index_info(text: &str) -> IndexInfo {
    let (text, class) = match text.split_once(" class ") {
        Some((text, class)) => (text, Some(class.to_owned())),
        None => (text, None),
    };
    let (name, target) = text.split_once(' ').unwrap();
    IndexInfo {
        name: name.to_owned(),
        kind: "COMPOSITES".to_owned(),
        target: target.to_owned(),
        class,
    }
}

fn column_info(text: &str) -> ColumnInfo {
    let (name, rest) = text.split_once(' ').unwrap();
    let (rest, descending) = match rest.strip_suffix(" desc") {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let kinds = [
        (" partition", ColumnKind::Partition),
        (" clustering", ColumnKind::Clustering),
        (" static", ColumnKind::Static),
    ];
    let of_kind = |(word, kind): &(&str, ColumnKind)| Some((rest.strip_suffix(word)?, *kind));
    let (ty, kind) = kinds
        .iter()
        .find_map(of_kind)
        .unwrap_or((rest, ColumnKind::Regular));
    ColumnInfo {
        name: name.to_owned(),
        ty: Type::parse(ty, &|_| None).unwrap(),
        kind,
        position: 0,
        descending,
    }
}
