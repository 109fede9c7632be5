//! Identifiers: whatever a name is, its quoted form is one token of CQL that means that name and nothing else.

use scylla_orm_driver::value::Ident;

/// Text that is taken for a name.
pub(crate) fn run(data: &[u8]) {
    let Ok(name) = std::str::from_utf8(data) else {
        return;
    };
    let shown = Ident(name).to_string();
    assert_eq!(unquoted(&shown).as_deref(), Some(name), "{shown}");
    assert_eq!(Ident(name).is_plain(), shown == name);
}

/// The name that CQL reads from one token; `None` if the text is more or less than one.
fn unquoted(token: &str) -> Option<String> {
    match token.strip_prefix('"') {
        None => {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            let starts = token.starts_with(|c: char| c.is_ascii_lowercase());
            (starts && token.chars().all(plain)).then(|| token.to_owned())
        }
        Some(rest) => {
            let (mut name, mut letters) = (String::new(), rest.chars());
            loop {
                match letters.next()? {
                    '"' => match letters.next() {
                        Some('"') => name.push('"'),
                        Some(_) => return None,
                        None => return Some(name),
                    },
                    letter => name.push(letter),
                }
            }
        }
    }
}
