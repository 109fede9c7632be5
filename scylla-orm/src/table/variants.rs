//! Enums that are stored as one column.

/// An enum that a column stores, by `#[derive(CqlEnum)]`.
///
/// ```
/// use scylla_orm::prelude::*;
///
/// #[derive(CqlEnum, Debug, Clone, Copy, PartialEq)]
/// #[cql(rename_all = "lowercase")]
/// enum Weather { Rain, Sun }
///
/// assert_eq!(Weather::Rain.name(), "rain");
/// assert_eq!(Weather::from_name("sun"), Some(Weather::Sun));
/// assert_eq!(Weather::from_name("hail"), None);
/// ```
pub trait CqlEnum: Sized {
    /// The variants' names as `rename` and `rename_all` spell them, in the order of the declaration. An enum that is
    /// stored as text is stored as these.
    const NAMES: &'static [&'static str];

    /// The variant's name.
    fn name(&self) -> &'static str;

    /// The variant with this name.
    fn from_name(name: &str) -> Option<Self>;
}
