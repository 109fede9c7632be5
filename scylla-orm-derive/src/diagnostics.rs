//! The mistakes found in one input: all of them are reported, not only the first.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// Collects mistakes. Whoever makes one must read it: dropping it unread is a bug of the derive, and panics.
pub(crate) struct Diagnostics {
    errors: Vec<syn::Error>,
    read: bool,
}

impl Diagnostics {
    pub(crate) fn new() -> Self {
        Diagnostics {
            errors: Vec::new(),
            read: false,
        }
    }

    /// Reports a mistake at one token.
    pub(crate) fn error(&mut self, at: Span, message: impl Display) {
        self.errors.push(syn::Error::new(at, message));
    }

    /// Reports a mistake over several tokens.
    pub(crate) fn over(&mut self, tokens: &impl ToTokens, message: impl Display) {
        self.errors.push(syn::Error::new_spanned(tokens, message));
    }

    /// Reports a mistake that `syn` found.
    pub(crate) fn push(&mut self, error: syn::Error) {
        self.errors.push(error);
    }

    /// Whether nothing is wrong so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// One `compile_error!` for each mistake.
    pub(crate) fn finish(mut self) -> TokenStream {
        self.read = true;
        let errors = std::mem::take(&mut self.errors);
        errors
            .into_iter()
            .map(syn::Error::into_compile_error)
            .collect()
    }

    /// What was found, as text.
    #[cfg(test)]
    pub(crate) fn messages(mut self) -> Vec<String> {
        self.read = true;
        self.errors.iter().map(ToString::to_string).collect()
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        assert!(
            self.read || std::thread::panicking(),
            "mistakes were collected and not reported"
        );
    }
}
