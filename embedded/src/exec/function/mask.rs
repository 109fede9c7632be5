//! Functions that hide values.

use scylla_orm_driver::value::Type;

use crate::exec::function::number::is_number;
use crate::exec::term::collection;
use crate::failure::Failure;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mask {
    Null,
    Default,
    Replace,
    Inner,
    Outer,
}

/// The parameters of `mask_inner` and `mask_outer` behind the value.
const OF_ENDS: [Option<Type>; 3] = [Some(Type::Int), Some(Type::Int), Some(Type::Text)];

impl Mask {
    pub(super) fn of(name: &str) -> Option<Mask> {
        Some(match name {
            "mask_null" => Mask::Null,
            "mask_default" => Mask::Default,
            "mask_replace" => Mask::Replace,
            "mask_inner" => Mask::Inner,
            "mask_outer" => Mask::Outer,
            _ => return None,
        })
    }

    /// The types of the arguments behind the value; none is the type of the value itself.
    pub(super) fn arguments(self) -> &'static [Option<Type>] {
        match self {
            Mask::Null | Mask::Default => &[],
            Mask::Replace => &[None],
            Mask::Inner | Mask::Outer => &OF_ENDS,
        }
    }

    /// How many of them may be missing.
    pub(super) fn optional(self) -> usize {
        usize::from(self.is_of_text())
    }

    pub(super) fn is_of_text(self) -> bool {
        matches!(self, Mask::Inner | Mask::Outer)
    }

    /// What the server calls the parameters.
    pub(super) fn parameters(self) -> &'static str {
        match self {
            Mask::Null | Mask::Default => "any",
            Mask::Replace => "any, any",
            Mask::Inner | Mask::Outer => "[text|varchar|ascii], int, int, [text]",
        }
    }

    pub(super) fn call(
        self,
        ty: &Type,
        arguments: &[Option<Vec<u8>>],
    ) -> Result<Option<Vec<u8>>, Failure> {
        let argument = |at: usize| arguments.get(at).and_then(Option::as_deref);
        match self {
            Mask::Null => Ok(None),
            Mask::Default => Ok(default(ty)),
            Mask::Replace => Ok(argument(1).map(<[u8]>::to_vec)),
            Mask::Inner | Mask::Outer => self.ends(argument),
        }
    }

    /// Hides all but so many characters at each end, or those.
    fn ends<'a>(
        self,
        argument: impl Fn(usize) -> Option<&'a [u8]>,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let name = if self == Mask::Inner {
            "mask_inner"
        } else {
            "mask_outer"
        };
        let padding = match argument(3).map(String::from_utf8_lossy) {
            None => '*',
            Some(text) => {
                let mut characters = text.chars();
                match (characters.next(), characters.next()) {
                    (Some(only), None) => only,
                    _ => {
                        return Err(Failure::invalid(format!(
                            "The padding argument for function system.{name} should be single-character, but \
                             '{text}' has {} characters.",
                            text.chars().count()
                        )));
                    }
                }
            }
        };
        let Some(value) = argument(0) else {
            return Ok(None);
        };
        let length = |at: usize| {
            let bytes = argument(at).and_then(|bytes| bytes.try_into().ok());
            let length = bytes.map_or(0, i32::from_be_bytes);
            usize::try_from(length).unwrap_or(0)
        };
        let text = String::from_utf8_lossy(value);
        let (begin, end) = (length(1), text.chars().count().saturating_sub(length(2)));
        let hidden = |at: usize| (begin..end).contains(&at) == (self == Mask::Inner);
        let masked = text.chars().enumerate();
        let masked: String = masked
            .map(|(at, c)| if hidden(at) { padding } else { c })
            .collect();
        Ok(Some(masked.into_bytes()))
    }
}

/// What stands for any value of a type.
fn default(ty: &Type) -> Option<Vec<u8>> {
    let zeros = |count: usize| Some(vec![0; count]);
    match ty.bare() {
        Type::Text | Type::Ascii => Some(b"****".to_vec()),
        Type::Blob => Some(Vec::new()),
        Type::Decimal => zeros(5),
        Type::VarInt => zeros(1),
        Type::Duration => zeros(3),
        Type::Inet => zeros(4),
        Type::Boolean => zeros(1),
        Type::Uuid => zeros(16),
        Type::TimeUuid => super::identifier::bound(&[0; 8], false),
        Type::Date => super::cast::date(0),
        Type::List(_) | Type::Set(_) | Type::Map(..) => zeros(4),
        Type::Tuple(types) => {
            let fields: Vec<_> = types.iter().map(default).collect();
            Some(collection::encode_fields(&fields))
        }
        Type::User(user) => {
            let fields: Vec<_> = user.fields.iter().map(|(_, ty)| default(ty)).collect();
            Some(collection::encode_fields(&fields))
        }
        Type::Vector(member, size) => {
            let members = vec![default(member).unwrap_or_default(); usize::from(*size)];
            Some(collection::encode_vector(member, &members))
        }
        Type::TinyInt => zeros(1),
        Type::SmallInt => zeros(2),
        Type::Int | Type::Float => zeros(4),
        other if is_number(other) => zeros(8),
        Type::Timestamp | Type::Time => zeros(8),
        _ => None,
    }
}
