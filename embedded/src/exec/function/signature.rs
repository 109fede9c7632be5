//! Which function a call means: by its name, and by what is given for its arguments.

use std::fmt;

use scylla_orm_driver::value::Type;

use crate::exec::function::Function;
use crate::exec::function::number::is_number;
use crate::exec::term::literal;
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::show;
use crate::parse::syntax::{ConstantKind, Term};

/// A function with the types that it takes and gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Signature {
    pub(crate) name: Box<str>,
    pub(crate) function: Function,
    pub(crate) arguments: Vec<Type>,
    pub(crate) result: Type,
}

/// What is given for an argument.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) kind: GivenKind,
    /// As it is written.
    pub(crate) text: String,
}

#[derive(Debug, Clone)]
pub(crate) enum GivenKind {
    /// A column, the result of a call, a cast.
    Typed(Type),
    /// A literal or a marker, which takes the type that is asked for if it can.
    Term(Term),
}

/// How well something given fits an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    Not,
    Weak,
    Exact,
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments: Vec<String> = self.arguments.iter().map(Type::to_string).collect();
        let name = match self.name.starts_with('_') {
            true => format!("\"{}\"", self.name),
            false => self.name.to_string(),
        };
        let (arguments, result) = (arguments.join(", "), &self.result);
        write!(f, "system.{name} : ({arguments}) -> {result}")
    }
}

impl Given {
    pub(crate) fn typed(ty: Type, text: impl Into<String>) -> Given {
        Given {
            kind: GivenKind::Typed(ty),
            text: text.into(),
        }
    }

    pub(crate) fn term(term: &Term, flavor: Flavor) -> Given {
        Given {
            kind: GivenKind::Term(term.clone()),
            text: show::spelled(term, flavor),
        }
    }

    /// How well it fits an argument of type `wants`.
    pub(crate) fn fit(&self, wants: &Type) -> Fit {
        match &self.kind {
            GivenKind::Typed(got) if got.thawed() == wants.thawed() => Fit::Exact,
            GivenKind::Typed(got) if accepts(wants, got) => Fit::Weak,
            GivenKind::Typed(_) => Fit::Not,
            GivenKind::Term(term) => fit_of_term(term, wants),
        }
    }

    /// The type that it has by itself, if it has one.
    pub(crate) fn natural(&self) -> Option<Type> {
        match &self.kind {
            GivenKind::Typed(ty) => Some(ty.clone()),
            GivenKind::Term(Term::Constant(constant)) => {
                Some(literal::natural(constant.kind, &constant.text))
            }
            GivenKind::Term(_) => None,
        }
    }

    pub(crate) fn is_marker(&self) -> bool {
        matches!(self.kind, GivenKind::Term(Term::Marker(_)))
    }
}

/// The one of `candidates`, which are of one name, that a call means.
///
/// # Errors
/// A wrong number of arguments, none that takes them, or several that do.
pub(super) fn pick(
    shown: &str,
    candidates: Vec<Signature>,
    given: &[Given],
    flavor: Flavor,
) -> Result<Signature, Failure> {
    if let [only] = candidates.as_slice() {
        validate(only, given, flavor)?;
        return Ok(only.clone());
    }
    let fit = |signature: &Signature| {
        if signature.arguments.len() != given.len() {
            return Fit::Not;
        }
        let pairs = signature.arguments.iter().zip(given);
        let fits = pairs.map(|(wants, given)| given.fit(wants));
        fits.min().unwrap_or(Fit::Exact)
    };
    let of_fit = |wanted: Fit| candidates.iter().filter(move |c| fit(c) == wanted);
    if let Some(exact) = of_fit(Fit::Exact).next() {
        return Ok(exact.clone());
    }
    let compatible: Vec<&Signature> = of_fit(Fit::Weak).collect();
    match compatible.as_slice() {
        [] => Err(Failure::invalid(format!(
            "Invalid call to function {shown}, none of its type signatures match (known type signatures: {})",
            listed(candidates.iter())
        ))),
        [only] => Ok(Signature::clone(only)),
        several => Err(Failure::invalid(format!(
            "Ambiguous call to function {shown} (can be matched by following signatures: {}): use type casts to \
             disambiguate",
            listed(several.iter().copied())
        ))),
    }
}

/// Refuses what does not fit the only candidate.
fn validate(signature: &Signature, given: &[Given], flavor: Flavor) -> Result<(), Failure> {
    let name = &signature.name;
    if signature.arguments.len() != given.len() {
        let (wants, got) = (signature.arguments.len(), given.len());
        return Err(Failure::invalid(match flavor {
            Flavor::Scylla => format!(
                "Incorrect number of arguments specified for function system.{name} (expected {wants}, found {got})"
            ),
            Flavor::Cassandra => format!(
                "Invalid number of arguments in call to function system.{name}: {wants} required but {got} provided"
            ),
        }));
    }
    let mut pairs = signature.arguments.iter().zip(given).enumerate();
    match pairs.find(|(_, (wants, given))| given.fit(wants) == Fit::Not) {
        Some((at, (wants, given))) => Err(Failure::invalid(format!(
            "Type error: {} cannot be passed as argument {at} of function system.{name} of type {wants}",
            given.text
        ))),
        None => Ok(()),
    }
}

/// Signatures as errors list them. The server has them in no order.
fn listed<'s>(signatures: impl Iterator<Item = &'s Signature>) -> String {
    let mut shown: Vec<String> = signatures.map(Signature::to_string).collect();
    shown.sort_unstable();
    shown.join(", ")
}

/// Whether a value of type `got` may stand where `wants` is asked for: its bytes are one of that type, too.
pub(crate) fn accepts(wants: &Type, got: &Type) -> bool {
    let (wants, got) = (wants.thawed(), got.thawed());
    wants == got
        || matches!(
            (&wants, &got),
            (Type::Text, Type::Ascii)
                | (Type::Uuid, Type::TimeUuid)
                | (Type::Blob, _)
                | (Type::BigInt, Type::Counter | Type::Timestamp | Type::Time)
                | (Type::Timestamp | Type::Time, Type::BigInt)
                | (Type::Int, Type::Date)
                | (Type::Date, Type::Int)
                | (
                    Type::VarInt,
                    Type::Int | Type::BigInt | Type::Timestamp | Type::Time | Type::Date
                )
        )
}

fn fit_of_term(term: &Term, wants: &Type) -> Fit {
    let weak = |fits: bool| if fits { Fit::Weak } else { Fit::Not };
    let all = |terms: &[Term], ty: &Type| {
        let fits = terms.iter().map(|term| fit_of_term(term, ty));
        fits.min().unwrap_or(Fit::Weak)
    };
    match (term, wants.bare()) {
        (Term::Marker(_) | Term::Null, _) => Fit::Weak,
        (Term::Constant(constant), ty) => {
            if literal::natural(constant.kind, &constant.text) == *ty {
                return Fit::Exact;
            }
            weak(takes(ty, constant.kind))
        }
        (Term::List(members), Type::List(ty)) | (Term::Set(members), Type::Set(ty)) => {
            all(members, ty)
        }
        (Term::List(members), Type::Vector(ty, size)) => {
            match members.len() == usize::from(*size) {
                true => all(members, ty).min(Fit::Weak),
                false => Fit::Not,
            }
        }
        (Term::Set(members), Type::Map(..)) => weak(members.is_empty()),
        (Term::Map(pairs), Type::Map(key, value)) => {
            let fits = pairs
                .iter()
                .map(|(k, v)| fit_of_term(k, key).min(fit_of_term(v, value)));
            fits.min().unwrap_or(Fit::Weak)
        }
        (Term::Tuple(members), Type::Tuple(types)) => weak(members.len() <= types.len()),
        (Term::Tuple(members), _) if members.len() == 1 => all(members, wants),
        (Term::User(_), Type::User(_)) => Fit::Weak,
        _ => Fit::Not,
    }
}

/// Whether a type has literals of this kind.
fn takes(ty: &Type, kind: ConstantKind) -> bool {
    let temporal = matches!(ty, Type::Date | Type::Time | Type::Timestamp);
    match kind {
        ConstantKind::String => temporal || matches!(ty, Type::Text | Type::Ascii | Type::Inet),
        ConstantKind::Integer => temporal || is_number(ty),
        ConstantKind::Float => matches!(ty, Type::Float | Type::Double | Type::Decimal),
        ConstantKind::Boolean => *ty == Type::Boolean,
        ConstantKind::Uuid => matches!(ty, Type::Uuid | Type::TimeUuid),
        ConstantKind::Hex => *ty == Type::Blob,
        ConstantKind::Duration => *ty == Type::Duration,
    }
}
