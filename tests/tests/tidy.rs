//! The shape of the code, held by tests: `lib.rs` is the law of imports, files and functions stay readable,
//! each file says what lives in it.

use tests::source::{self, Import, Source};

/// Longest file, inline tests left out, and longest function. A screen and a half of reading; a longer one is two things.
const FILE: usize = 400;
const FUNCTION: usize = 60;

/// What of the driver the embedded server may use: the codec, so that neither end can vouch for the other's logic.
const CODEC: [&str; 4] = ["wire", "value", "frame", "token"];

#[test]
fn a_module_imports_only_modules_below_it_in_lib_rs() {
    let mut wrong = Vec::new();
    for (folder, sources) in source::sources() {
        let order = &lib(sources).modules;
        assert!(!order.is_empty(), "{folder}/src/lib.rs lists no modules");
        // A program is another crate: it has the public API alone.
        let library = |s: &&Source| s.path != "lib.rs" && !s.path.starts_with("bin/");
        for source in sources.iter().filter(library) {
            let upward = upward(order, source).into_iter();
            wrong.extend(upward.map(|what| format!("{folder}/src/{what}")));
        }
    }
    assert!(
        wrong.is_empty(),
        "imports against the order of lib.rs:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_check_of_the_order_sees_upward_imports() {
    let order: Vec<String> = ["session", "conn", "wire"].map(String::from).into();
    let check = |path: &str, text: &str, expected: &[&str]| {
        assert_eq!(
            upward(&order, &Source::parse(path, text.to_owned())),
            expected,
            "{path}: {text}"
        );
    };
    check("session.rs", "use crate::conn::Conn;", &[]);
    check(
        "conn/task.rs",
        "use crate::conn::Conn;\nuse crate::wire;",
        &[],
    );
    check(
        "conn.rs",
        "use crate::session::Session;",
        &["conn.rs:1: `conn` imports `session`, which is above it"],
    );
    check(
        "conn/task.rs",
        "use crate::{\n    wire::Reader,\n    session::{Session, Pages},\n};",
        &["conn/task.rs:3: `conn` imports `session`, which is above it"],
    );
    check(
        "wire.rs",
        "fn f() { crate::conn::open() }",
        &["wire.rs:1: `wire` imports `conn`, which is above it"],
    );
    check(
        "wire.rs",
        "m! { x => { crate::session::Session } }",
        &["wire.rs:1: `wire` imports `session`, which is above it"],
    );
    check(
        "wire.rs",
        "use crate::Session;",
        &["wire.rs:1: `crate::Session` is a re-export: name its module"],
    );
    check(
        "wire.rs",
        "#[cfg(test)]\nmod tests { use crate::session::Session; }",
        &[],
    );
}

#[test]
fn embedded_uses_only_the_codec_of_the_driver() {
    let mut wrong = Vec::new();
    let embedded = source::sources()
        .iter()
        .filter(|(folder, _)| *folder == "embedded");
    for source in embedded.flat_map(|(_, sources)| sources) {
        let of_driver = source
            .imports
            .iter()
            .filter(|i| i.from == "scylla_orm_driver");
        for import in of_driver.filter(|i| !CODEC.contains(&i.module.as_str())) {
            wrong.push(format!(
                "embedded/src/{}:{}: {}",
                source.path, import.line, import.module
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "embedded imports of the driver more than {CODEC:?}:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn each_file_says_what_lives_in_it() {
    let silent = each_source(|s| {
        (!s.text.starts_with("//! ")).then(|| "does not begin with `//! `".to_owned())
    });
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn files_and_functions_stay_readable() {
    let mut long =
        each_source(|s| (s.lines() > FILE).then(|| format!("{} lines, over {FILE}", s.lines())));
    for (folder, sources) in source::sources() {
        for s in sources {
            for f in s.functions.iter().filter(|f| f.lines > FUNCTION) {
                long.push(format!(
                    "{folder}/src/{}:{}: `{}` has {} lines",
                    s.path, f.line, f.name, f.lines
                ));
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn modules_are_named_files() {
    let found = each_source(|s| {
        s.path
            .ends_with("mod.rs")
            .then(|| "call it by its name, not mod.rs".to_owned())
    });
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What `source` imports from above itself, or without saying from where.
fn upward(order: &[String], source: &Source) -> Vec<String> {
    let place = |name: &str| order.iter().position(|m| m == name);
    let own = source.module();
    let at =
        place(own).unwrap_or_else(|| panic!("{}: `{own}` is not listed in lib.rs", source.path));
    let judge = |Import { module, line, .. }: &Import| match place(module) {
        Some(below) if below >= at => None,
        Some(_) => Some(format!(
            "{}:{line}: `{own}` imports `{module}`, which is above it",
            source.path
        )),
        None => Some(format!(
            "{}:{line}: `crate::{module}` is a re-export: name its module",
            source.path
        )),
    };
    source
        .imports
        .iter()
        .filter(|import| import.from == "crate")
        .filter_map(judge)
        .collect()
}

fn lib(sources: &[Source]) -> &Source {
    sources
        .iter()
        .find(|s| s.path == "lib.rs")
        .expect("a crate has a lib.rs")
}

fn each_source(check: impl Fn(&Source) -> Option<String>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (folder, sources) in source::sources() {
        for source in sources {
            wrong.extend(check(source).map(|what| format!("{folder}/src/{}: {what}", source.path)));
        }
    }
    wrong
}
