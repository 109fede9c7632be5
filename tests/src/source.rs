//! Reads our own sources: which module imports which, how long files and functions are.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::Visit;

/// The published crates: folder and the name that `use` says.
pub const CRATES: [(&str, &str); 4] = [
    ("driver", "scylla_orm_driver"),
    ("embedded", "scylla_orm_embedded"),
    ("scylla-orm", "scylla_orm"),
    ("scylla-orm-derive", "scylla_orm_derive"),
];

/// The top of the repository.
pub fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests
        .parent()
        .expect("the package lies in the repository")
        .to_path_buf()
}

/// A source file, read and parsed. What is compiled for tests only is left out of all but the text.
#[derive(Debug)]
pub struct Source {
    /// Its path below the crate's `src`, with `/` between folders.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The modules that it declares, in order.
    pub modules: Vec<String>,
    /// Every path in it, macros included, that begins with `crate` or the name of one of our crates.
    pub imports: Vec<Import>,
    /// The functions in it.
    pub functions: Vec<Function>,
}

/// A path that begins with a crate, as `crate::frame::Frame` or `scylla_orm_driver::wire`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// `crate`, or the name of the crate.
    pub from: String,
    /// The name right after it.
    pub module: String,
    /// Where it stands.
    pub line: usize,
}

/// A function and how many lines it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Where it begins.
    pub line: usize,
    /// From its signature to its closing brace.
    pub lines: usize,
}

impl Source {
    /// Parses `text` as the file `path`.
    ///
    /// # Panics
    /// If it is not Rust.
    pub fn parse(path: &str, text: String) -> Source {
        let file = syn::parse_file(&text).unwrap_or_else(|e| panic!("{path}: {e}"));
        let (mut modules, mut imports, mut functions) =
            (Vec::new(), Vec::new(), Functions::default());
        for item in file
            .items
            .iter()
            .filter(|item| !for_tests_only(attributes(item)))
        {
            if let syn::Item::Mod(module) = item {
                modules.push(module.ident.to_string());
            }
            paths(item.to_token_stream(), &mut imports);
            functions.visit_item(item);
        }
        let (path, functions) = (path.to_owned(), functions.0);
        Source {
            path,
            text,
            modules,
            imports,
            functions,
        }
    }

    /// Whether it holds tests alone.
    fn is_test(&self) -> bool {
        self.path.ends_with("tests.rs") || self.path.split('/').any(|folder| folder == "tests")
    }

    /// The top-level module that the file belongs to: `conn` for `conn/task.rs`.
    pub fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or(&self.path);
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Its lines without those of inline tests.
    pub fn lines(&self) -> usize {
        let tests = self
            .text
            .lines()
            .position(|line| line.trim_start() == "#[cfg(test)]" && !line.starts_with(' '));
        tests.unwrap_or_else(|| self.text.lines().count())
    }
}

/// All sources of our crates by folder, sorted by path. Files of tests are left out.
///
/// # Panics
/// If they cannot be read or are not Rust.
pub fn sources() -> &'static [(&'static str, Vec<Source>)] {
    static ALL: LazyLock<Vec<(&str, Vec<Source>)>> = LazyLock::new(|| {
        CRATES
            .iter()
            .map(|(folder, _)| (*folder, read(folder)))
            .collect()
    });
    &ALL
}

fn read(folder: &str) -> Vec<Source> {
    let src = root().join(folder).join("src");
    let mut paths = Vec::new();
    walk(&src, &mut paths);
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path
            .strip_prefix(&src)
            .expect("it was found there")
            .to_string_lossy()
            .replace('\\', "/");
        let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{name}: {e}"));
        Source::parse(&name, text)
    };
    paths.iter().map(read).filter(|s| !s.is_test()).collect()
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(dir).unwrap_or_else(|e| panic!("{}: {e}", dir.display()));
    for entry in entries {
        let path = entry
            .expect("an entry of a folder that was just opened")
            .path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Collects `crate::name` and `crate::{a::…, b::…}`, also inside macros, which `syn` does not look into.
fn paths(tokens: TokenStream, found: &mut Vec<Import>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => paths(group.stream(), found),
            TokenTree::Ident(from) if is_crate(from) && is_path(&tokens[at + 1..]) => {
                match tokens.get(at + 3) {
                    Some(TokenTree::Ident(module)) => found.push(import(from, module)),
                    Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                        heads(from, group.stream(), found);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

fn is_crate(ident: &Ident) -> bool {
    ident == "crate" || CRATES.iter().any(|(_, name)| ident == name)
}

fn is_path(tokens: &[TokenTree]) -> bool {
    let colon =
        |t: Option<&TokenTree>| matches!(t, Some(TokenTree::Punct(p)) if p.as_char() == ':');
    colon(tokens.first()) && colon(tokens.get(1))
}

/// The first name of each member of `{a::b, c}`.
fn heads(from: &Ident, members: TokenStream, found: &mut Vec<Import>) {
    let mut first = true;
    for token in members {
        match token {
            TokenTree::Ident(ident) if first => {
                found.push(import(from, &ident));
                first = false;
            }
            TokenTree::Punct(p) if p.as_char() == ',' => first = true,
            _ => {}
        }
    }
}

fn import(from: &Ident, module: &Ident) -> Import {
    let line = module.span().start().line;
    Import {
        from: from.to_string(),
        module: module.to_string(),
        line,
    }
}

#[derive(Default)]
struct Functions(Vec<Function>);

impl Functions {
    fn push(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let line = signature.fn_token.span.start().line;
        let lines = block.brace_token.span.close().end().line - line + 1;
        self.0.push(Function {
            name: signature.ident.to_string(),
            line,
            lines,
        });
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, f: &'ast syn::ItemFn) {
        self.push(&f.sig, &f.block);
        syn::visit::visit_item_fn(self, f);
    }

    fn visit_impl_item_fn(&mut self, f: &'ast syn::ImplItemFn) {
        self.push(&f.sig, &f.block);
        syn::visit::visit_impl_item_fn(self, f);
    }

    fn visit_trait_item_fn(&mut self, f: &'ast syn::TraitItemFn) {
        f.default.iter().for_each(|block| self.push(&f.sig, block));
        syn::visit::visit_trait_item_fn(self, f);
    }
}

fn for_tests_only(attributes: &[syn::Attribute]) -> bool {
    attributes
        .iter()
        .any(|a| a.path().is_ident("cfg") && a.to_token_stream().to_string().contains("test"))
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(i) => &i.attrs,
        syn::Item::Enum(i) => &i.attrs,
        syn::Item::Fn(i) => &i.attrs,
        syn::Item::Impl(i) => &i.attrs,
        syn::Item::Macro(i) => &i.attrs,
        syn::Item::Mod(i) => &i.attrs,
        syn::Item::Static(i) => &i.attrs,
        syn::Item::Struct(i) => &i.attrs,
        syn::Item::Trait(i) => &i.attrs,
        syn::Item::Type(i) => &i.attrs,
        syn::Item::Use(i) => &i.attrs,
        _ => &[],
    }
}
