//! From text to tokens.

use crate::failure::Failure;
use crate::flavor::Flavor;

/// A token as it stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind,
    /// As written, with its quotes; empty at the end of the text.
    pub(super) text: &'t str,
    /// Where it begins, in bytes.
    pub(super) start: usize,
    /// From 1.
    pub(super) line: usize,
    /// In characters, from 0.
    pub(super) column: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A keyword or a name without quotes.
    Word,
    /// `"Name"`
    Quoted,
    /// `'text'` or `$$text$$`
    String,
    Integer,
    Float,
    /// `0xcafe`
    Hex,
    Uuid,
    Duration,
    /// An operator, bracket or separator.
    Sign,
    End,
}

/// Operators, brackets and separators; the longer of two that begin alike first.
const SIGNS: [&str; 25] = [
    "<=", ">=", "!=", "+=", "-=", "..", "(", ")", "[", "]", "{", "}", ",", ";", ".", ":", "?", "=",
    "<", ">", "+", "-", "*", "/", "%",
];

/// Cuts `text` into tokens; the last one is [`Kind::End`].
///
/// # Errors
/// Syntax, for a character that begins no token, and for a string, name or comment without end.
pub(super) fn tokens(text: &str, flavor: Flavor) -> Result<Vec<Token<'_>>, Failure> {
    let mut lexer = Lexer {
        flavor,
        rest: text,
        start: 0,
        line: 1,
        column: 0,
    };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blanks()?;
        if lexer.rest.is_empty() {
            tokens.push(lexer.take(Kind::End, 0));
            return Ok(tokens);
        }
        let (kind, length) = lexer.measure()?;
        tokens.push(lexer.take(kind, length));
    }
}

/// What has not been cut yet, and where it begins.
struct Lexer<'t> {
    flavor: Flavor,
    rest: &'t str,
    start: usize,
    line: usize,
    column: usize,
}

impl<'t> Lexer<'t> {
    /// Cuts off `length` bytes, which must end at a character.
    fn take(&mut self, kind: Kind, length: usize) -> Token<'t> {
        let (text, rest) = self
            .rest
            .split_at_checked(length)
            .unwrap_or((self.rest, ""));
        let token = Token {
            kind,
            text,
            start: self.start,
            line: self.line,
            column: self.column,
        };
        match text.rfind('\n') {
            None => self.column += text.chars().count(),
            Some(last) => {
                self.line += text.matches('\n').count();
                self.column = text.chars().rev().take_while(|c| *c != '\n').count();
                debug_assert!(last < text.len());
            }
        }
        self.start += text.len();
        self.rest = rest;
        token
    }

    /// Skips blanks and comments.
    fn skip_blanks(&mut self) -> Result<(), Failure> {
        loop {
            let blanks = self.rest.len() - self.rest.trim_start().len();
            let comment = &self.rest[blanks..];
            let length = if comment.starts_with("--") || comment.starts_with("//") {
                comment.find('\n').unwrap_or(comment.len())
            } else if let Some(inside) = comment.strip_prefix("/*") {
                let end = inside.find("*/").ok_or_else(|| self.unclosed('*'))?;
                end + 4
            } else {
                0
            };
            if blanks + length == 0 {
                return Ok(());
            }
            self.take(Kind::End, blanks + length);
        }
    }

    /// The kind and length in bytes of the token that begins here.
    fn measure(&self) -> Result<(Kind, usize), Failure> {
        let text = self.rest;
        let first = text.chars().next().unwrap_or(' ');
        if uuid(text) {
            return Ok((Kind::Uuid, 36));
        }
        if first.is_ascii_digit() {
            return Ok(number(text));
        }
        if first.is_ascii_alphabetic() || first == '_' {
            let word = run(text, |c| c.is_ascii_alphanumeric() || c == b'_');
            return Ok(match iso_duration(text) {
                Some(length) if length >= word => (Kind::Duration, length),
                _ => (Kind::Word, word),
            });
        }
        if let Some(inside) = text.strip_prefix("$$") {
            let end = inside.find("$$").ok_or_else(|| self.unclosed_dollars())?;
            return Ok((Kind::String, end + 4));
        }
        if first == '\'' || first == '"' {
            let length = quoted(text, first).ok_or_else(|| self.unclosed(first))?;
            let kind = if first == '"' {
                Kind::Quoted
            } else {
                Kind::String
            };
            // An empty name is no name.
            return match (kind, length) {
                (Kind::Quoted, 2) => Err(self.unexpected("\"")),
                _ => Ok((kind, length)),
            };
        }
        if first == '-' && self.flavor == Flavor::Cassandra {
            self.check_number()?;
        }
        match SIGNS.iter().find(|sign| text.starts_with(**sign)) {
            Some(sign) => Ok((Kind::Sign, sign.len())),
            None => Err(self.unexpected(&first.to_string())),
        }
    }

    /// To Cassandra `-i` begins `-Infinity` and `-n` begins `-NaN`, whatever follows.
    fn check_number(&self) -> Result<(), Failure> {
        let word = self.rest.get(1..).unwrap_or_default();
        let number = match word.as_bytes().first() {
            Some(b'i' | b'I') => "infinity",
            Some(b'n' | b'N') => "nan",
            _ => return Ok(()),
        };
        let mut wrong = word.chars().map(Some).chain([None]).zip(number.chars());
        let wrong = wrong.position(|(found, wanted)| {
            found.is_none_or(|found| !found.eq_ignore_ascii_case(&wanted))
        });
        let Some(at) = wrong else {
            return Ok(());
        };
        let found = word
            .chars()
            .nth(at)
            .map_or("<EOF>".to_owned(), String::from);
        Err(Failure::syntax(format!(
            "line {}:{} mismatched character '{found}' expecting set null",
            self.line,
            self.column + 1 + at
        )))
    }

    /// The text ends before its quote comes.
    fn unclosed(&self, quote: char) -> Failure {
        let lines = self.rest.matches('\n').count();
        let last = self.rest.rsplit('\n').next().unwrap_or_default();
        let before = if lines == 0 { self.column } else { 0 };
        Failure::syntax(format!(
            "line {}:{} mismatched character '<EOF>' expecting '{quote}'",
            self.line + lines,
            before + last.chars().count()
        ))
    }

    /// As [`unclosed`](Self::unclosed), of `$$`: it is the last character that is none.
    fn unclosed_dollars(&self) -> Failure {
        let mut ahead = Lexer { ..*self };
        let last = ahead.rest.chars().next_back().unwrap_or('$');
        ahead.take(Kind::End, ahead.rest.len() - last.len_utf8());
        Failure::syntax(format!(
            "line {}:{} mismatched character '{last}' expecting '$'",
            ahead.line, ahead.column
        ))
    }

    fn unexpected(&self, character: &str) -> Failure {
        Failure::syntax(format!(
            "line {}:{} no viable alternative at character '{character}'",
            self.line, self.column
        ))
    }
}

/// How many bytes from the start of `text` are of a kind.
fn run(text: &str, of: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|b| of(*b)).count()
}

/// The length of a text in quotes, in which a quote is written twice.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut at = 1;
    loop {
        at += text.get(at..)?.find(quote)? + 1;
        match text.get(at..) {
            Some(rest) if rest.starts_with(quote) => at += 1,
            _ => return Some(at),
        }
    }
}

/// Whether `text` begins with a UUID, and not with something longer.
fn uuid(text: &str) -> bool {
    let shape = text.bytes().take(36).enumerate().all(|(i, b)| match i {
        8 | 13 | 18 | 23 => b == b'-',
        _ => b.is_ascii_hexdigit(),
    });
    let longer = text
        .as_bytes()
        .get(36)
        .is_some_and(u8::is_ascii_alphanumeric);
    text.len() >= 36 && shape && !longer
}

/// What begins with a digit: an integer, float, blob or duration.
fn number(text: &str) -> (Kind, usize) {
    if text.starts_with("0x") || text.starts_with("0X") {
        return (Kind::Hex, 2 + run(&text[2..], |b| b.is_ascii_hexdigit()));
    }
    if let Some(length) = duration(text) {
        return (Kind::Duration, length);
    }
    let mut length = run(text, |b| b.is_ascii_digit());
    let mut kind = Kind::Integer;
    // Two points are a sign of their own: `c[1..5]`.
    if text[length..].starts_with('.') && !text[length..].starts_with("..") {
        kind = Kind::Float;
        length += 1;
        length += run(&text[length..], |b| b.is_ascii_digit());
    }
    if let Some(power) = exponent(&text[length..]) {
        kind = Kind::Float;
        length += power;
    }
    (kind, length)
}

/// The length of `e-12` at the start of `text`.
fn exponent(text: &str) -> Option<usize> {
    let digits = text.strip_prefix(['e', 'E'])?;
    let digits = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    match run(digits, |b| b.is_ascii_digit()) {
        0 => None,
        n => Some(text.len() - digits.len() + n),
    }
}

/// The length of `1h30m` at the start of `text`.
fn duration(text: &str) -> Option<usize> {
    /// The longer of two units that begin alike first.
    const UNITS: [&str; 12] = [
        "mo", "ms", "us", "ns", "\u{b5}s", "y", "w", "d", "h", "m", "s", "\u{3bc}s",
    ];
    let mut rest = text;
    loop {
        let digits = run(rest, |b| b.is_ascii_digit());
        if digits == 0 {
            break;
        }
        let after = &rest[digits..];
        let unit = UNITS.iter().find(|unit| {
            let found = after.get(..unit.len());
            found.is_some_and(|found| found.eq_ignore_ascii_case(unit))
        })?;
        rest = &after[unit.len()..];
    }
    let longer = rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    (rest.len() < text.len() && !longer).then(|| text.len() - rest.len())
}

/// The length of `P1Y2M3DT4H5M6S`, `P3W` or `P0001-02-03T04:05:06` at the start of `text`.
fn iso_duration(text: &str) -> Option<usize> {
    let after = text.strip_prefix('P')?;
    let length = run(after, |b| b.is_ascii_digit() || b"YMDTHSW-:".contains(&b));
    let body = &after[..length];
    let digits = body.bytes().any(|b| b.is_ascii_digit());
    let begins = body.starts_with(|c: char| c.is_ascii_digit() || c == 'T');
    let ends = body.ends_with(['Y', 'M', 'D', 'H', 'S', 'W']) || body.contains('-');
    (digits && begins && ends).then_some(length + 1)
}

#[cfg(test)]
mod tests {
    use super::{Kind, tokens};
    use crate::flavor::Flavor;

    fn check(text: &str, expected: &[(Kind, &str)]) {
        let found = tokens(text, Flavor::Cassandra).unwrap();
        let mut found: Vec<_> = found.iter().map(|t| (t.kind, t.text)).collect();
        assert_eq!(found.pop(), Some((Kind::End, "")), "{text}");
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn words_and_names() {
        use Kind::{Duration, Quoted, Word};
        check("SELECT a_1", &[(Word, "SELECT"), (Word, "a_1")]);
        check(r#""A""b" x"#, &[(Quoted, r#""A""b""#), (Word, "x")]);
        check(
            "P1Y2M3DT4H P3W",
            &[(Duration, "P1Y2M3DT4H"), (Duration, "P3W")],
        );
        check(
            "P0001-02-03T04:05:06",
            &[(Duration, "P0001-02-03T04:05:06")],
        );
        check(
            "PY P1Yx PT p1y",
            &[(Word, "PY"), (Word, "P1Yx"), (Word, "PT"), (Word, "p1y")],
        );
    }

    #[test]
    fn literals() {
        use Kind::{Duration, Float, Hex, Integer, Sign, String, Uuid, Word};
        check(
            "1 12.5 1. 1e3 2.5E-7",
            &[
                (Integer, "1"),
                (Float, "12.5"),
                (Float, "1."),
                (Float, "1e3"),
                (Float, "2.5E-7"),
            ],
        );
        check("-1", &[(Sign, "-"), (Integer, "1")]);
        check("0xCAFE 0x", &[(Hex, "0xCAFE"), (Hex, "0x")]);
        check(
            "1h30m 3MO 5\u{b5}s 1abc",
            &[
                (Duration, "1h30m"),
                (Duration, "3MO"),
                (Duration, "5\u{b5}s"),
                (Integer, "1"),
                (Word, "abc"),
            ],
        );
        check(
            "'it''s' '' $$a'b$$",
            &[(String, "'it''s'"), (String, "''"), (String, "$$a'b$$")],
        );
        let uuid = "f47ac10b-58cc-4372-a567-0e02b2c3d479";
        check(uuid, &[(Uuid, uuid)]);
        check(
            "12345678-58cc-4372-a567-0e02b2c3d479",
            &[(Uuid, "12345678-58cc-4372-a567-0e02b2c3d479")],
        );
    }

    #[test]
    fn signs_and_comments() {
        use Kind::{Integer, Sign, Word};
        check("a<=1", &[(Word, "a"), (Sign, "<="), (Integer, "1")]);
        check("a -- b\nc // d", &[(Word, "a"), (Word, "c")]);
        check("a /* b\n * c */ d", &[(Word, "a"), (Word, "d")]);
    }

    #[test]
    fn positions() {
        let found = tokens("a\n  'x\ny' b", Flavor::Cassandra).unwrap();
        let found: Vec<_> = found.iter().map(|t| (t.line, t.column)).collect();
        assert_eq!(found, [(1, 0), (2, 2), (3, 3), (3, 4)]);
    }

    #[test]
    fn errors() {
        for (text, expected) in [
            ("a ~", "line 1:2 no viable alternative at character '~'"),
            (
                "a\n'b",
                "line 2:2 mismatched character '<EOF>' expecting '''",
            ),
            (
                "a\n b \"c\nd",
                "line 3:1 mismatched character '<EOF>' expecting '\"'",
            ),
            ("\"\"", "line 1:0 no viable alternative at character '\"'"),
            ("$$ x", "line 1:3 mismatched character 'x' expecting '$'"),
            (
                "/* x",
                "line 1:4 mismatched character '<EOF>' expecting '*'",
            ),
            (
                "a -id",
                "line 1:4 mismatched character 'd' expecting set null",
            ),
            (
                "-Na",
                "line 1:3 mismatched character '<EOF>' expecting set null",
            ),
            (
                "\u{e9}",
                "line 1:0 no viable alternative at character '\u{e9}'",
            ),
        ] {
            let error = tokens(text, Flavor::Cassandra).unwrap_err();
            assert_eq!(error.message, expected, "{text}");
        }
    }
}
