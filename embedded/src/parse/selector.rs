//! Selectors: what a SELECT computes of a row.

use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::cursor::Cursor;
use crate::parse::lexer::Kind;
use crate::parse::syntax::{Arithmetic, Name, QualifiedName, Selector, Term, TypeName};

impl Cursor<'_> {
    /// A selector with its operators; ScyllaDB has none.
    pub(super) fn selector(&mut self) -> Result<Selector, Failure> {
        if self.flavor == Flavor::Scylla {
            return self.path();
        }
        self.expression(Self::sum)
    }

    fn sum(&mut self) -> Result<Selector, Failure> {
        let mut left = self.product()?;
        while let Some(operator) = self.operator_of(&[Arithmetic::Add, Arithmetic::Subtract]) {
            self.count_operator()?;
            left = Selector::Operation(Box::new(left), operator, Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Selector, Failure> {
        use Arithmetic::{Divide, Modulo, Multiply};
        let mut left = self.signed()?;
        while let Some(operator) = self.operator_of(&[Multiply, Divide, Modulo]) {
            self.count_operator()?;
            left = Selector::Operation(Box::new(left), operator, Box::new(self.signed()?));
        }
        Ok(left)
    }

    /// Steps over one of `operators`. A minus right before a digit begins a number, as the server reads it.
    pub(super) fn operator_of(&mut self, operators: &[Arithmetic]) -> Option<Arithmetic> {
        let found = operators
            .iter()
            .find(|operator| self.is_sign(0, operator.sign()))?;
        let (sign, next) = (self.peek(0), self.peek(1));
        let number = matches!(next.kind, Kind::Integer | Kind::Float | Kind::Duration);
        if sign.text == "-" && number && next.start == sign.start + 1 {
            return None;
        }
        self.next();
        Some(*found)
    }

    /// `-selector`, or one without a sign.
    fn signed(&mut self) -> Result<Selector, Failure> {
        let literal = matches!(
            self.peek(1).kind,
            Kind::Integer | Kind::Float | Kind::Duration
        ) || self.is_word(1, "nan")
            || self.is_word(1, "infinity");
        if self.is_sign(0, "-") && !literal {
            self.next();
            return Ok(Selector::Negate(Box::new(self.path()?)));
        }
        self.path()
    }

    /// A selector, and the fields, elements and slices of it that are named.
    fn path(&mut self) -> Result<Selector, Failure> {
        self.nested(|c| {
            let mut selector = c.simple_selector()?;
            // Each step nests what was read so far one level deeper.
            for _ in 0..32 {
                if c.eat(".") {
                    selector = Selector::Field(Box::new(selector), c.name()?);
                } else if c.eat("[") {
                    selector = c.element_of(selector)?;
                } else {
                    break;
                }
            }
            Ok(selector)
        })
    }

    /// `key]`, `from..to]`, `from..]`, `..to]`
    fn element_of(&mut self, of: Selector) -> Result<Selector, Failure> {
        let from = match self.is_sign(0, "..") {
            true => None,
            false => Some(self.term()?),
        };
        if self.flavor == Flavor::Scylla || !self.eat("..") {
            self.expect("]")?;
            let Some(key) = from else {
                return Err(self.no_alternative());
            };
            return Ok(Selector::Element(Box::new(of), key));
        }
        let to = match (self.is_sign(0, "]"), &from) {
            (true, Some(_)) => None,
            _ => Some(self.term()?),
        };
        self.expect("]")?;
        Ok(Selector::Slice(Box::new(of), from, to))
    }

    fn simple_selector(&mut self) -> Result<Selector, Failure> {
        if let Some(selector) = self.special()? {
            return Ok(selector);
        }
        if self.is_call(0) {
            let function = self.function_name()?;
            self.expect("(")?;
            return Ok(Selector::Call(
                function,
                self.list_until(")", Self::selector)?,
            ));
        }
        if self.is_name(0) {
            let ends = self.is_word(1, "as") || self.is_word(1, "from");
            let word = matches!(self.peek(1).kind, Kind::Word | Kind::Quoted);
            if self.flavor == Flavor::Cassandra && word && !ends {
                return Err(self.no_alternative_at(1));
            }
            return Ok(Selector::Column(self.name()?));
        }
        if self.flavor == Flavor::Scylla || self.is_marker() {
            return Ok(Selector::Term(self.term()?));
        }
        self.composite_selector()
    }

    /// What looks like a call and is none: `count(*)`, `writetime(…)`, `cast(…)` and their like.
    fn special(&mut self) -> Result<Option<Selector>, Failure> {
        if self.peek(0).kind != Kind::Word || !self.is_sign(1, "(") {
            return Ok(None);
        }
        let word = self.peek(0).text.to_ascii_lowercase();
        Ok(Some(match word.as_str() {
            "count" if self.counts_rows() => {
                self.skip(3);
                self.expect(")")?;
                Selector::CountRows
            }
            "writetime" => Selector::WriteTime(self.only_argument()?),
            "maxwritetime" if self.flavor == Flavor::Cassandra => {
                Selector::MaxWriteTime(self.only_argument()?)
            }
            "ttl" => Selector::Ttl(self.only_argument()?),
            "cast" => {
                self.skip(2);
                let selector = Box::new(self.selector()?);
                self.expect_words(&["as"])?;
                let ty = self.cast_type()?;
                self.expect(")")?;
                Selector::Cast(selector, ty)
            }
            _ => return Ok(None),
        }))
    }

    /// Whether `count(*)` or `count(1)` stands here; Cassandra takes any number.
    fn counts_rows(&self) -> bool {
        let one = self.peek(2);
        let number =
            one.kind == Kind::Integer && (one.text == "1" || self.flavor == Flavor::Cassandra);
        (self.is_sign(2, "*") || number) && self.is_sign(3, ")")
    }

    /// `word(selector)`: the selector is a column, or an element of one.
    fn only_argument(&mut self) -> Result<Box<Selector>, Failure> {
        self.next();
        self.expect("(")?;
        if !self.is_name(0) {
            return Err(self.no_alternative());
        }
        let selector = self.path()?;
        self.expect(")")?;
        Ok(Box::new(selector))
    }

    /// A literal, of selectors where it has members; `(type) selector`, and parentheses.
    fn composite_selector(&mut self) -> Result<Selector, Failure> {
        if self.eat("(") {
            if self.is_hint() {
                let ty = self.type_name()?;
                self.expect(")")?;
                return Ok(hinted(ty, self.path()?));
            }
            return Ok(of_members(
                self.list_until(")", Self::selector)?,
                Term::Tuple,
                Selector::Tuple,
            ));
        }
        if self.eat("[") {
            return Ok(of_members(
                self.list_until("]", Self::selector)?,
                Term::List,
                Selector::List,
            ));
        }
        if self.eat("{") {
            return self.braced();
        }
        Ok(Selector::Term(self.simple_term()?))
    }

    /// Whether behind `(` stands a type, and not a column in parentheses: then a selector follows.
    fn is_hint(&self) -> bool {
        if !self.is_cast() || self.is_sign(1, "<") {
            return self.is_cast();
        }
        let behind = if self.is_sign(1, ")") { 2 } else { 4 };
        let (token, next) = (self.peek(behind), self.peek(behind + 1));
        match token.kind {
            Kind::End => false,
            Kind::Sign if token.text == "-" => next.start == token.start + 1,
            Kind::Sign => matches!(token.text, "(" | "[" | "{" | "?" | ":"),
            Kind::Word => !self.is_word(behind, "as") && !self.is_word(behind, "from"),
            _ => true,
        }
    }

    /// Behind `{`.
    fn braced(&mut self) -> Result<Selector, Failure> {
        if self.is_name(0) && self.is_sign(1, ":") {
            let fields = self.list_until("}", |c| {
                let name = c.name()?;
                c.expect(":")?;
                Ok((name, c.selector()?))
            })?;
            return Ok(of_fields(fields));
        }
        if self.eat("}") {
            return Ok(Selector::Term(Term::Set(Vec::new())));
        }
        let first = self.selector()?;
        if !self.eat(":") {
            let mut members = vec![first];
            while self.eat(",") {
                members.push(self.selector()?);
            }
            self.expect("}")?;
            return Ok(of_members(members, Term::Set, Selector::Set));
        }
        let mut pairs = vec![(first, self.selector()?)];
        while self.eat(",") {
            let key = self.selector()?;
            self.expect(":")?;
            pairs.push((key, self.selector()?));
        }
        self.expect("}")?;
        Ok(of_pairs(pairs))
    }

    /// Whether `name(` or `keyspace.name(` stands `ahead` behind the next token.
    pub(super) fn is_call(&self, ahead: usize) -> bool {
        let name = |at: usize| self.is_name(at) || self.is_word(at, "token");
        name(ahead) && self.is_sign(ahead + 1, "(")
            || self.is_name(ahead)
                && self.is_sign(ahead + 1, ".")
                && name(ahead + 2)
                && self.is_sign(ahead + 3, "(")
    }

    /// The name of a function, `token` among them.
    pub(super) fn function_name(&mut self) -> Result<QualifiedName, Failure> {
        if self.eat_words(&["token"]) {
            return Ok(QualifiedName {
                keyspace: None,
                name: "token".into(),
            });
        }
        if self.is_sign(1, ".") && self.is_word(2, "token") {
            let keyspace = Some(self.name()?);
            self.next();
            self.next();
            return Ok(QualifiedName {
                keyspace,
                name: "token".into(),
            });
        }
        self.qualified_name()
    }
}

/// What has terms alone in it is a term.
fn of_members(
    members: Vec<Selector>,
    term: fn(Vec<Term>) -> Term,
    selector: fn(Vec<Selector>) -> Selector,
) -> Selector {
    match members.iter().map(term_of).collect::<Option<_>>() {
        Some(terms) => Selector::Term(term(terms)),
        None => selector(members),
    }
}

fn of_pairs(pairs: Vec<(Selector, Selector)>) -> Selector {
    let terms = pairs.iter().map(|(k, v)| term_of(k).zip(term_of(v)));
    match terms.collect::<Option<_>>() {
        Some(terms) => Selector::Term(Term::Map(terms)),
        None => Selector::Map(pairs),
    }
}

fn of_fields(fields: Vec<(Name, Selector)>) -> Selector {
    let terms = fields
        .iter()
        .map(|(name, value)| Some((name.clone(), term_of(value)?)));
    match terms.collect::<Option<_>>() {
        Some(terms) => Selector::Term(Term::User(terms)),
        None => Selector::User(fields),
    }
}

fn hinted(ty: TypeName, selector: Selector) -> Selector {
    match term_of(&selector) {
        Some(term) => Selector::Term(Term::Hint(ty, Box::new(term))),
        None => Selector::Hint(ty, Box::new(selector)),
    }
}

fn term_of(selector: &Selector) -> Option<Term> {
    match selector {
        Selector::Term(term) => Some(term.clone()),
        _ => None,
    }
}
