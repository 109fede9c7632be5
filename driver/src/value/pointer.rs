//! Values behind references and smart pointers are sent as what they point to.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use super::{ToCql, Type, Wrote};

macro_rules! pointer {
    ($($rust:ty),*) => { $(
        impl<T: ToCql + ?Sized> ToCql for $rust {
            #[inline]
            fn fits(&self, ty: &Type) -> bool {
                (**self).fits(ty)
            }

            #[inline]
            fn write(&self, out: &mut Vec<u8>) -> Wrote {
                (**self).write(out)
            }

            #[inline]
            fn write_as(&self, ty: &Type, out: &mut Vec<u8>) -> Wrote {
                (**self).write_as(ty, out)
            }
        }
    )* };
}

pointer!(&T, Box<T>, Rc<T>, Arc<T>);

impl<T: ToOwned + ToCql + ?Sized> ToCql for Cow<'_, T> {
    #[inline]
    fn fits(&self, ty: &Type) -> bool {
        (**self).fits(ty)
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        (**self).write(out)
    }

    #[inline]
    fn write_as(&self, ty: &Type, out: &mut Vec<u8>) -> Wrote {
        (**self).write_as(ty, out)
    }
}
