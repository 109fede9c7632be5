//! Terms: literals, collections, tuples, calls, casts, bind markers.

use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::cursor::{Cursor, unquoted};
use crate::parse::lexer::Kind;
use crate::parse::syntax::{Arithmetic, Constant, ConstantKind, Name, Term};

impl Cursor<'_> {
    /// A term with its operators; ScyllaDB has none.
    pub(super) fn term(&mut self) -> Result<Term, Failure> {
        if self.flavor == Flavor::Scylla {
            return self.simple_term();
        }
        self.expression(|c| {
            let mut left = c.product_of_terms()?;
            // In `c = value + c` the last one is a column, and no operand.
            while !c.is_name(1) || c.is_call(1) {
                let Some(operator) = c.operator_of(&[Arithmetic::Add, Arithmetic::Subtract]) else {
                    break;
                };
                c.count_operator()?;
                left = Term::Operation(Box::new(left), operator, Box::new(c.product_of_terms()?));
            }
            Ok(left)
        })
    }

    fn product_of_terms(&mut self) -> Result<Term, Failure> {
        use Arithmetic::{Divide, Modulo, Multiply};
        let mut left = self.signed_term()?;
        while let Some(operator) = self.operator_of(&[Multiply, Divide, Modulo]) {
            self.count_operator()?;
            left = Term::Operation(Box::new(left), operator, Box::new(self.signed_term()?));
        }
        Ok(left)
    }

    /// `-term` of what is no literal, or a term without a sign.
    fn signed_term(&mut self) -> Result<Term, Failure> {
        if self.is_sign(0, "-") && (self.is_sign(1, "(") || self.is_call(1)) {
            self.next();
            return Ok(Term::Negate(Box::new(self.simple_term()?)));
        }
        self.simple_term()
    }

    /// A term without operators around it.
    pub(super) fn simple_term(&mut self) -> Result<Term, Failure> {
        if self.is_marker() {
            return self.marker_term();
        }
        if let Some(constant) = self.constant()? {
            return Ok(Term::Constant(constant));
        }
        if self.eat_words(&["null"]) {
            return Ok(Term::Null);
        }
        self.nested(|c| {
            if c.is_sign(0, "(") {
                return c.tuple_or_cast();
            }
            if c.eat("[") {
                return Ok(Term::List(c.list_until("]", Self::term)?));
            }
            if c.eat("{") {
                return c.braces();
            }
            c.call()
        })
    }

    pub(super) fn is_marker(&self) -> bool {
        self.is_sign(0, "?") || self.is_sign(0, ":")
    }

    /// `?` or `:name`
    fn marker_term(&mut self) -> Result<Term, Failure> {
        let name = match self.next().text {
            "?" => None,
            _ => Some(self.name()?),
        };
        Ok(Term::Marker(self.marker(name)))
    }

    /// A literal of one word, with its sign. None, and no step, if there is no literal.
    pub(super) fn constant(&mut self) -> Result<Option<Constant>, Failure> {
        let negative = self.is_sign(0, "-");
        let token = self.peek(usize::from(negative));
        let word = |word: &str| token.text.eq_ignore_ascii_case(word);
        let kind = match token.kind {
            Kind::Integer => ConstantKind::Integer,
            Kind::Float => ConstantKind::Float,
            Kind::Duration => ConstantKind::Duration,
            Kind::Word if word("nan") || word("infinity") => ConstantKind::Float,
            // Nothing else can follow a minus.
            _ if negative => {
                self.next();
                return Err(self.no_alternative());
            }
            Kind::String => ConstantKind::String,
            Kind::Hex => ConstantKind::Hex,
            Kind::Uuid => ConstantKind::Uuid,
            Kind::Word if word("true") || word("false") => ConstantKind::Boolean,
            _ => return Ok(None),
        };
        if negative {
            self.next();
        }
        self.next();
        let minus = if negative { "-" } else { "" };
        let text = match kind {
            ConstantKind::String => unquoted(token.text),
            ConstantKind::Boolean => token.text.to_ascii_lowercase(),
            ConstantKind::Float if word("nan") => "NaN".to_owned(),
            ConstantKind::Float if word("infinity") => format!("{minus}Infinity"),
            _ => format!("{minus}{}", token.text),
        };
        Ok(Some(Constant {
            kind,
            text: text.into(),
        }))
    }

    /// `(a, b)`, `(type) term`
    fn tuple_or_cast(&mut self) -> Result<Term, Failure> {
        self.expect("(")?;
        if self.is_cast() {
            let ty = self.type_name()?;
            self.expect(")")?;
            return Ok(Term::Hint(ty, Box::new(self.simple_term()?)));
        }
        let members = self.list(Self::term)?;
        self.expect(")")?;
        Ok(Term::Tuple(members))
    }

    /// Whether a type follows, and not a term: a bare name is no term.
    pub(super) fn is_cast(&self) -> bool {
        let word = self.peek(0).kind == Kind::Word;
        let simple = self.is_name(0) && self.is_sign(1, ")");
        let qualified =
            self.is_name(0) && self.is_sign(1, ".") && self.is_name(2) && self.is_sign(3, ")");
        simple || qualified || word && self.is_sign(1, "<")
    }

    /// Behind `{`: a set, a map, or a value of a user-defined type.
    fn braces(&mut self) -> Result<Term, Failure> {
        if self.eat("}") {
            return Ok(Term::Set(Vec::new()));
        }
        if self.is_name(0) && self.is_sign(1, ":") {
            return Ok(Term::User(self.list_until("}", Self::field)?));
        }
        let first = self.term()?;
        if !self.eat(":") {
            let mut members = vec![first];
            while self.eat(",") {
                members.push(self.term()?);
            }
            self.expect("}")?;
            return Ok(Term::Set(members));
        }
        let mut pairs = vec![(first, self.term()?)];
        while self.eat(",") {
            let key = self.term()?;
            self.expect(":")?;
            pairs.push((key, self.term()?));
        }
        self.expect("}")?;
        Ok(Term::Map(pairs))
    }

    fn field(&mut self) -> Result<(Name, Term), Failure> {
        let name = self.name()?;
        self.expect(":")?;
        Ok((name, self.term()?))
    }

    /// `function(…)`, `cast(term AS type)`
    fn call(&mut self) -> Result<Term, Failure> {
        if self.is_word(0, "cast") && self.is_sign(1, "(") {
            self.next();
            self.next();
            let term = self.argument()?;
            self.expect_words(&["as"])?;
            let ty = self.type_name()?;
            self.expect(")")?;
            return Ok(Term::Cast(ty, Box::new(term)));
        }
        if !self.is_call(0) {
            return Err(self.no_alternative());
        }
        let function = self.function_name()?;
        self.expect("(")?;
        Ok(Term::Call(function, self.list_until(")", Self::argument)?))
    }

    /// A term, or a column: only functions take columns.
    fn argument(&mut self) -> Result<Term, Failure> {
        if self.is_name(0) && !self.is_call(0) {
            return Ok(Term::Column(self.name()?));
        }
        self.term()
    }
}

#[cfg(test)]
mod tests {
    use crate::flavor::Flavor;
    use crate::parse::cursor::Cursor;

    fn check(text: &str, expected: &str) {
        let mut cursor = Cursor::new(text, Flavor::Scylla).unwrap();
        let found = match cursor.term().and_then(|t| cursor.expect_end().map(|()| t)) {
            Ok(term) => format!("{term:?}"),
            Err(failure) => failure.message,
        };
        assert_eq!(found, expected, "{text}");
    }

    fn constant(kind: &str, text: &str) -> String {
        format!("Constant(Constant {{ kind: {kind}, text: {text:?} }})")
    }

    #[test]
    fn constants() {
        for (text, kind, expected) in [
            ("-12", "Integer", "-12"),
            ("- 1.5", "Float", "-1.5"),
            ("nan", "Float", "NaN"),
            ("-INFINITY", "Float", "-Infinity"),
            ("TRUE", "Boolean", "true"),
            ("'it''s'", "String", "it's"),
            ("$$a'b$$", "String", "a'b"),
            ("0xCAFE", "Hex", "0xCAFE"),
            ("-1h30m", "Duration", "-1h30m"),
        ] {
            check(text, &constant(kind, expected));
        }
    }

    #[test]
    fn collections() {
        let one = constant("Integer", "1");
        let a = constant("String", "a");
        check("[]", "List([])");
        check("{}", "Set([])");
        check("[1, ?]", &format!("List([{one}, Marker(0)])"));
        check("{1, null}", &format!("Set([{one}, Null])"));
        check("{'a': 1}", &format!("Map([({a}, {one})])"));
        check("{:x: :y}", "Map([(Marker(0), Marker(1))])");
        check(
            "{A: 1, \"B\": 'a'}",
            &format!("User([(\"a\", {one}), (\"B\", {a})])"),
        );
        check("(1, 'a')", &format!("Tuple([{one}, {a}])"));
    }

    #[test]
    fn calls_and_casts() {
        let one = constant("Integer", "1");
        let name = |n: &str| format!("QualifiedName {{ keyspace: None, name: {n:?} }}");
        check("now()", &format!("Call({}, [])", name("now")));
        check(
            "f(1, v)",
            &format!("Call({}, [{one}, Column(\"v\")])", name("f")),
        );
        check(
            "token(p)",
            &format!("Call({}, [Column(\"p\")])", name("token")),
        );
        check("(int) 1", &format!("Hint(Native(Int), {one})"));
        check(
            "(list<int>) [1]",
            &format!("Hint(List(Native(Int)), List([{one}]))"),
        );
        check("cast(1 AS text)", &format!("Cast(Native(Text), {one})"));
        check("(now())", &format!("Tuple([Call({}, [])])", name("now")));
    }

    #[test]
    fn errors() {
        check("", "line 1:0 no viable alternative at input '<EOF>'");
        check("a", "line 1:0 no viable alternative at input 'a'");
        check("[1", "line 1:2 mismatched input '<EOF>' expecting ']'");
        check("- 'a'", "line 1:2 no viable alternative at input ''a''");
        check("{1: 2, 3}", "line 1:8 mismatched input '}' expecting ':'");
        let deep = "[".repeat(10_000);
        check(&deep, "line 1:100 expression nested too deeply");
    }
}
