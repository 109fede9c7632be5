//! The inputs that fuzzing has kept, through the same functions: see `driver/fuzz/run`.

use std::path::Path;
use std::{fs, io};

use super::claims::hex;
use super::targets;

#[test]
fn every_kept_input_comes_back() -> io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, run) in targets::ALL {
        let path = corpus.join(format!("{name}.txt"));
        let text = fs::read_to_string(&path)?;
        for (n, line) in text.lines().enumerate() {
            let data = hex(line);
            let outcome = std::panic::catch_unwind(|| run(&data));
            assert!(outcome.is_ok(), "{}:{}: {line}", path.display(), n + 1);
        }
        assert!(text.lines().count() > 10, "{}", path.display());
    }
    Ok(())
}
