//! Statements, and what servers say of them, as they may be logged.
//!
//! The driver writes no value into a log. Servers may: they quote what they do not understand, and a warning of an old one
//! repeats a read with its values. What they say is logged without what can be a value; the error and the answer that the
//! application gets have all of it.

use crate::error::ErrorKind;

/// No log needs more of a statement.
const ENOUGH: usize = 2000;

/// How UUIDs are written.
const UUID: &str = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

/// The first word, in capital letters: what the statement does.
pub(super) fn first_word(text: &str) -> String {
    let letters = text
        .trim_start()
        .chars()
        .take_while(char::is_ascii_alphabetic);
    letters.take(16).collect::<String>().to_ascii_uppercase()
}

/// Without literals, which may be anybody's secret: texts, numbers, UUIDs, blobs. Not longer than is of use. Names stay,
/// in double quotes too.
pub(super) fn sanitized(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(ENOUGH));
    let mut rest = text;
    while !rest.is_empty() && out.len() <= ENOUGH {
        let (token, after) = token(rest);
        match is_literal(token) {
            true => out.push('?'),
            false => out.push_str(token),
        }
        rest = after;
    }
    match out.char_indices().nth(ENOUGH) {
        None => out,
        Some((end, _)) => format!("{} …", out.get(..end).unwrap_or_default()),
    }
}

/// A failure without what may be a value in the server's words.
pub(super) fn failure(kind: &ErrorKind) -> String {
    let text = kind.to_string();
    match kind
        .message()
        .and_then(|said| Some((text.strip_suffix(said)?, said)))
    {
        Some((ours, said)) => format!("{ours}{}", unquoted(&sanitized(said))),
        None => text,
    }
}

/// A warning of a server without what may be a value: what it quotes, and the conditions of a statement that it repeats.
/// Its numbers are what it warns of.
pub(in crate::session) fn warning(text: &str) -> String {
    let (before, condition) = match text.split_once(" WHERE ") {
        Some((before, _)) => (before, " WHERE …"),
        None => (text, ""),
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = before;
    while let Some(at) = rest.find('\'') {
        let (plain, from) = rest.split_at(at);
        out.push_str(plain);
        out.push('?');
        rest = quoted(from).1;
    }
    out + rest + condition
}

/// Without what stands in brackets: `Invalid STRING constant (secret)`, `mismatched input (… [secret] …)`.
fn unquoted(text: &str) -> String {
    let (mut out, mut depth) = (String::with_capacity(text.len()), 0_u32);
    for c in text.chars() {
        let closes = matches!(c, ')' | ']');
        depth = depth.saturating_sub(u32::from(closes));
        if depth == 0 {
            out.push(c);
        }
        if matches!(c, '(' | '[') {
            if depth == 0 {
                out.push('…');
            }
            depth += 1;
        }
    }
    out
}

fn is_literal(token: &str) -> bool {
    match token.as_bytes() {
        [b'\'', ..] | [b'$', b'$', ..] | [b'0'..=b'9', ..] => true,
        [b'"', ..] => false,
        _ => token.len() == UUID.len() && token.contains('-'),
    }
}

/// The first word, number, quoted or other sign of `text`, and what comes after.
fn token(text: &str) -> (&str, &str) {
    if text.starts_with(['\'', '"', '$']) {
        return quoted(text);
    }
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    if !text.starts_with(is_of_word) {
        let first = text.chars().next().map_or(0, char::len_utf8);
        return text.split_at(first);
    }
    if let Some((uuid, after)) = text.split_at_checked(UUID.len())
        && uuid
            .bytes()
            .zip(UUID.bytes())
            .all(|(byte, form)| match form {
                b'-' => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
    {
        return (uuid, after);
    }
    let is_number = text.starts_with(|c: char| c.is_ascii_digit());
    let mut before = ' ';
    let end = text.find(|c: char| {
        let signed = matches!((before, c), ('e' | 'E', '+' | '-'));
        before = c;
        !(is_of_word(c) || is_number && (c == '.' || signed))
    });
    text.split_at(end.unwrap_or(text.len()))
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
    use crate::frame::Consistency;

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
        check(&"l".repeat(36), &"l".repeat(36));
        check("ä 'ö' ü", "ä ? ü");
        check(
            "SELECT a1, _2 FROM k2.t WHERE a = 17 AND b IN (-1.5e-7,0xCAFE) LIMIT 3",
            "SELECT a1, _2 FROM k2.t WHERE a = ? AND b IN (-?,?) LIMIT ?",
        );
        check(
            "{b4f8f6a0-2b5a-11ee-be56-0242ac120002: 1h30m, '00000000-0000': \"b4f8f6a0-2b5a-11ee-be56-0242ac1200\"}",
            "{?: ?, ?: \"b4f8f6a0-2b5a-11ee-be56-0242ac1200\"}",
        );
        check(&"x".repeat(9000), &format!("{} …", "x".repeat(ENOUGH)));
        check(&"'x' ".repeat(2), "? ? ");
    }

    #[test]
    fn what_servers_quote_is_left_out() {
        let check = |message: &str, expected: &str| {
            let message = message.into();
            assert_eq!(failure(&ErrorKind::Invalid { message }), expected);
        };
        check("unconfigured table t", "invalid: unconfigured table t");
        check(
            "Invalid STRING constant (secret) for \"b\" of type int",
            "invalid: Invalid STRING constant (…) for \"b\" of type int",
        );
        check(
            "line 1:7 no viable alternative at input 'secret' (SELECT [secret]...)",
            "invalid: line ?:? no viable alternative at input ? (…)",
        );
        let unavailable = ErrorKind::ReadTimeout {
            consistency: Consistency::Quorum,
            received: 1,
            required: 2,
            data_present: false,
        };
        assert_eq!(failure(&unavailable), unavailable.to_string());
        let large = "Batch for [k.t] is of size 6KiB, exceeding specified threshold of 5KiB";
        assert_eq!(warning(large), large);
        assert_eq!(
            warning("1001 tombstone cells for query SELECT * FROM k.t WHERE p = secret LIMIT 5"),
            "1001 tombstone cells for query SELECT * FROM k.t WHERE …"
        );
        assert_eq!(warning("a 'secret' here"), "a ? here");
    }

    #[test]
    fn the_first_word_is_what_it_does() {
        assert_eq!(first_word("  select * from t"), "SELECT");
        assert_eq!(first_word("BEGIN BATCH"), "BEGIN");
        assert_eq!(first_word("{}"), "");
    }
}
