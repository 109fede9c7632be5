//! Fuzzing of the embedded cluster: the functions of `embedded/src/exec/fuzz.rs` by name, and changes of CQL that keep
//! its words whole.

use scylla_orm_embedded::fuzz;

/// What may stand in CQL, and names of the schema that is met.
const WORDS: &str = include_str!("../words.dict");

/// Runs the target of this name.
///
/// # Panics
/// If there is none, or if it finds something.
pub fn run(name: &str, data: &[u8]) {
    let mut named = fuzz::ALL.iter().filter(|(own, _)| *own == name);
    let (_, run) = named.next().unwrap_or_else(|| panic!("no target {name}"));
    run(data);
}

/// Changes the text behind the first `head` bytes word by word: one is left out, doubled, moved or becomes another. Half
/// of the time the bytes are changed as libFuzzer does it.
pub fn mutate(head: usize, data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random(u64::from(seed) | 1 << 32);
    let text = data
        .get(head..size)
        .and_then(|text| std::str::from_utf8(text).ok());
    let Some(text) = text.filter(|_| random.below(2) == 0) else {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    };
    let mut words = words(text);
    let known: Vec<&str> = WORDS.lines().filter_map(unquoted).collect();
    for _ in 0..=random.below(3) {
        let at = random.below(words.len());
        let other = random.below(words.len());
        match random.below(5) {
            0 if !words.is_empty() => drop(words.remove(at)),
            1 if !words.is_empty() => words.insert(other, words[at]),
            2 if !words.is_empty() => words.swap(at, other),
            3 if !words.is_empty() => words[at] = known[random.below(known.len())],
            _ => words.insert(at.min(words.len()), known[random.below(known.len())]),
        }
    }
    let changed = words.join(" ");
    let changed = &changed.as_bytes()[..changed.len().min(max_size - head)];
    data[head..head + changed.len()].copy_from_slice(changed);
    head + changed.len()
}

/// Runs of letters and digits, texts in quotes, and signs.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => {
                let ends = |c: char| !c.is_ascii_alphanumeric() && c != '_';
                rest.find(ends).unwrap_or(rest.len())
            }
            '\'' | '"' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
            other => other.len_utf8(),
        };
        words.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    words
}

fn unquoted(line: &str) -> Option<&str> {
    line.strip_prefix('"')?.strip_suffix('"')
}

/// The same for the same seed (SplitMix64).
struct Random(u64);

impl Random {
    /// Less than `limit`; 0 if that is 0.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z >> 33) as usize).checked_rem(limit).unwrap_or(0)
    }
}
