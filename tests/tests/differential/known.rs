//! The list of differences that stay, `known.txt`.
//!
//! An entry is a reason behind `#`, the statement, and the two answers, indented: Cassandra's, then the embedded
//! cluster's behind `>`. `*` stands for any text.

/// A difference that stays.
#[derive(Debug)]
pub struct Known {
    pub reason: String,
    statement: String,
    expected: String,
    found: String,
}

impl Known {
    /// The entries of one part of the list, which begins with `== part`.
    pub fn list(part: &str) -> Vec<Known> {
        let text = include_str!("known.txt");
        let heading = format!("== {part}\n");
        let part = text.split_once(&heading).map_or("", |(_, rest)| rest);
        let part = part.split_once("\n== ").map_or(part, |(part, _)| part);
        part.split("\n\n").filter_map(Known::entry).collect()
    }

    fn entry(text: &str) -> Option<Known> {
        let mut known = Known {
            reason: String::new(),
            statement: String::new(),
            expected: String::new(),
            found: String::new(),
        };
        for line in text.lines() {
            if let Some(reason) = line.strip_prefix("# ") {
                known.reason += reason;
            } else if let Some(found) = line.strip_prefix("  > ") {
                known.found += &format!("{found}\n");
            } else if let Some(expected) = line.strip_prefix("  ") {
                known.expected += &format!("{expected}\n");
            } else {
                known.statement += line;
            }
        }
        (!known.statement.is_empty()).then_some(known)
    }

    pub fn is(&self, statement: &str, expected: &str, found: &str) -> bool {
        matches(&self.statement, statement)
            && matches(self.expected.trim_end(), expected.trim_end())
            && matches(self.found.trim_end(), found.trim_end())
    }
}

/// Whether a text is like a pattern, in which `*` is any text and `\*` an asterisk.
fn matches(pattern: &str, text: &str) -> bool {
    let pattern = pattern.replace("\\*", "\u{0}");
    let mut parts = pattern.split('*').map(|part| part.replace('\u{0}', "*"));
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(&*first) else {
        return false;
    };
    let mut parts: Vec<String> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(&*part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(&*last)
}

#[test]
fn patterns_match() {
    let check = |pattern: &str, text: &str, expected: bool| {
        assert_eq!(matches(pattern, text), expected, "{pattern}: {text}");
    };
    check("ab", "ab", true);
    check("ab", "abc", false);
    check("a*", "abc", true);
    check("a*c", "abc", true);
    check("a*b", "abc", false);
    check("*b*", "abc", true);
    check("SELECT \\* *", "SELECT * FROM t", true);
    check("SELECT \\* *", "SELECT a FROM t", false);
}
