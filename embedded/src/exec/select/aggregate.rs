//! COUNT, MIN, MAX, SUM, AVG.

use scylla_orm_driver::value::Type;

use crate::exec::function::NUMBERS;
use crate::exec::function::number::{Number, Total, is_number};
use crate::exec::function::signature::accepts;
use crate::exec::select::output::Output;
use crate::failure::Failure;
use crate::flavor::Flavor;

/// An aggregate over the rows of a group.
#[derive(Debug)]
pub(super) struct Aggregate {
    kind: Kind,
    /// None for `count(*)`.
    pub(super) argument: Option<Output>,
    ty: Type,
    flavor: Flavor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Count,
    Min,
    Max,
    Sum,
    Avg,
}

/// What was seen so far of a group.
#[derive(Debug, Default)]
pub(super) struct State {
    /// Values that are not null.
    seen: i64,
    extreme: Option<Vec<u8>>,
    total: Total,
}

impl Kind {
    pub(super) fn of(function: &str) -> Option<Kind> {
        Some(match function {
            "count" => Kind::Count,
            "min" => Kind::Min,
            "max" => Kind::Max,
            "sum" => Kind::Sum,
            "avg" => Kind::Avg,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Kind::Count => "count",
            Kind::Min => "min",
            Kind::Max => "max",
            Kind::Sum => "sum",
            Kind::Avg => "avg",
        }
    }

    /// The error for any number of arguments but one.
    pub(super) fn arity(self, given: usize, flavor: Flavor) -> Failure {
        let name = self.name();
        Failure::invalid(match (flavor, self) {
            (Flavor::Scylla, _) => format!(
                "Incorrect number of arguments specified for function system.{name} (expected 1, found {given})"
            ),
            (_, Kind::Min | Kind::Max) => {
                format!("Invalid number of arguments for function system.{name}(any)")
            }
            _ => format!(
                "Invalid number of arguments in call to function system.{name}: 1 required but {given} provided"
            ),
        })
    }

    /// The error for an argument that cannot be summed.
    fn not_a_number(self, ty: &Type) -> Failure {
        let name = self.name();
        let listed = |types: &mut dyn Iterator<Item = &Type>| {
            let mut shown: Vec<String> = types
                .map(|ty| format!("system.{name} : ({ty}) -> {ty}"))
                .collect();
            shown.sort_unstable();
            shown.join(", ")
        };
        let fitting: Vec<&Type> = NUMBERS.iter().filter(|n| accepts(n, ty)).collect();
        Failure::invalid(match fitting.as_slice() {
            [] => format!(
                "Invalid call to function {name}, none of its type signatures match (known type signatures: {})",
                listed(&mut NUMBERS.iter())
            ),
            fitting => format!(
                "Ambiguous call to function {name} (can be matched by following signatures: {}): use type casts to \
                 disambiguate",
                listed(&mut fitting.iter().copied())
            ),
        })
    }
}

impl Aggregate {
    /// `count(*)`
    pub(super) fn rows() -> Aggregate {
        Aggregate {
            kind: Kind::Count,
            argument: None,
            ty: Type::BigInt,
            flavor: Flavor::default(),
        }
    }

    pub(super) fn new(
        kind: Kind,
        argument: Output,
        ty: Type,
        flavor: Flavor,
    ) -> Result<Aggregate, Failure> {
        if matches!(kind, Kind::Sum | Kind::Avg) && !is_number(ty.bare()) {
            return Err(kind.not_a_number(&ty));
        }
        Ok(Aggregate {
            kind,
            argument: Some(argument),
            ty,
            flavor,
        })
    }

    /// The type of the result.
    pub(super) fn result(&self) -> Type {
        match (self.kind, self.ty.bare()) {
            (Kind::Count, _) => Type::BigInt,
            (_, Type::Counter) if self.flavor == Flavor::Scylla => Type::BigInt,
            (_, ty) => ty.clone(),
        }
    }

    /// Adds a value; with null only `count(*)` counts.
    pub(super) fn add(&self, state: &mut State, value: Option<&[u8]>) {
        let Some(value) = value else {
            state.seen += i64::from(self.argument.is_none());
            return;
        };
        state.seen += 1;
        match self.kind {
            Kind::Count => {}
            Kind::Min | Kind::Max => {
                let better = |best: &Vec<u8>| match self.kind {
                    Kind::Min => self.ty.compare(value, best).is_lt(),
                    _ => self.ty.compare(value, best).is_gt(),
                };
                if state.extreme.as_ref().is_none_or(better) {
                    state.extreme = Some(value.to_vec());
                }
            }
            Kind::Sum | Kind::Avg => {
                if let Some(number) = Number::read(value, self.ty.bare()) {
                    state.total.add(number);
                }
            }
        }
    }

    /// The result; `None` is null.
    pub(super) fn finish(&self, state: State) -> Result<Option<Vec<u8>>, Failure> {
        let ty = self.result();
        let number = match self.kind {
            Kind::Count => return Ok(Some(state.seen.to_be_bytes().to_vec())),
            Kind::Min | Kind::Max => return Ok(state.extreme),
            Kind::Sum => state.total.sum(&ty),
            Kind::Avg => state.total.average(&ty, self.flavor),
        };
        let result = number.write(&ty)?;
        let narrowed = matches!(
            ty,
            Type::TinyInt | Type::SmallInt | Type::Int | Type::BigInt
        );
        let fits = match (Number::read(&result, &ty), &number) {
            (Some(Number::Whole(is)), Number::Whole(should)) => is == *should,
            _ => true,
        };
        if narrowed && !fits && self.flavor == Flavor::Scylla {
            return Err(Failure::invalid(
                "Sum overflow. Values should be casted to a wider type.",
            ));
        }
        Ok(Some(result))
    }
}
