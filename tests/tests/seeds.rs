//! The page of names of other drivers says the truth: each test that it names is there.

use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../../driver/docs/seeds.md");

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
