//! From text to a compiled expression.
//!
//! Always: an error names the column and what was expected there; nesting and size are bounded.
//! Never: panics, whatever the text.

use std::fmt;

use super::digest::ALGORITHMS;
use super::lex::{Placed, Token, tokens};
use super::{
    Axis, Expression, Function, NESTING_MAX, Operator, PARTS_MAX, Part, PartId, Start, Step, Test,
    pattern,
};

/// The longest expression that is read.
pub(super) const EXPRESSION_BYTES_MAX: usize = 32_000;

/// A text that is not an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// Counted in letters from 1.
    pub column: usize,
    pub expected: String,
    pub found: String,
}

impl ParseError {
    pub(super) fn new(column: usize, expected: &str, found: &str) -> ParseError {
        ParseError {
            column,
            expected: expected.to_owned(),
            found: found.chars().take(60).collect(),
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected {} at column {}, found {}",
            self.expected, self.column, self.found
        )
    }
}

impl std::error::Error for ParseError {}

/// Reads an expression; names of nodes and `${…}` stay as they are until it is linked.
pub fn parse(text: &str) -> Result<Expression, ParseError> {
    if EXPRESSION_BYTES_MAX < text.len() {
        let limit = format!("at most {EXPRESSION_BYTES_MAX} bytes");
        return Err(ParseError::new(1, &limit, &format!("{} bytes", text.len())));
    }
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
        expression: Expression {
            parts: Vec::new(),
            patterns: Vec::new(),
            reads: Vec::new(),
        },
        columns: Vec::new(),
    };
    let root = parser.or()?;
    if *parser.peek() != Token::End {
        return Err(parser.unexpected("an operator or the end"));
    }
    // The whole stands last; only `(x)` could leave it elsewhere, and it does not.
    assert_eq!(usize::from(root) + 1, parser.expression.parts.len());
    if parser.expression.check_depth().is_err() {
        return Err(parser.too_deep());
    }
    Ok(parser.expression)
}

struct Parser {
    tokens: Vec<Placed>,
    at: usize,
    depth: u16,
    expression: Expression,
    /// The column of each part, for messages.
    columns: Vec<usize>,
}

type Parsed = Result<PartId, ParseError>;

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].token
    }

    fn peek_next(&self) -> &Token {
        let next = (self.at + 1).min(self.tokens.len() - 1);
        &self.tokens[next].token
    }

    fn column(&self) -> usize {
        self.tokens[self.at].column
    }

    fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len() - 1);
    }

    fn eat(&mut self, sign: &'static str) -> bool {
        let found = *self.peek() == Token::Sign(sign);
        if found {
            self.advance();
        }
        found
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), ParseError> {
        if self.eat(sign) {
            Ok(())
        } else {
            Err(self.unexpected(sign))
        }
    }

    fn unexpected(&self, expected: &str) -> ParseError {
        let found = match self.peek() {
            Token::Number(number) => number.to_string(),
            Token::Literal(text) => format!("'{text}'"),
            Token::Name(name) => name.clone(),
            Token::Reference(name) => format!("${{{name}}}"),
            Token::Sign(sign) => (*sign).to_owned(),
            Token::End => "end of text".to_owned(),
        };
        ParseError::new(self.column(), expected, &found)
    }

    fn too_deep(&self) -> ParseError {
        let limit = format!("at most {NESTING_MAX} levels of nesting");
        ParseError::new(self.column(), &limit, "more")
    }

    fn push(&mut self, part: Part, column: usize) -> Parsed {
        if PARTS_MAX <= self.expression.parts.len() {
            let limit = format!("at most {PARTS_MAX} parts");
            return Err(ParseError::new(column, &limit, "more"));
        }
        self.expression.parts.push(part);
        self.columns.push(column);
        Ok((self.expression.parts.len() - 1) as PartId)
    }

    fn nested(&mut self, inner: fn(&mut Parser) -> Parsed) -> Parsed {
        if NESTING_MAX <= self.depth {
            return Err(self.too_deep());
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn or(&mut self) -> Parsed {
        self.binary_of(Parser::and, |token| match token {
            Token::Name(name) if name == "or" => Some(Operator::Or),
            _ => None,
        })
    }

    fn and(&mut self) -> Parsed {
        self.binary_of(Parser::equality, |token| match token {
            Token::Name(name) if name == "and" => Some(Operator::And),
            _ => None,
        })
    }

    fn equality(&mut self) -> Parsed {
        self.binary_of(Parser::relation, |token| match token {
            Token::Sign("=") => Some(Operator::Equal),
            Token::Sign("!=") => Some(Operator::NotEqual),
            _ => None,
        })
    }

    fn relation(&mut self) -> Parsed {
        self.binary_of(Parser::addition, |token| match token {
            Token::Sign("<") => Some(Operator::Less),
            Token::Sign("<=") => Some(Operator::LessEqual),
            Token::Sign(">") => Some(Operator::Greater),
            Token::Sign(">=") => Some(Operator::GreaterEqual),
            _ => None,
        })
    }

    fn addition(&mut self) -> Parsed {
        self.binary_of(Parser::multiplication, |token| match token {
            Token::Sign("+") => Some(Operator::Add),
            Token::Sign("-") => Some(Operator::Subtract),
            _ => None,
        })
    }

    fn multiplication(&mut self) -> Parsed {
        self.binary_of(Parser::unary, |token| match token {
            Token::Sign("*") => Some(Operator::Multiply),
            Token::Name(name) if name == "div" => Some(Operator::Divide),
            Token::Name(name) if name == "mod" => Some(Operator::Modulo),
            _ => None,
        })
    }

    fn binary_of(
        &mut self,
        operand: fn(&mut Parser) -> Parsed,
        operator: fn(&Token) -> Option<Operator>,
    ) -> Parsed {
        let mut left = operand(self)?;
        loop {
            let column = self.column();
            let found = operator(self.peek()).or_else(|| self.glued(operator));
            let Some(found) = found else {
                return Ok(left);
            };
            self.advance();
            let right = operand(self)?;
            left = self.push(Part::Binary(found, left, right), column)?;
        }
    }

    /// `mod1` and `div2`: an operator and a number without a blank between them.
    fn glued(&mut self, operator: fn(&Token) -> Option<Operator>) -> Option<Operator> {
        let Token::Name(name) = self.peek() else {
            return None;
        };
        let words = ["or", "and", "div", "mod"];
        let (word, digits) = words
            .iter()
            .find_map(|word| Some((*word, name.strip_prefix(word)?)))?;
        let number = digits
            .parse()
            .ok()
            .filter(|_| digits.starts_with(|c: char| c.is_numeric()))?;
        let found = operator(&Token::Name(word.to_owned()))?;
        let column = self.column();
        let word = word.to_owned();
        let placed = Placed {
            token: Token::Number(number),
            column: column + word.len(),
        };
        self.tokens[self.at].token = Token::Name(word);
        self.tokens.insert(self.at + 1, placed);
        Some(found)
    }

    fn unary(&mut self) -> Parsed {
        let column = self.column();
        let mut negations = 0_usize;
        while self.eat("-") {
            negations += 1;
        }
        let mut inner = self.union()?;
        // Two minuses cancel but still make a number of what follows.
        for _ in 0..(negations.min(2 - negations % 2)) {
            inner = self.push(Part::Negate(inner), column)?;
        }
        Ok(inner)
    }

    fn union(&mut self) -> Parsed {
        self.binary_of(Parser::path, |token| match token {
            Token::Sign("|") => Some(Operator::Union),
            _ => None,
        })
    }

    fn path(&mut self) -> Parsed {
        let column = self.column();
        if let Some(primary) = self.primary()? {
            let mut predicates = Vec::new();
            while self.eat("[") {
                predicates.push(self.predicate()?);
            }
            let mut steps = Vec::new();
            if matches!(self.peek(), Token::Sign("/" | "//")) {
                self.more_steps(&mut steps)?;
            }
            if predicates.is_empty() && steps.is_empty() {
                return Ok(primary);
            }
            return self.push(Part::Filter(primary, predicates, steps), column);
        }
        let mut steps = Vec::new();
        let start = match self.peek() {
            Token::Sign("/") => {
                self.advance();
                if !self.at_step() {
                    return self.push(Part::Path(Start::Root, steps), column);
                }
                steps.push(self.step()?);
                Start::Root
            }
            Token::Sign("//") => Start::Root,
            _ if self.at_step() => {
                steps.push(self.step()?);
                Start::Here
            }
            _ => return Err(self.unexpected("a value, a name or a function")),
        };
        self.more_steps(&mut steps)?;
        self.push(Part::Path(start, steps), column)
    }

    fn more_steps(&mut self, steps: &mut Vec<Step>) -> Result<(), ParseError> {
        loop {
            if self.eat("//") {
                steps.push(Step {
                    axis: Axis::DescendantOrSelf,
                    test: Test::Node,
                    predicates: Vec::new(),
                });
            } else if !self.eat("/") {
                return Ok(());
            }
            if !self.at_step() {
                return Err(self.unexpected("a name"));
            }
            steps.push(self.step()?);
        }
    }

    fn at_step(&self) -> bool {
        matches!(
            self.peek(),
            Token::Name(_) | Token::Sign("." | ".." | "@" | "*")
        )
    }

    fn primary(&mut self) -> Result<Option<PartId>, ParseError> {
        let column = self.column();
        let part = match self.peek().clone() {
            Token::Number(number) => Part::Number(number),
            Token::Literal(text) => Part::Text(text),
            Token::Reference(name) => Part::Reference(name),
            Token::Sign("(") => {
                self.advance();
                let inner = self.nested(Parser::or)?;
                self.expect(")")?;
                return Ok(Some(inner));
            }
            Token::Name(name) if *self.peek_next() == Token::Sign("(") => {
                let node_test = ["node", "text", "comment", "processing-instruction"];
                if node_test.contains(&name.as_str()) {
                    return Ok(None);
                }
                return self.function(&name).map(Some);
            }
            Token::Name(_) | Token::Sign(_) | Token::End => return Ok(None),
        };
        self.advance();
        self.push(part, column).map(Some)
    }

    fn function(&mut self, name: &str) -> Parsed {
        let column = self.column();
        self.advance();
        self.expect("(")?;
        let mut arguments = Vec::new();
        if !self.eat(")") {
            loop {
                arguments.push(self.nested(Parser::or)?);
                if self.eat(")") {
                    break;
                }
                if !self.eat(",") {
                    return Err(self.unexpected(", or )"));
                }
            }
        }
        let Some(function) = Function::named(name) else {
            return self.push(Part::Unknown(name.to_owned()), column);
        };
        if !function.takes(arguments.len()) {
            let (least, most) = function.arity();
            let expected = format!("{least} to {most} arguments of {name}()");
            return Err(ParseError::new(
                column,
                &expected,
                &arguments.len().to_string(),
            ));
        }
        for (index, &argument) in arguments.iter().enumerate() {
            if function.wants_nodes(index) && !self.is_nodes(argument) {
                let expected = format!("a path or ${{name}} as argument of {name}()");
                let at = self.columns[usize::from(argument)];
                return Err(ParseError::new(at, &expected, "a value"));
            }
        }
        if function == Function::Digest {
            self.algorithm(arguments[1])?;
        }
        if function == Function::Regex {
            return self.regex(&arguments, column);
        }
        self.push(Part::Call(function, arguments), column)
    }

    /// An algorithm that is written out must be one that is known.
    fn algorithm(&self, argument: PartId) -> Result<(), ParseError> {
        match &self.expression.parts[usize::from(argument)] {
            Part::Text(name) if !ALGORITHMS.contains(&name.as_str()) => {
                let known = ALGORITHMS.join(", ");
                Err(ParseError::new(
                    self.columns[usize::from(argument)],
                    &known,
                    name,
                ))
            }
            _ => Ok(()),
        }
    }

    fn regex(&mut self, arguments: &[PartId], column: usize) -> Parsed {
        let at = self.columns[usize::from(arguments[1])];
        let Part::Text(text) = &self.expression.parts[usize::from(arguments[1])] else {
            return Err(ParseError::new(
                at,
                "a pattern in quotation marks",
                "an expression",
            ));
        };
        let automaton =
            pattern::compile(text).map_err(|expected| ParseError::new(at, &expected, text))?;
        let place = self.expression.patterns.len() as u16;
        self.expression.patterns.push(automaton);
        self.push(Part::Matches(arguments[0], place), column)
    }

    fn is_nodes(&self, id: PartId) -> bool {
        match &self.expression.parts[usize::from(id)] {
            Part::Path(..)
            | Part::Filter(..)
            | Part::Reference(_)
            | Part::Linked(_)
            | Part::Saved(_)
            | Part::Unknown(_)
            | Part::Binary(Operator::Union, ..) => true,
            Part::Call(function, _) => matches!(
                function,
                Function::Current
                    | Function::Instance
                    | Function::Id
                    | Function::Randomize
                    | Function::IndexedRepeat
            ),
            Part::Number(_)
            | Part::Text(_)
            | Part::Negate(_)
            | Part::Binary(..)
            | Part::Matches(..) => false,
        }
    }

    fn predicate(&mut self) -> Parsed {
        let inner = self.nested(Parser::or)?;
        self.expect("]")?;
        Ok(inner)
    }

    fn step(&mut self) -> Result<Step, ParseError> {
        let mut step = Step {
            axis: Axis::Child,
            test: Test::Node,
            predicates: Vec::new(),
        };
        if self.eat("..") {
            step.axis = Axis::Parent;
        } else if self.eat(".") {
            step.axis = Axis::Own;
        } else {
            step.axis = self.axis()?;
            step.test = self.test()?;
        }
        while self.eat("[") {
            step.predicates.push(self.predicate()?);
        }
        Ok(step)
    }

    fn axis(&mut self) -> Result<Axis, ParseError> {
        if self.eat("@") {
            return Ok(Axis::Attribute);
        }
        if *self.peek_next() != Token::Sign("::") {
            return Ok(Axis::Child);
        }
        let Token::Name(name) = self.peek() else {
            return Err(self.unexpected("an axis"));
        };
        let axis = match name.as_str() {
            "child" => Axis::Child,
            "descendant" => Axis::Descendant,
            "descendant-or-self" => Axis::DescendantOrSelf,
            "parent" => Axis::Parent,
            "ancestor" => Axis::Ancestor,
            "ancestor-or-self" => Axis::AncestorOrSelf,
            "self" => Axis::Own,
            "attribute" => Axis::Attribute,
            "following-sibling" => Axis::FollowingSibling,
            "preceding-sibling" => Axis::PrecedingSibling,
            "following" => Axis::Following,
            "preceding" => Axis::Preceding,
            "namespace" => Axis::Namespace,
            _ => return Err(self.unexpected("an axis such as child or parent")),
        };
        self.advance();
        self.advance();
        Ok(axis)
    }

    fn test(&mut self) -> Result<Test, ParseError> {
        if self.eat("*") {
            return Ok(Test::Any);
        }
        let Token::Name(name) = self.peek().clone() else {
            return Err(self.unexpected("a name"));
        };
        let column = self.column();
        self.advance();
        if *self.peek() != Token::Sign("(") {
            return Ok(match name.strip_suffix(":*") {
                Some(prefix) => Test::Prefix(prefix.to_owned()),
                None => Test::Name(name),
            });
        }
        self.advance();
        let test = match name.as_str() {
            "node" => Test::Node,
            "text" => Test::Text,
            "comment" => Test::Comment,
            "processing-instruction" => match self.peek().clone() {
                Token::Literal(target) => {
                    self.advance();
                    Test::Instruction(Some(target))
                }
                _ => Test::Instruction(None),
            },
            _ => return Err(ParseError::new(column, "a name", &format!("{name}("))),
        };
        self.expect(")")?;
        Ok(test)
    }
}
