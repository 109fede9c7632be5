//! Inputs of the targets as files, and as lines of text. The standard library alone, so that `rustc` compiles it without
//! what fuzzing adds.
//!
//! - `seeds make SOURCES CORPUS FOLDER` fills `FOLDER/TARGET` with what was kept and with the CQL of our tests.
//! - `seeds keep FILE…` prints files as lines of a corpus.

use std::path::Path;
use std::{env, fs, io};

/// What is longer teaches nothing that a shorter one does not.
const LONGEST: usize = 2048;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["make", sources, corpus, folder] => {
            kept(Path::new(corpus), Path::new(folder))?;
            written(Path::new(sources), Path::new(folder))
        }
        ["keep", ref files @ ..] => {
            for file in files {
                println!("{}", fs::read(file)?.escape_ascii());
            }
            Ok(())
        }
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
}

fn kept(corpus: &Path, folder: &Path) -> io::Result<()> {
    for file in fs::read_dir(corpus)? {
        let path = file?.path();
        let target = path.file_stem().unwrap_or_default().to_string_lossy();
        for line in fs::read_to_string(&path)?.lines() {
            keep(folder, &target, &unescaped(line))?;
        }
    }
    Ok(())
}

/// The texts in our tests of parser and engine: most are CQL. Scripts get each flavor.
fn written(sources: &Path, folder: &Path) -> io::Result<()> {
    let mut folders = vec![sources.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().contains("tests") {
                for text in literals(&fs::read_to_string(&path)?) {
                    keep(folder, "parse", text.as_bytes())?;
                    for flavor in [b'0', b'1'] {
                        keep(folder, "script", &[&[flavor], text.as_bytes()].concat())?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// The string literals of Rust code that look like statements.
fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in code.split('"').skip(1).step_by(2) {
        let text = part.split("\\\n").map(str::trim_start).collect::<String>();
        if text.split_whitespace().count() > 2 {
            found.push(text.replace("\\n", "\n"));
        }
    }
    found
}

fn keep(folder: &Path, target: &str, input: &[u8]) -> io::Result<()> {
    if input.len() > LONGEST {
        return Ok(());
    }
    let folder = folder.join(target);
    fs::create_dir_all(&folder)?;
    // FNV-1a: equal inputs are one.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in input {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    fs::write(folder.join(format!("{hash:016x}")), input)
}

/// The bytes of a line as `escape_ascii` writes them.
fn unescaped(line: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = line.as_bytes();
    while let [first, behind @ ..] = rest {
        let (byte, behind) = match (first, behind) {
            (b'\\', [b'x', high, low, behind @ ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).unwrap_or("0");
                (u8::from_str_radix(digits, 16).unwrap_or(0), behind)
            }
            (b'\\', [letter, behind @ ..]) => (control(*letter), behind),
            _ => (*first, behind),
        };
        bytes.push(byte);
        rest = behind;
    }
    bytes
}

fn control(letter: u8) -> u8 {
    match letter {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        other => other,
    }
}
