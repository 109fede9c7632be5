//! Makes inputs for the targets of what Apache Cassandra has sent, and of what was kept: `seeds RECORDINGS CORPUS FOLDER`
//! fills `FOLDER/TARGET`. The standard library alone, so that `rustc` compiles it without what fuzzing adds.

use std::path::Path;
use std::{env, fs, io};

/// Cassandra in version 4 and 5, as the first byte of an input chooses features.
const FEATURES: [(&str, u8); 2] = [("v4", 1), ("v5", 3)];
const HEADER: usize = 9;
/// What is longer teaches nothing that a shorter one does not.
const LONGEST: usize = 1024;

fn main() -> io::Result<()> {
    let argument = |n| env::args().nth(n).ok_or(io::ErrorKind::InvalidInput);
    let (recordings, corpus, folder) = (argument(1)?, argument(2)?, argument(3)?);
    for file in fs::read_dir(corpus)? {
        let path = file?.path();
        let target = path.file_stem().unwrap_or_default().to_string_lossy();
        for digits in fs::read_to_string(&path)?.lines() {
            keep(Path::new(&folder), &target, &hex(digits))?;
        }
    }
    for session in fs::read_dir(recordings)? {
        let session = session?.path();
        let name = session.to_string_lossy().into_owned();
        let Some((_, choice)) = FEATURES.iter().find(|(end, _)| name.ends_with(end)) else {
            continue;
        };
        for file in fs::read_dir(session)? {
            for line in fs::read_to_string(file?.path())?.lines() {
                if let Some(digits) = line.strip_prefix("> ").or(line.strip_prefix("< ")) {
                    seed(Path::new(&folder), *choice, &hex(digits))?;
                }
            }
        }
    }
    Ok(())
}

fn seed(folder: &Path, choice: u8, frame: &[u8]) -> io::Result<()> {
    let (&[first, flags, _, _, opcode, ..], Some(body)) = (frame, frame.get(HEADER..)) else {
        return Ok(());
    };
    if frame.len() > LONGEST {
        return Ok(());
    }
    let message = [&[choice, flags, opcode], body].concat();
    if first & 0x80 == 0 {
        return keep(folder, "requests", &message);
    }
    keep(folder, "responses", &message)?;
    // A good handshake, then this frame in pieces of 16 bytes.
    keep(folder, "connection", &[&[1, 16], frame].concat())?;
    match (opcode, body) {
        (0x00, _) => keep(folder, "errors", &[&[choice], body].concat()),
        (0x06, _) => keep(folder, "supported", body),
        (0x0c, _) => keep(folder, "events", body),
        (0x08, [0, 0, 0, 2, rows @ ..]) => {
            keep(folder, "rows", rows)?;
            columns(folder, rows)
        }
        _ => Ok(()),
    }
}

/// What stands between the table and the number of rows describes the columns; then come the cells.
fn columns(folder: &Path, rows: &[u8]) -> io::Result<()> {
    // Flags and count, then keyspace and table.
    let text = |at: usize| {
        Some(at + 2 + usize::from(u16::from_be_bytes([*rows.get(at)?, *rows.get(at + 1)?])))
    };
    let Some(begin) = text(8).and_then(text) else {
        return Ok(());
    };
    for end in begin..rows.len().min(begin + 255) {
        // A row count of at most 255 and a first length.
        if let Some([0, 0, 0, 1..=255, 0, 0, 0, 1..=255]) = rows.get(end..end + 8) {
            let length = u8::try_from(end - begin).unwrap_or(u8::MAX);
            let value = &rows[end + 8..];
            keep(
                folder,
                "values",
                &[&[length], &rows[begin..end], value].concat(),
            )?;
            break;
        }
    }
    Ok(())
}

fn keep(folder: &Path, target: &str, input: &[u8]) -> io::Result<()> {
    let folder = folder.join(target);
    fs::create_dir_all(&folder)?;
    // FNV-1a: equal inputs are one.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in input {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    fs::write(folder.join(format!("{hash:016x}")), input)
}

fn hex(digits: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap_or("0"), 16);
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| byte(pair).unwrap_or(0))
        .collect()
}
