//! The pages of the driver's documentation say the truth: each test and each function that they name is there.

use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../../driver/docs/seeds.md");

const REQUEST: &str = include_str!("../../driver/docs/request.md");

/// Where the files of tests may be, from here.
const ROOTS: [&str; 2] = ["../driver/src", "tests"];

/// The `file::function` pairs of a page, in order.
fn named(page: &str) -> Vec<(&str, &str)> {
    page.split('`')
        .filter_map(|code| code.split_once(".rs::"))
        .collect()
}

/// Whether such a test is there.
fn is_there(file: &str, function: &str) -> bool {
    let paths = ROOTS.map(|root| Path::new(root).join(file).with_extension("rs"));
    let text = paths.iter().find_map(|path| fs::read_to_string(path).ok());
    text.is_some_and(|text| {
        text.split_once(&format!("fn {function}("))
            .is_some_and(|(before, _)| before.trim_end_matches("async ").trim_end().ends_with(']'))
    })
}

#[test]
fn each_test_that_the_page_names_is_there() {
    let named = named(PAGE);
    assert!(named.len() > 40, "{named:?}");
    let missing: Vec<_> = named.iter().filter(|(f, t)| !is_there(f, t)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn each_row_has_a_test_or_a_reason() {
    let rows = PAGE.lines().filter(|line| line.starts_with("| `"));
    let silent: Vec<_> = rows
        .filter(|row| row.matches(" | ").count() == 2)
        .filter(|row| !row.contains(".rs::") && !row.contains("*superseded*"))
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

/// Whether a file of the driver has such a function.
fn has(file: &str, function: &str) -> bool {
    let path = Path::new(ROOTS[0]).join(file).with_extension("rs");
    let text = fs::read_to_string(path);
    text.is_ok_and(|text| {
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let named = |mark| text.contains(&format!("fn {function}{mark}"));
        named('(') || named('<')
    })
}

#[test]
fn each_function_on_the_way_of_a_request_is_there() {
    let named = named(REQUEST);
    assert!(named.len() > 20, "{named:?}");
    let missing: Vec<_> = named.iter().filter(|(f, t)| !has(f, t)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(!has("session/run", "nowhere"));
    assert!(!has("nowhere", "poll"));
}

/// On the way there it passes the modules in the order of `lib.rs`.
#[test]
fn a_request_goes_down() {
    let (there, _) = REQUEST.split_once("# Back").unwrap();
    let library = fs::read_to_string(Path::new(ROOTS[0]).join("lib.rs")).unwrap();
    let modules: Vec<&str> = there
        .lines()
        .filter_map(|line| line.strip_prefix("| [`")?.split('`').next())
        .collect();
    assert!(modules.len() >= 7, "{modules:?}");
    let places: Vec<_> = modules
        .iter()
        .map(|module| library.find(&format!("pub mod {module};")).unwrap())
        .collect();
    assert!(places.is_sorted(), "{modules:?}");
}

#[test]
fn a_test_that_is_not_there_is_missed() {
    assert!(is_there(
        "seeds.rs".trim_end_matches(".rs"),
        "a_test_that_is_not_there_is_missed"
    ));
    assert!(!is_there("seeds", "a_test_that_was_renamed"));
    assert!(!is_there("seeds", "is_there"), "it is no test");
    assert!(!is_there("nowhere", "named"));
}
