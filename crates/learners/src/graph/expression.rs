//! From the text of an expression to the nodes of its graph.
//!
//! | rule | is |
//! |---|---|
//! | sum | product, then any number of `+` or `-` and a product |
//! | product | factor, then any number of `*` or `/` and a factor |
//! | factor | `-` or `+` and a factor, or an atom, or an atom `^` factor |
//! | atom | number, name, function `(` sum `,` sum `)`, or `(` sum `)` |

use spec::error::nearest;

use super::{FUNCTIONS, GraphError, Node, Operation};

/// Signs, powers and parentheses inside each other.
const DEEPEST: usize = 100;

const EXPECTED: &str = "a number, a name or ( is expected here";

/// The nodes of an expression, each behind those that it reads.
pub fn parse(text: &str) -> Result<Vec<Node>, GraphError> {
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
        nodes: Vec::new(),
    };
    parser.sum()?;
    match parser.peek() {
        None => Ok(parser.nodes),
        Some(found) => Err(parser.left_over(found)),
    }
}

struct Parser<'a> {
    text: &'a str,
    /// Bytes that are read.
    at: usize,
    depth: usize,
    nodes: Vec<Node>,
}

/// A part that is read: its node, and where the part begins, with its parentheses.
type Read = Result<(usize, usize), GraphError>;

impl Parser<'_> {
    fn sum(&mut self) -> Read {
        self.chain(['+', '-'], Self::product)
    }

    fn product(&mut self) -> Read {
        self.chain(['*', '/'], Self::factor)
    }

    /// Parts with operators between them, from left to right.
    fn chain(&mut self, operators: [char; 2], part: fn(&mut Self) -> Read) -> Read {
        let (mut left, start) = part(self)?;
        while let Some(operator) = self.peek().filter(|found| operators.contains(found)) {
            self.take(operator);
            let (right, _) = part(self)?;
            left = self.node(Operation::Infix(operator), vec![left, right], start);
        }
        Ok((left, start))
    }

    fn factor(&mut self) -> Read {
        let found = self.peek();
        let start = self.at;
        self.depth += 1;
        if self.depth > DEEPEST {
            let reason = format!("more than {DEEPEST} signs, powers or parentheses in each other");
            return Err(self.error(start, reason, "divide the expression"));
        }
        let read = match found {
            Some('-') => {
                self.take('-');
                let (of, _) = self.factor()?;
                (self.node(Operation::Negative, vec![of], start), start)
            }
            Some('+') => {
                self.take('+');
                self.factor()?
            }
            _ => self.power()?,
        };
        self.depth -= 1;
        Ok(read)
    }

    fn power(&mut self) -> Read {
        let (base, start) = self.atom()?;
        if self.peek() != Some('^') {
            return Ok((base, start));
        }
        self.take('^');
        let (exponent, _) = self.factor()?;
        let power = self.node(Operation::Infix('^'), vec![base, exponent], start);
        Ok((power, start))
    }

    fn atom(&mut self) -> Read {
        let found = self.peek();
        let start = self.at;
        match found {
            Some('(') => {
                self.take('(');
                let (inside, _) = self.sum()?;
                self.close(start)?;
                Ok((inside, start))
            }
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(),
            Some(c) if c.is_alphabetic() || c == '_' => self.name(),
            None if self.text.trim().is_empty() => {
                let reason = "the expression is empty";
                Err(self.error(start, reason, "for example \"sigmoid(w*x + b)\""))
            }
            None => Err(self.error(start, "a value is missing", EXPECTED)),
            Some('*') if self.text[..start].ends_with('*') => {
                Err(self.error(start, "one * too many", "a power is written x^2"))
            }
            Some(c) => Err(self.error(start, format!("{c} cannot stand here"), EXPECTED)),
        }
    }

    fn number(&mut self) -> Read {
        let start = self.at;
        self.skip(|c| c.is_ascii_digit() || c == '.');
        let rest = self.text[self.at..].strip_prefix(['e', 'E']);
        let power = rest.map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
        if let Some(digits) =
            power.filter(|digits| digits.starts_with(|c: char| c.is_ascii_digit()))
        {
            self.at = self.text.len() - digits.len();
            self.skip(|c| c.is_ascii_digit());
        }
        let written = &self.text[start..self.at];
        let number: Option<f64> = written.parse().ok().filter(|n: &f64| n.is_finite());
        let Some(number) = number else {
            let reason = format!("{written} is no number");
            return Err(self.error(start, reason, "for example 0.5, 2 or 1e-3"));
        };
        Ok((self.node(Operation::Number(number), vec![], start), start))
    }

    fn name(&mut self) -> Read {
        let start = self.at;
        self.skip(|c| c.is_alphanumeric() || c == '_');
        let end = self.at;
        let name = &self.text[start..end];
        let function = FUNCTIONS.iter().find(|(function, _)| *function == name);
        match (function, self.peek()) {
            (Some(&(function, arguments)), Some('(')) => self.call(function, arguments, start),
            (Some((function, _)), _) => {
                let hint = format!("its argument stands in parentheses: {function}(x)");
                let reason = format!("{function} is a function");
                Err(GraphError::at(start..end, reason, hint))
            }
            (None, Some('(')) => {
                let functions = FUNCTIONS.map(|(function, _)| function);
                let hint = match nearest(name, functions) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!(
                        "the functions are {}; a product needs a *",
                        functions.join(", ")
                    ),
                };
                let reason = format!("{name} is no function");
                Err(GraphError::at(start..end, reason, hint))
            }
            (None, _) => {
                let is = |node: &Node| node.operation == Operation::Name(name.into());
                let known = self.nodes.iter().position(is);
                let node = known.unwrap_or_else(|| {
                    let (operation, span) = (Operation::Name(name.into()), start..end);
                    self.push(operation, vec![], span)
                });
                Ok((node, start))
            }
        }
    }

    /// The arguments of a function, whose name begins at `start`.
    fn call(&mut self, function: &'static str, arguments: usize, start: usize) -> Read {
        let open = self.at;
        self.take('(');
        let mut inputs = vec![self.sum()?.0];
        while self.peek() == Some(',') {
            self.take(',');
            inputs.push(self.sum()?.0);
        }
        self.close(open)?;
        if inputs.len() != arguments {
            let given = inputs.len();
            let takes = if arguments == 1 {
                "one argument"
            } else {
                "two arguments"
            };
            let reason = format!("{function} takes {takes}, not {given}");
            let form = if arguments == 1 { "(x)" } else { "(x, y)" };
            return Err(self.error(start, reason, format!("{function}{form}")));
        }
        Ok((self.node(Operation::Call(function), inputs, start), start))
    }

    /// Takes the parenthesis that closes the one at `open`.
    fn close(&mut self, open: usize) -> Result<(), GraphError> {
        match self.peek() {
            Some(')') => {
                self.take(')');
                Ok(())
            }
            None => {
                let reason = "this parenthesis is not closed";
                Err(GraphError::at(open..open + 1, reason, "add a )"))
            }
            Some(',') => {
                let reason = "a comma outside of a function";
                Err(self.error(self.at, reason, "only max and min have two arguments"))
            }
            Some(found) => Err(self.left_over(found)),
        }
    }

    /// What cannot follow a whole expression.
    fn left_over(&self, found: char) -> GraphError {
        let (reason, hint) = match found {
            ')' => (") without (".to_string(), "take it out, or add a ( before"),
            ',' => (
                "a comma outside of a function".into(),
                "only max and min have two arguments",
            ),
            '(' | '_' | '.' => (
                "an operator is missing here".into(),
                "a product needs a *: 2*x",
            ),
            c if c.is_alphanumeric() => (
                "an operator is missing here".into(),
                "a product needs a *: 2*x",
            ),
            c => (
                format!("{c} cannot stand here"),
                "the operators are + - * / ^",
            ),
        };
        self.error(self.at, reason, hint)
    }

    /// From `start` to what is read, or the one character that stands there.
    fn error(
        &self,
        start: usize,
        reason: impl Into<String>,
        hint: impl Into<String>,
    ) -> GraphError {
        let one = self.text[start..].chars().next().map_or(0, char::len_utf8);
        GraphError::at(start..self.at.max(start + one), reason, hint)
    }

    /// The next character that is no space; those are skipped.
    fn peek(&mut self) -> Option<char> {
        self.skip(char::is_whitespace);
        self.text[self.at..].chars().next()
    }

    fn take(&mut self, character: char) {
        self.at += character.len_utf8();
    }

    fn skip(&mut self, of: impl Fn(char) -> bool) {
        let rest = &self.text[self.at..];
        self.at = self.text.len() - rest.trim_start_matches(of).len();
    }

    /// A node for what stands from `start` to here.
    fn node(&mut self, operation: Operation, inputs: Vec<usize>, start: usize) -> usize {
        let end = self.text[..self.at].trim_end().len();
        self.push(operation, inputs, start..end)
    }

    fn push(
        &mut self,
        operation: Operation,
        inputs: Vec<usize>,
        span: std::ops::Range<usize>,
    ) -> usize {
        let constant = match operation {
            Operation::Number(_) => true,
            Operation::Name(_) => false,
            _ => inputs.iter().all(|&input| self.nodes[input].constant),
        };
        self.nodes.push(Node {
            operation,
            inputs,
            span,
            constant,
        });
        self.nodes.len() - 1
    }
}
