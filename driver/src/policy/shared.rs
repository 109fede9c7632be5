//! A policy that several hold.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A policy that sessions, profiles and statements hold together. Cheap to clone. Two are equal if they are the same
/// one: what a policy does cannot be compared.
///
/// Whatever implements the trait of a policy turns into it: settings take `impl Into<Shared<dyn RetryPolicy>>`, so a
/// policy itself, or one that is shared already.
pub struct Shared<P: ?Sized>(Arc<P>);

impl<P: ?Sized> Shared<P> {
    /// Shares a policy that is behind an [`Arc`] already.
    pub fn of(policy: Arc<P>) -> Shared<P> {
        Shared(policy)
    }
}

/// The name of a policy's type, without its module and what it is made of.
pub(super) fn name_of<P: ?Sized>() -> &'static str {
    let whole = std::any::type_name::<P>();
    let bare = whole.split('<').next().unwrap_or(whole);
    bare.rsplit("::").next().unwrap_or(bare)
}

impl<P: ?Sized> Clone for Shared<P> {
    fn clone(&self) -> Shared<P> {
        Shared(self.0.clone())
    }
}

impl<P: ?Sized> Deref for Shared<P> {
    type Target = P;

    #[inline]
    fn deref(&self) -> &P {
        &self.0
    }
}

impl<P: ?Sized> PartialEq for Shared<P> {
    fn eq(&self, other: &Shared<P>) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<P: ?Sized> Eq for Shared<P> {}

impl<P: fmt::Debug + ?Sized> fmt::Debug for Shared<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
