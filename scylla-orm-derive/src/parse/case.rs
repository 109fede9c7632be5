//! Names in other spellings: `rename_all`, and the default names of tables and constants.

/// What `rename_all` does to a name; the spellings are serde's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    /// The values of `rename_all`.
    pub(crate) const NAMES: [(&str, Case); 8] = [
        ("lowercase", Case::Lower),
        ("UPPERCASE", Case::Upper),
        ("PascalCase", Case::Pascal),
        ("camelCase", Case::Camel),
        ("snake_case", Case::Snake),
        ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
        ("kebab-case", Case::Kebab),
        ("SCREAMING-KEBAB-CASE", Case::ScreamingKebab),
    ];

    /// The case that `rename_all = "…"` names.
    pub(crate) fn named(name: &str) -> Option<Case> {
        let found = Case::NAMES.iter().find(|(n, _)| *n == name)?;
        Some(found.1)
    }

    /// `name` in this case, whatever case it has now.
    pub(crate) fn apply(self, name: &str) -> String {
        let words = words(name);
        match self {
            Case::Lower => words.concat(),
            Case::Upper => words.concat().to_uppercase(),
            Case::Pascal => words.iter().map(|w| capital(w)).collect(),
            Case::Camel => match words.split_first() {
                None => String::new(),
                Some((first, rest)) => rest
                    .iter()
                    .fold(first.clone(), |name, w| name + &capital(w)),
            },
            Case::Snake => words.join("_"),
            Case::ScreamingSnake => words.join("_").to_uppercase(),
            Case::Kebab => words.join("-"),
            Case::ScreamingKebab => words.join("-").to_uppercase(),
        }
    }
}

/// The words of a name in lower case. A word begins after `_`, at a capital after a small letter or digit, and at
/// the last capital of several (`HTTPServer` is `http server`).
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = '_';
    let mut letters = name.chars().peekable();
    while let Some(c) = letters.next() {
        let ends_capitals =
            before.is_uppercase() && letters.peek().is_some_and(|n| n.is_lowercase());
        let begins = c == '_' || (c.is_uppercase() && (!before.is_uppercase() || ends_capitals));
        if begins && words.last().is_some_and(|w| !w.is_empty()) {
            words.push(String::new());
        }
        if c != '_' {
            let last = words.last_mut().expect("there is always a word");
            last.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|w| !w.is_empty());
    words
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        None => String::new(),
        Some(first) => first.to_uppercase().chain(letters).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expected: [&str; 8]) {
        let seen = Case::NAMES.map(|(_, case)| case.apply(name));
        assert_eq!(seen, expected, "{name}");
    }

    #[test]
    fn names() {
        check(
            "user_id",
            [
                "userid", "USERID", "UserId", "userId", "user_id", "USER_ID", "user-id", "USER-ID",
            ],
        );
        check(
            "PartlyCloudy",
            [
                "partlycloudy",
                "PARTLYCLOUDY",
                "PartlyCloudy",
                "partlyCloudy",
                "partly_cloudy",
                "PARTLY_CLOUDY",
                "partly-cloudy",
                "PARTLY-CLOUDY",
            ],
        );
        check("X", ["x", "X", "X", "x", "x", "X", "x", "X"]);
    }

    #[test]
    fn words_of_a_name() {
        #[track_caller]
        fn check(name: &str, expected: &[&str]) {
            assert_eq!(words(name), expected, "{name}");
        }
        check("HTTPServer", &["http", "server"]);
        check("PostBySlug", &["post", "by", "slug"]);
        check("Version2Id", &["version2", "id"]);
        check("sha256", &["sha256"]);
        check("_private", &["private"]);
        check("a__b_", &["a", "b"]);
        check("Ärger", &["ärger"]);
        check("", &[]);
    }
}
