//! No log holds what somebody has bound to a marker, or a password: what all suites told at TRACE is held against what
//! all suites have bound.
//!
//! A step of its own, behind the suites, in the same folder:
//!
//! ```text
//! export SCYLLA_ORM_TRACE=$(mktemp -d)
//! cargo test -p tests --test 'driver_*' --test 'embedded_*' --test 'model_*' … -- --skip full:: --skip cancel
//! cargo test -p tests --test trace
//! ```
//!
//! (The ones that are left out begin tens of thousands of requests within a deadline, and each has a span.)
//!
//! Without the folder it looks at what it does itself, which has a leak in it that must be found.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{read_dir, read_to_string};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use scylla_orm::driver::Session;
use syn::visit::{self, Visit};
use tests::target::Target;
use tests::trace::{BOUND, TOLD, folder, shown};

/// So many first bytes of a secret are looked up at each place of a log.
const PREFIX: usize = 6;

/// Secrets, by their first bytes.
struct Secrets(HashMap<Vec<u8>, BTreeSet<String>>);

impl Secrets {
    fn new(all: impl IntoIterator<Item = String>) -> Secrets {
        let mut secrets: HashMap<_, BTreeSet<String>> = HashMap::new();
        for secret in all {
            let Some(prefix) = secret.as_bytes().get(..PREFIX) else {
                continue;
            };
            secrets.entry(prefix.to_vec()).or_default().insert(secret);
        }
        Secrets(secrets)
    }

    fn len(&self) -> usize {
        self.0.values().map(BTreeSet::len).sum()
    }

    /// Those that stand in a line. A number that is a part of another one is none.
    fn found_in<'a>(&'a self, line: &'a str) -> impl Iterator<Item = &'a str> {
        let bytes = line.as_bytes();
        let places = bytes.windows(PREFIX).enumerate();
        let begun = places.filter_map(|(at, prefix)| Some((at, self.0.get(prefix)?)));
        let here = move |at: usize, secret: &str| {
            let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
            let is_part = secret.bytes().all(|byte| byte.is_ascii_hexdigit())
                && (is_digit(at.checked_sub(1).and_then(|before| bytes.get(before)))
                    || is_digit(bytes.get(at + secret.len())));
            bytes[at..].starts_with(secret.as_bytes()) && !is_part
        };
        begun.flat_map(move |(at, secrets)| {
            let secrets = secrets.iter().map(String::as_str);
            secrets.filter(move |secret| here(at, secret))
        })
    }
}

/// Literals that the sources of the suites use as passwords.
#[derive(Default)]
struct Passwords(BTreeSet<String>);

impl<'ast> Visit<'ast> for Passwords {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "credentials" {
            self.take(call.args.last());
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func
            && path
                .path
                .segments
                .iter()
                .any(|part| part.ident == "Credentials")
        {
            self.take(call.args.last());
        }
        visit::visit_expr_call(self, call);
    }
}

impl Passwords {
    fn take(&mut self, password: Option<&syn::Expr>) {
        if let Some(syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        })) = password
        {
            self.0.insert(text.value());
        }
    }

    fn of_the_suites() -> BTreeSet<String> {
        let mut passwords = Passwords::default();
        passwords.look(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"));
        passwords.0
    }

    fn look(&mut self, at: &Path) {
        if at.is_dir() {
            for entry in read_dir(at).unwrap() {
                self.look(&entry.unwrap().path());
            }
        } else if at.extension().is_some_and(|end| end == "rs") {
            let file = syn::parse_file(&read_to_string(at).unwrap());
            self.visit_file(&file.unwrap());
        }
    }
}

/// What the library says of its own accord: whoever binds the word `closed` finds it in the logs without a leak.
struct OwnWords(String);

impl OwnWords {
    fn read() -> OwnWords {
        let mut words = OwnWords(String::new());
        for package in ["driver", "scylla-orm"] {
            let source = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("..")
                .join(package);
            words.look(&source.join("src"));
        }
        words
    }

    fn look(&mut self, at: &Path) {
        match at.is_dir() {
            true => read_dir(at)
                .unwrap()
                .for_each(|entry| self.look(&entry.unwrap().path())),
            false => self.0 += &read_to_string(at).unwrap(),
        }
    }

    fn has(&self, secret: &str) -> bool {
        secret.bytes().all(|byte| byte.is_ascii_lowercase()) && self.0.contains(secret)
    }
}

/// The text of all files of the folder that end so, by the suite that wrote them.
fn read(folder: &Path, end: &str) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::<String, String>::new();
    for entry in read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|found| found == end) {
            let name = path.file_name().unwrap().to_string_lossy();
            let suite = name.split('-').next().unwrap_or_default().to_owned();
            *texts.entry(suite).or_default() += &read_to_string(&path).unwrap();
        }
    }
    texts
}

/// Which secrets stand in which lines.
fn leaks<'a>(secrets: &'a Secrets, told: &'a str) -> Vec<(&'a str, &'a str)> {
    let lines = told.lines();
    lines
        .flat_map(|line| secrets.found_in(line).map(move |secret| (secret, line)))
        .collect()
}

#[test]
fn what_all_suites_told_holds_nothing_that_they_bound() {
    let Some(folder) = folder() else {
        writeln!(io::stderr(), "skipped: no folder of traces is named").ok();
        return;
    };
    let (told, bound) = (read(&folder, TOLD), read(&folder, BOUND));
    let passwords = Passwords::of_the_suites();
    assert!(passwords.len() > 3, "{passwords:?}");
    let words = OwnWords::read();
    let mut all = 0;
    for (suite, told) in &told {
        let bound = bound.get(suite).map_or("", String::as_str).lines();
        let bound = bound.map(str::to_owned).chain(passwords.iter().cloned());
        let secrets = Secrets::new(bound);
        let mut leaks = leaks(&secrets, told);
        leaks.retain(|(secret, _)| passwords.contains(*secret) || !words.has(secret));
        writeln!(
            io::stderr(),
            "  {suite}: {} lines told, {} secrets, {} found",
            told.lines().count(),
            secrets.len(),
            leaks.len()
        )
        .ok();
        assert!(leaks.is_empty(), "{:#?}", &leaks[..leaks.len().min(9)]);
        all += told.lines().count();
    }
    assert!(
        told.len() > 20 && all > 10_000,
        "{} suites, {all} lines",
        told.len()
    );
    assert!(bound.values().map(|b| b.lines().count()).sum::<usize>() > 1000);
}

/// The same in small, with a leak: whoever logs what they bind is found, in each way in which values are written.
#[tokio::test]
async fn a_leak_is_found() {
    let target = Target::start().await;
    let told = Arc::new(Mutex::new(String::new()));
    let keep = Arc::clone(&told);
    let subscriber = tests::log::each(move |line| {
        let mut told = keep.lock().unwrap();
        told.push_str(line);
        told.push('\n');
    });
    let guard = tests::log::listen(subscriber);
    let session = Session::connect(target.contact_points()).await.unwrap();
    let keyspace = target.keyspace("trace").await;
    let table = format!("CREATE TABLE {keyspace}.t (k text PRIMARY KEY, v bigint, b blob)");
    session.query(table, ()).await.unwrap();
    let insert = format!("INSERT INTO {keyspace}.t (k, v, b) VALUES (?, ?, ?)");
    let insert = session.prepare(&insert).await.unwrap();
    let values = (
        "b0und-v4lue",
        1_234_567_891_234_i64,
        vec![7_u8, 77, 177, 3, 5, 9],
    );
    session.execute(&insert, &values).await.unwrap();
    session
        .query(format!("DROP KEYSPACE {keyspace}"), ())
        .await
        .unwrap();
    session.close().await.unwrap();
    let encoded = [values.0.as_bytes(), &values.1.to_be_bytes(), &values.2];
    let secrets = Secrets::new(encoded.into_iter().flat_map(shown));
    let count = || leaks(&secrets, &told.lock().unwrap()).len();
    assert!(told.lock().unwrap().contains("VALUES (?, ?, ?)"));
    assert_eq!(count(), 0);
    tracing::trace!(key = values.0, "a leak");
    tracing::trace!(?values, "another");
    drop(guard);
    // The text twice; the number and the list of bytes once.
    assert_eq!(count(), 4, "{}", told.lock().unwrap());
}

#[test]
fn numbers_are_found_as_they_are_and_not_within_others() {
    let check = |value: &[u8], line: &str, expected: usize| {
        let secrets = Secrets::new(shown(value));
        assert_eq!(secrets.found_in(line).count(), expected, "{line}");
    };
    check(&1_234_567_890_i32.to_be_bytes(), "k=-1234567890", 1);
    check(&1_234_567_890_i32.to_be_bytes(), "k=12345678901", 0);
    check(&1_234_567_890_i32.to_be_bytes(), "k=91234567890", 0);
    check(&7_i64.to_be_bytes(), "k=7", 0);
    check(b"Seattle", "in Seattle.", 1);
    check(b"Seattle", "53656174746c65", 1);
    check(b"Sea", "Sea", 0);
}
