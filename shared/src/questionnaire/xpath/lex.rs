//! Words of an expression.
//!
//! Always: a token knows the column, counted in letters from 1, at which it begins.
//! Never: decides whether `*` or `div` is an operator; the parser knows what stands before.

use super::parse::ParseError;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Literal(String),
    /// A name, with its prefix if it has one; `p:*` is a name too.
    Name(String),
    /// `${name}`.
    Reference(String),
    /// Punctuation and operators that are not words.
    Sign(&'static str),
    End,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) column: usize,
}

/// Longer signs stand before those that they begin with.
const SIGNS: [&str; 23] = [
    "::", "//", "..", "!=", "<=", ">=", "(", ")", "[", "]", "@", ",", "/", "|", "+", "-", "=", "<",
    ">", "*", ".", "$", "&",
];

pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, ParseError> {
    let letters: Vec<char> = text.chars().collect();
    let mut lexer = Lexer {
        letters: &letters,
        at: 0,
    };
    let mut out = Vec::new();
    loop {
        let placed = lexer.next()?;
        let end = placed.token == Token::End;
        out.push(placed);
        if end {
            return Ok(out);
        }
    }
}

struct Lexer<'a> {
    letters: &'a [char],
    at: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Result<Placed, ParseError> {
        while self.peek(0).is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        let column = self.at + 1;
        let token = match self.peek(0) {
            None => Token::End,
            Some('\'' | '"') => self.literal()?,
            Some('$') if self.peek(1) == Some('{') => self.reference()?,
            Some(letter) if letter.is_ascii_digit() => self.number()?,
            Some('.') if self.peek(1).is_some_and(|c| c.is_ascii_digit()) => self.number()?,
            Some(letter) if is_name_start(letter) => Token::Name(self.name()),
            Some(_) => self.sign()?,
        };
        Ok(Placed { token, column })
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.letters.get(self.at + ahead).copied()
    }

    fn literal(&mut self) -> Result<Token, ParseError> {
        let quote = self.letters[self.at];
        let start = self.at + 1;
        let length = self.letters[start..]
            .iter()
            .position(|&letter| letter == quote);
        let Some(length) = length else {
            return Err(ParseError::new(
                self.at + 1,
                "closing quotation mark",
                "end of text",
            ));
        };
        self.at = start + length + 1;
        Ok(Token::Literal(
            self.letters[start..start + length].iter().collect(),
        ))
    }

    fn reference(&mut self) -> Result<Token, ParseError> {
        let start = self.at + 2;
        let length = self.letters[start..]
            .iter()
            .position(|&letter| letter == '}');
        let Some(length) = length else {
            return Err(ParseError::new(self.at + 1, "}", "end of text"));
        };
        self.at = start + length + 1;
        let name: String = self.letters[start..start + length].iter().collect();
        Ok(Token::Reference(name.trim().to_owned()))
    }

    fn number(&mut self) -> Result<Token, ParseError> {
        let start = self.at;
        while self.peek(0).is_some_and(|letter| letter.is_ascii_digit()) {
            self.at += 1;
        }
        // `1..` is a number and a full stop only if someone writes nonsense; refuse it later.
        if self.peek(0) == Some('.') {
            self.at += 1;
            while self.peek(0).is_some_and(|letter| letter.is_ascii_digit()) {
                self.at += 1;
            }
        }
        let digits: String = self.letters[start..self.at].iter().collect();
        let number = digits
            .parse()
            .map_err(|_| ParseError::new(start + 1, "a number", &digits))?;
        Ok(Token::Number(number))
    }

    fn name(&mut self) -> String {
        let start = self.at;
        self.name_letters();
        let prefixed = self.peek(0) == Some(':') && self.peek(1) != Some(':');
        if prefixed && self.peek(1).is_some_and(is_name_start) {
            self.at += 1;
            self.name_letters();
        } else if prefixed && self.peek(1) == Some('*') {
            self.at += 2;
        }
        self.letters[start..self.at].iter().collect()
    }

    fn name_letters(&mut self) {
        while self.peek(0).is_some_and(is_name_letter) {
            self.at += 1;
        }
    }

    fn sign(&mut self) -> Result<Token, ParseError> {
        for sign in SIGNS {
            let matches = sign
                .chars()
                .enumerate()
                .all(|(i, c)| self.peek(i) == Some(c));
            if matches {
                self.at += sign.len();
                return Ok(Token::Sign(sign));
            }
        }
        let letter = self.letters[self.at].to_string();
        Err(ParseError::new(
            self.at + 1,
            "a name, number, text or operator",
            &letter,
        ))
    }
}

fn is_name_start(letter: char) -> bool {
    letter == '_' || letter.is_alphabetic()
}

fn is_name_letter(letter: char) -> bool {
    is_name_start(letter) || letter.is_numeric() || matches!(letter, '-' | '.' | '\u{b7}')
}
