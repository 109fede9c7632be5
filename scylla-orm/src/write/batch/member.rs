//! Which statements can be in which batch.

use crate::exec::Part;
use crate::table::{Counting, NoCounters, Table};
use crate::write::{Conditional, Delete, Insert, InsertNew, Save, Update};

use super::{Conditions, Logged, OfCounters, OfPartition};

/// A statement that can be in a batch of the kind `K`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be in a batch of `{K}`",
    label = "not in this batch",
    note = "a batch has inserts, saves, updates and deletes; conditions go into `Batch::new()` only, and updates of \
            counters into `Batch::counters()` only, where nothing else goes"
)]
pub trait Member<K> {
    /// What the batch is with it.
    type Makes;

    #[doc(hidden)]
    fn into_part(self) -> Part;
}

/// `$statement` of a model with `$bound` can be in a batch of `$kind`, and makes it one of `$makes`.
macro_rules! member {
    ($statement:ty, $bound:ident $(, $more:ident)?: $kind:ident => $makes:ident) => {
        impl<'s, M: Table + $bound $(, $more)?> Member<$kind> for $statement {
            type Makes = $makes;

            fn into_part(self) -> Part {
                <$statement>::into_part(self)
            }
        }
    };
}

member!(Insert<'s, M>, NoCounters: OfPartition => OfPartition);
member!(Insert<'s, M>, NoCounters: Logged => Logged);
member!(Insert<'s, M>, NoCounters: Conditions => Conditions);
member!(Save<'s, M>, NoCounters: OfPartition => OfPartition);
member!(Save<'s, M>, NoCounters: Logged => Logged);
member!(Save<'s, M>, NoCounters: Conditions => Conditions);
member!(Update<'s, M>, NoCounters: OfPartition => OfPartition);
member!(Update<'s, M>, NoCounters: Logged => Logged);
member!(Update<'s, M>, NoCounters: Conditions => Conditions);
member!(Delete<'s, M>, NoCounters: OfPartition => OfPartition);
member!(Delete<'s, M>, NoCounters: Logged => Logged);
member!(Delete<'s, M>, NoCounters: Conditions => Conditions);
member!(Update<'s, M>, Counting: OfCounters => OfCounters);
member!(Delete<'s, M>, Counting: OfCounters => OfCounters);
member!(InsertNew<'s, M>, NoCounters: OfPartition => Conditions);
member!(Conditional<'s, M, T>, NoCounters, T: OfPartition => Conditions);
member!(InsertNew<'s, M>, NoCounters: Conditions => Conditions);
member!(Conditional<'s, M, T>, NoCounters, T: Conditions => Conditions);
