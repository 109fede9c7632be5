//! Names that must differ.

use std::collections::HashMap;

use syn::ext::IdentExt;

use crate::diagnostics::Diagnostics;
use crate::parse::{Enum, Model, Repr};

/// Columns of one table have different names.
pub(super) fn columns(model: &Model, diagnostics: &mut Diagnostics) {
    let mut seen = HashMap::new();
    for column in model.columns() {
        let field = column.ident.unraw();
        if let Some(first) = seen.insert(&column.name.text, field.clone()) {
            let name = &column.name.text;
            let message = format!(
                "fields `{first}` and `{field}` both have the column `{name}`: rename one of them"
            );
            diagnostics.error(column.name.span, message);
        }
    }
}

/// Constants of one model have different names.
pub(super) fn constants(model: &Model, diagnostics: &mut Diagnostics) {
    let mut seen = HashMap::new();
    for column in model.columns() {
        let field = column.ident.unraw();
        if let Some(first) = seen.insert(&column.constant, field.clone()) {
            let (model, constant) = (&model.ident, &column.constant);
            let message = format!(
                "fields `{first}` and `{field}` both give the constant `{model}::{constant}`: give one of them another name, and keep the column's name by `rename`"
            );
            diagnostics.error(column.span(), message);
        }
    }
}

/// Variants of one enum are stored as different texts.
pub(super) fn variants(item: &Enum, diagnostics: &mut Diagnostics) {
    if item.repr != Repr::Text {
        return;
    }
    let mut seen = HashMap::new();
    for variant in &item.variants {
        if let Some(first) = seen.insert(&variant.name.text, &variant.ident) {
            let (second, name) = (&variant.ident, &variant.name.text);
            let message = format!(
                "variants `{first}` and `{second}` are both stored as `{name}`: rename one of them"
            );
            diagnostics.error(variant.name.span, message);
        }
    }
}
