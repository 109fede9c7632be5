//! From a script to its statements.

use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::lexer::{self, Kind, Token};

/// One statement of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part<'t> {
    /// Where it begins, from 1.
    pub(crate) line: usize,
    /// Without the `;` behind it.
    pub(crate) text: &'t str,
}

/// Cuts `script` at each `;` that ends a statement: not at those in texts, comments and batches.
///
/// # Errors
/// Syntax, for what is not even tokens; nothing is said of the statements themselves.
pub(crate) fn statements(script: &str) -> Result<Vec<Part<'_>>, Failure> {
    // By the laxer rules: what a flavor refuses beyond them, it refuses of the statement.
    let tokens = lexer::tokens(script, Flavor::Scylla)?;
    let mut parts = Vec::new();
    let mut first = 0;
    for (at, token) in tokens.iter().enumerate() {
        let statement = tokens.get(first..at).unwrap_or_default();
        let ends = token.kind == Kind::End || is_sign(token) && !in_batch(statement);
        if !ends {
            continue;
        }
        if let (Some(begin), Some(end)) = (statement.first(), statement.last()) {
            let text = script.get(begin.start..end.start + end.text.len());
            parts.push(Part {
                line: begin.line,
                text: text.unwrap_or_default(),
            });
        }
        first = at + 1;
    }
    Ok(parts)
}

fn is_sign(token: &Token<'_>) -> bool {
    token.kind == Kind::Sign && token.text == ";"
}

/// Whether these tokens begin a batch and do not end it: its statements may have a `;` each.
fn in_batch(statement: &[Token<'_>]) -> bool {
    let is = |token: &Token<'_>, word: &str| {
        token.kind == Kind::Word && token.text.eq_ignore_ascii_case(word)
    };
    let begins = statement.first().is_some_and(|first| is(first, "begin"));
    let ends = match statement {
        [.., apply, batch] => is(apply, "apply") && is(batch, "batch"),
        _ => false,
    };
    begins && !ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(script: &str, expected: &[(usize, &str)]) {
        let parts = statements(script).unwrap();
        let found: Vec<_> = parts.iter().map(|part| (part.line, part.text)).collect();
        assert_eq!(found, expected, "{script}");
    }

    #[test]
    fn a_script_is_cut_where_its_statements_end() {
        check("", &[]);
        check(" ; -- nothing\n;", &[]);
        check("USE k", &[(1, "USE k")]);
        check(
            "USE k;\n\nSELECT *\nFROM t ;",
            &[(1, "USE k"), (3, "SELECT *\nFROM t")],
        );
        check(
            "/* one; */ USE \"a;b\"; // two;\nUSE c",
            &[(1, "USE \"a;b\""), (2, "USE c")],
        );
        check(
            "INSERT INTO t (a) VALUES ('it''s; so'); INSERT INTO t (a) VALUES ($$;$$)",
            &[
                (1, "INSERT INTO t (a) VALUES ('it''s; so')"),
                (1, "INSERT INTO t (a) VALUES ($$;$$)"),
            ],
        );
        check(
            "begin unlogged batch\nDELETE FROM t WHERE a = 1;\nDELETE FROM t WHERE a = 2;\napply batch;USE k;",
            &[
                (
                    1,
                    "begin unlogged batch\nDELETE FROM t WHERE a = 1;\nDELETE FROM t WHERE a = 2;\napply batch",
                ),
                (4, "USE k"),
            ],
        );
    }

    #[test]
    fn what_is_no_cql_is_told_with_its_place() {
        let message = statements("USE k;\nUSE 'open").unwrap_err().message;
        assert_eq!(
            message,
            "line 2:9 mismatched character '<EOF>' expecting '''"
        );
    }
}
