//! Relations on the token of the partition key.

use scylla_orm_driver::value::Type;

use crate::catalog::table::Table;
use crate::exec::restrict::Purpose;
use crate::exec::restrict::relation::{Restriction, Shape, Test, column};
use crate::exec::restrict::values::Tuple;
use crate::exec::scope::{Scope, spec};
use crate::exec::term;
use crate::failure::Failure;
use crate::parse::syntax::{Name, Operand, Operator, Relation};

/// `token(a, b)` compared with a token.
pub(super) fn resolve(
    relation: &Relation,
    names: &[Name],
    table: &Table,
    purpose: Purpose,
    scope: &mut Scope<'_>,
) -> Result<Restriction, Failure> {
    if let Purpose::Modify(verb) = purpose {
        return Err(Failure::invalid(scope.flavor().pick(
            format!(
                "The token function cannot be used in WHERE clauses for UPDATE and DELETE statements: token({})",
                names.join(", ")
            ),
            format!("The token function cannot be used in WHERE clauses for {verb} statements"),
        )));
    }
    for name in names {
        column(table, name, purpose, scope)?;
    }
    let key: Vec<&str> = table.partition_key().iter().map(|c| &*c.name).collect();
    if !names.iter().map(|name| &**name).eq(key.iter().copied()) {
        let all = key.len() == names.len() && names.iter().all(|name| key.contains(&&**name));
        return Err(Failure::invalid(match all {
            true => format!(
                "The token function arguments must be in the partition key order: {}",
                key.join(", ")
            ),
            false => "The token() function must be applied to all partition key components or none of them".to_owned(),
        }));
    }
    let Operand::Term(value) = &relation.value else {
        return Err(Failure::invalid(
            "IN cannot be used with the token function",
        ));
    };
    let place = spec(table, "partition key token", &Type::BigInt);
    let value = Tuple::Each(vec![term::plan(value, &place, scope)?]);
    Ok(Restriction {
        columns: (0..table.partition).collect(),
        shape: Shape::Token,
        test: match relation.operator {
            Operator::Equal => Test::Equal(value),
            Operator::Less => Test::Upper(value, false),
            Operator::LessOrEqual => Test::Upper(value, true),
            Operator::Greater => Test::Lower(value, false),
            Operator::GreaterOrEqual => Test::Lower(value, true),
            _ => {
                return Err(Failure::invalid(
                    "Unsupported operator with the token function",
                ));
            }
        },
    })
}
