//! What must not compile, and what the compiler says then: one mistake, one message, in the user's words.
//!
//! The cases are in `ui/cases`, the models that they use in `ui/models.rs`. All are checked by one `cargo check` of a
//! package made for it under the target directory. Only message, label and notes are compared, not how the compiler
//! draws them, so that another compiler's drawing breaks nothing. `BLESS=1 cargo test -p tests --test ui` writes what
//! was seen into the files of cases; read the difference before you commit it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The example that all single statements share.
const STATEMENTS: &str = "statements";

#[test]
fn the_compiler_says_one_thing_about_one_mistake() {
    let files = read_cases();
    let package = write_package(&files);
    let mut seen = check(&package);
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = String::new();
    for file in &files {
        let mut text = file.head.clone();
        for case in &file.cases {
            let said = seen.remove(&case.name).unwrap_or_default();
            if !bless {
                case.compare(&said, &mut wrong);
            }
            text.push_str(&case.render(&said));
        }
        if bless {
            fs::write(&file.path, text).unwrap();
        }
    }
    assert!(
        seen.is_empty(),
        "messages that belong to no case: {seen:#?}"
    );
    assert!(wrong.is_empty(), "{wrong}");
}

/// A file of cases.
struct File {
    path: PathBuf,
    /// What stands before the first case.
    head: String,
    cases: Vec<Case>,
}

/// A mistake and what the compiler says about it.
///
/// ```text
/// === the_name
/// one expression, or items
/// ---
/// error: its message; of errors that speak the compiler's own words, the code
/// at: the underlined text, if it is not the compiler's choice
/// label: what stands beside the underline
/// note: each note of ours
/// ```
struct Case {
    name: String,
    code: String,
    expected: Vec<Message>,
}

/// One message of the compiler.
#[derive(Debug, Default, PartialEq, Clone)]
struct Message {
    /// `error: …` or `warning: …`
    head: String,
    at: Option<String>,
    label: Option<String>,
    notes: Vec<String>,
}

fn read_cases() -> Vec<File> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/cases");
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(File::read).collect()
}

impl File {
    fn read(path: PathBuf) -> File {
        let text = fs::read_to_string(&path).unwrap();
        let mut parts = text.split("=== ");
        let head = parts.next().unwrap_or_default().to_owned();
        let cases = parts.map(Case::parse).collect();
        File { path, head, cases }
    }
}

impl Case {
    fn parse(text: &str) -> Case {
        let (name, rest) = text.split_once('\n').expect("a name on a line");
        let (code, said) = rest
            .split_once("---\n")
            .expect("`---` after the code of a case");
        let mut expected: Vec<Message> = Vec::new();
        for line in said.lines().filter(|l| !l.is_empty()) {
            let (what, text) = line.split_once(": ").expect("`error: ..`, `label: ..`");
            match (what, expected.last_mut()) {
                ("error" | "warning", _) => expected.push(Message {
                    head: line.to_owned(),
                    ..Message::default()
                }),
                ("at", Some(last)) => last.at = Some(text.to_owned()),
                ("label", Some(last)) => last.label = Some(text.to_owned()),
                ("note", Some(last)) => last.notes.push(text.to_owned()),
                _ => panic!("{name}: `{line}` is no part of a message"),
            }
        }
        Case {
            name: name.trim().to_owned(),
            code: code.to_owned(),
            expected,
        }
    }

    /// Cases of one expression share a crate, which is quick. Cases with items have one of their own: a mistake in an
    /// item can end a compilation before others are found.
    fn is_statement(&self) -> bool {
        syn::parse_str::<syn::Expr>(&self.code).is_ok()
    }

    fn source(&self) -> String {
        let code = &self.code;
        match self.is_statement() {
            true => format!("use models::prelude::*;\npub fn case() {{\nlet _ =\n{code};\n}}\n"),
            false => format!(
                "#![allow(dead_code, unused_imports)]\nuse models::prelude::*;\n{code}\nfn main() {{}}\n"
            ),
        }
    }

    fn compare(&self, seen: &[Message], wrong: &mut String) {
        let same = |(a, b): (&Message, &Message)| a.is_said_by(b);
        let equal = self.expected.len() == seen.len() && self.expected.iter().zip(seen).all(same);
        if !equal || seen.len() > 1 {
            let (want, got) = (render(&self.expected), render(seen));
            let (name, code) = (&self.name, &self.code);
            let _ = writeln!(
                wrong,
                "{name}: {code}expected one message at most, and this one:\n{want}but the compiler says:\n{got}"
            );
        }
    }

    fn render(&self, seen: &[Message]) -> String {
        format!("=== {}\n{}---\n{}\n", self.name, self.code, render(seen))
    }
}

impl Message {
    /// Whether `seen` is this. It may have more notes: how it came to its conclusion, the compiler says in its own way.
    fn is_said_by(&self, seen: &Message) -> bool {
        let Message {
            head,
            at,
            label,
            notes,
        } = self;
        (head, at, label) == (&seen.head, &seen.at, &seen.label)
            && notes.iter().all(|n| seen.notes.contains(n))
    }

    fn read(message: &Value) -> Message {
        let span = primary(message);
        let text = |v: &Value| v.as_str().map(|t| t.replace('\n', " "));
        // Traits that are missing and constants that fail speak our words, and so do messages without a code, which
        // are the derive's. All others are the compiler's: which one it is and where is enough.
        let code = message["code"]["code"].as_str();
        let ours = matches!(code, None | Some("E0277" | "E0080"));
        let said = match code {
            Some(code) if !ours && message["level"] == "error" => code.to_owned(),
            _ => text(&message["message"]).unwrap(),
        };
        let children = message["children"].as_array().into_iter().flatten();
        let notes =
            children.filter(|c| c["level"] == "note" && c["spans"] == Value::Array(Vec::new()));
        Message {
            head: format!("{}: {said}", message["level"].as_str().unwrap()),
            at: (code != Some("E0277")).then(|| underlined(span)),
            label: text(&span["label"]).filter(|_| code == Some("E0277")),
            notes: notes
                .filter_map(|n| text(&n["message"]))
                .filter(|n| is_ours(n) && (ours || message["level"] == "warning"))
                .collect(),
        }
    }
}

fn render(messages: &[Message]) -> String {
    let mut text = String::new();
    for message in messages {
        let _ = writeln!(text, "{}", message.head);
        let at = message.at.iter().map(|t| ("at", t));
        let label = message.label.iter().map(|t| ("label", t));
        let notes = message.notes.iter().map(|t| ("note", t));
        for (what, line) in at.chain(label).chain(notes) {
            let _ = writeln!(text, "{what}: {line}");
        }
    }
    text
}

fn primary(message: &Value) -> &Value {
    let spans = message["spans"].as_array().into_iter().flatten();
    let mut primary = spans.filter(|s| s["is_primary"] == true);
    primary.next().unwrap_or(&Value::Null)
}

fn underlined(span: &Value) -> String {
    let span = in_case(span);
    let line = &span["text"][0];
    let column = |key: &str| usize::try_from(line[key].as_u64().unwrap_or(1)).unwrap() - 1;
    let (start, end) = (column("highlight_start"), column("highlight_end"));
    let text = line["text"].as_str().unwrap_or_default().chars();
    text.skip(start).take(end - start).collect()
}

/// Whether a note is from us, and not how the compiler came to ask.
fn is_ours(note: &str) -> bool {
    let theirs = [
        "required ",
        "the full ",
        "consider using `--verbose`",
        "`#[warn",
        "`#[deny",
    ];
    !theirs.iter().any(|t| note.starts_with(t)) && !note.contains("redundant requirement")
}

/// Writes the package of all cases: a library with the models, an example with the statements, an example per case
/// with items.
fn write_package(files: &[File]) -> PathBuf {
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let _ = fs::remove_dir_all(package.join("examples"));
    let statements = package.join("examples").join(STATEMENTS);
    fs::create_dir_all(&statements).unwrap();
    let mut main = String::from("#![allow(unused)]\nfn main() {}\n");
    for case in files.iter().flat_map(|f| &f.cases) {
        let name = &case.name;
        let folder = match case.is_statement() {
            true => {
                let _ = writeln!(main, "mod {name};");
                statements.clone()
            }
            false => package.join("examples"),
        };
        fs::write(folder.join(format!("{name}.rs")), case.source()).unwrap();
    }
    fs::write(statements.join("main.rs"), main).unwrap();
    fs::write(package.join("Cargo.toml"), manifest(root)).unwrap();
    fs::copy(root.join("Cargo.lock"), package.join("Cargo.lock")).unwrap();
    package
}

fn manifest(root: &Path) -> String {
    format!(
        r#"[package]
name = "ui"
version = "0.0.0"
edition = "2024"

[workspace]

[lib]
name = "models"
path = "{root}/tests/ui/models.rs"

[dependencies]
scylla-orm = {{ path = "{root}/scylla-orm" }}
tokio = {{ version = "1", features = ["macros"] }}
uuid = "1"
"#,
        root = root.display()
    )
}

/// What the compiler says, by case.
fn check(package: &Path) -> BTreeMap<String, Vec<Message>> {
    let output = Command::new(env!("CARGO"))
        .args([
            "check",
            "--offline",
            "--keep-going",
            "--examples",
            "--message-format=json",
        ])
        .arg("--target-dir")
        .arg(package.join("target"))
        .current_dir(package)
        .output()
        .unwrap();
    let mut seen: BTreeMap<String, Vec<Message>> = BTreeMap::new();
    let mut built = false;
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        built |= line["reason"] == "compiler-artifact" && line["target"]["name"] == "models";
        let (message, target) = (&line["message"], &line["target"]);
        if line["reason"] != "compiler-message" || primary(message).is_null() {
            continue;
        }
        if target["kind"][0] != "example" {
            // The models, or our own crates while someone works on them.
            assert_ne!(message["level"], "error", "{}", message["rendered"]);
            continue;
        }
        let target = target["name"].as_str().unwrap();
        let name = match target {
            STATEMENTS => file_stem(primary(message)),
            _ => target.to_owned(),
        };
        seen.entry(name).or_default().push(Message::read(message));
    }
    assert!(
        built,
        "the models were not built: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    seen
}

/// The span, or the one from which the macros were called that it lies in: in the file of a case.
fn in_case(mut span: &Value) -> &Value {
    let ours = |s: &Value| {
        s["file_name"]
            .as_str()
            .is_some_and(|f| f.starts_with("examples"))
    };
    while !ours(span) && !span["expansion"].is_null() {
        span = &span["expansion"]["span"];
    }
    span
}

fn file_stem(span: &Value) -> String {
    let path = Path::new(in_case(span)["file_name"].as_str().unwrap());
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}
