//! Statements as they may be logged.

/// No log needs more of a statement.
const ENOUGH: usize = 2000;

/// The first word, in capital letters: what the statement does.
pub(super) fn first_word(text: &str) -> String {
    let letters = text
        .trim_start()
        .chars()
        .take_while(char::is_ascii_alphabetic);
    letters.take(16).collect::<String>().to_ascii_uppercase()
}

/// Without what stands between quotes, which may be anybody's password, and not longer than is of use. Names in double
/// quotes stay.
pub(super) fn sanitized(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(ENOUGH));
    let mut rest = text;
    while let Some(at) = rest.find(['\'', '"', '$']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let (quoted, after) = quoted(from);
        match quoted.as_bytes() {
            [b'\'', ..] | [b'$', b'$', ..] => out.push('?'),
            _ => out.push_str(quoted),
        }
        rest = after;
        if out.len() > ENOUGH {
            break;
        }
    }
    out.push_str(rest);
    match out.char_indices().nth(ENOUGH) {
        None => out,
        Some((end, _)) => format!("{} …", out.get(..end).unwrap_or_default()),
    }
}

/// What is quoted at the beginning of `text`, with its quotes, and what comes after. What is not ended is all of it.
fn quoted(text: &str) -> (&str, &str) {
    let mark = match text.as_bytes() {
        [b'\'', ..] => "'",
        [b'"', ..] => "\"",
        [b'$', b'$', ..] => "$$",
        // A dollar that quotes nothing.
        _ => return text.split_at(1),
    };
    let mut end = mark.len();
    while let Some(found) = text.get(end..).and_then(|rest| rest.find(mark)) {
        end += found + mark.len();
        // A quote that stands twice is a part of the text.
        match text.get(end..) {
            Some(rest) if mark != "$$" && rest.starts_with(mark) => end += mark.len(),
            _ => return text.split_at(end),
        }
    }
    (text, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(sanitized(text), expected, "{text}");
    }

    #[test]
    fn literals_are_left_out() {
        check(
            "CREATE ROLE r WITH PASSWORD = 'it''s' AND LOGIN = true",
            "CREATE ROLE r WITH PASSWORD = ? AND LOGIN = true",
        );
        check(
            "SELECT \"a'b\" FROM t WHERE k = 'x' AND v = ''",
            "SELECT \"a'b\" FROM t WHERE k = ? AND v = ?",
        );
        check("AS $$ return 'x'; $$ LANGUAGE", "AS ? LANGUAGE");
        check("SELECT $ FROM 'never ended", "SELECT $ FROM ?");
        check("'", "?");
        check("$", "$");
        check("ä 'ö' ü", "ä ? ü");
        check(&"x".repeat(9000), &format!("{} …", "x".repeat(ENOUGH)));
        check(&"'x' ".repeat(2), "? ? ");
    }

    #[test]
    fn the_first_word_is_what_it_does() {
        assert_eq!(first_word("  select * from t"), "SELECT");
        assert_eq!(first_word("BEGIN BATCH"), "BEGIN");
        assert_eq!(first_word("{}"), "");
    }
}
