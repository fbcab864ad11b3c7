//! A computational graph: an expression of numbers, its values forward, its gradients backward.
//!
//! Each operation is a node with one or two inputs. Forward, a node computes
//! `$v_j = f_j(v_i, v_k)$` from the values of its inputs, in the order of the expression. Backward,
//! from the last node with `$\partial L / \partial L = 1$`, each node hands to its inputs the
//! gradient that arrived at it times its local derivative, and what arrives along several edges is
//! added:
//!
//! ```math
//! \frac{\partial L}{\partial v_i} = \sum_{j \text{ reads } i}
//!   \frac{\partial L}{\partial v_j}\, \frac{\partial v_j}{\partial v_i}
//! ```
//!
//! | operation | value | local derivatives |
//! |---|---|---|
//! | `a + b`, `a - b` | | `$1, 1$`; `$1, -1$` |
//! | `a * b` | | `$b, a$` |
//! | `a / b` | `$v = a / b$` | `$1 / b,\ -v / b$` |
//! | `a ^ b` | `$v = a^b$` | `$b\, a^{b - 1},\ v \ln a$` |
//! | `-a` | | `$-1$` |
//! | `sigmoid(a)` | `$v = 1 / (1 + e^{-a})$` | `$v (1 - v)$` |
//! | `tanh(a)` | | `$1 - v^2$` |
//! | `relu(a)` | `$\max(0, a)$` | 1 if `$a > 0$`, otherwise 0 |
//! | `softplus(a)` | `$\ln(1 + e^a)$` | `$1 / (1 + e^{-a})$` |
//! | `exp(a)`, `log(a)` | `$e^a$`, `$\ln a$` | `$v$`, `$1 / a$` |
//! | `sqrt(a)` | | `$1 / 2v$` |
//! | `sin(a)`, `cos(a)` | | `$\cos a$`, `$-\sin a$` |
//! | `abs(a)` | | the sign of `$a$`, 0 at 0 |
//! | `max(a, b)`, `min(a, b)` | | 1 for the one that is taken (the first of equals), 0 for the other |
//!
//! Numbers are constants: nothing is derived by them.
//!
//! Source: Linnainmaa 1970; Rumelhart, Hinton, Williams 1986; drawn with value and gradient on each
//! edge as in the lecture CS231n, "Backpropagation, intuitions".

mod expression;

use std::ops::Range;

use spec::error::nearest;

/// Nodes in the order of the expression: each stands behind those that it reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    nodes: Vec<Node>,
}

/// An operation, a name or a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it computes.
    pub operation: Operation,
    /// The nodes that it reads, by their place; a name or a number reads none.
    pub inputs: Vec<usize>,
    /// Where it stands in the expression: of a name the first time.
    pub span: Range<usize>,
    /// Whether it is made of numbers alone.
    pub constant: bool,
}

/// What a node computes.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// A number of the expression.
    Number(f64),
    /// A value that is given.
    Name(String),
    /// `+ - * / ^` between two values.
    Infix(char),
    /// The other sign.
    Negative,
    /// A function by its name.
    Call(&'static str),
}

/// The functions and how many arguments they have.
pub const FUNCTIONS: [(&str, usize); 12] = [
    ("sigmoid", 1),
    ("tanh", 1),
    ("relu", 1),
    ("softplus", 1),
    ("exp", 1),
    ("log", 1),
    ("sqrt", 1),
    ("sin", 1),
    ("cos", 1),
    ("abs", 1),
    ("max", 2),
    ("min", 2),
];

/// The value of each node.
#[derive(Clone, Debug, PartialEq)]
pub struct Values(Vec<f64>);

/// What [`Graph::backward`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct Gradients {
    /// `$\partial L / \partial v_i$` of each node; 0 of constants.
    nodes: Vec<f64>,
    /// `$\partial v_j / \partial v_i$` for each input of each node; none by a constant.
    local: Vec<Vec<Option<f64>>>,
}

/// What is wrong with an expression or with the values that it is given.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct GraphError {
    /// Where in the expression; none: it is about a given value.
    pub span: Option<Range<usize>>,
    /// The given value that it is about, by its name.
    pub given: Option<String>,
    /// What is wrong.
    pub reason: String,
    /// What would be right.
    pub hint: String,
}

impl GraphError {
    fn at(span: Range<usize>, reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            span: Some(span),
            given: None,
            reason: reason.into(),
            hint: hint.into(),
        }
    }

    fn of_given(name: &str, reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            span: None,
            given: Some(name.into()),
            reason: reason.into(),
            hint: hint.into(),
        }
    }
}

impl Operation {
    /// The value, from those of the inputs; `given` is that of a name.
    fn forward(&self, x: &[f64], given: f64) -> f64 {
        match (self, x) {
            (Self::Number(number), _) => *number,
            (Self::Negative, [a]) => -a,
            (Self::Infix('+'), [a, b]) => a + b,
            (Self::Infix('-'), [a, b]) => a - b,
            (Self::Infix('*'), [a, b]) => a * b,
            (Self::Infix('/'), [a, b]) => a / b,
            (Self::Infix('^'), [a, b]) => a.powf(*b),
            (Self::Call("sigmoid"), [a]) => 1.0 / (1.0 + (-a).exp()),
            (Self::Call("tanh"), [a]) => a.tanh(),
            (Self::Call("relu"), [a]) => a.max(0.0),
            (Self::Call("softplus"), [a]) => a.max(0.0) + (-a.abs()).exp().ln_1p(),
            (Self::Call("exp"), [a]) => a.exp(),
            (Self::Call("log"), [a]) => a.ln(),
            (Self::Call("sqrt"), [a]) => a.sqrt(),
            (Self::Call("sin"), [a]) => a.sin(),
            (Self::Call("cos"), [a]) => a.cos(),
            (Self::Call("abs"), [a]) => a.abs(),
            (Self::Call("max"), [a, b]) => a.max(*b),
            (Self::Call("min"), [a, b]) => a.min(*b),
            (Self::Name(_), _) => given,
            _ => f64::NAN, // another number of inputs than the operation has
        }
    }

    /// The local derivative by one of the inputs, from their values and its own.
    fn derivative(&self, x: &[f64], v: f64, by: usize) -> f64 {
        match (self, x) {
            (Self::Negative, _) => -1.0,
            (Self::Infix('+'), _) => 1.0,
            (Self::Infix('-'), _) => [1.0, -1.0][by],
            (Self::Infix('*'), [a, b]) => [*b, *a][by],
            (Self::Infix('/'), [_, b]) => [1.0 / b, -v / b][by],
            (Self::Infix('^'), [_, 0.0]) if by == 0 => 0.0, // a⁰ = 1, at a = 0 too
            (Self::Infix('^'), [0.0, b]) if by == 1 && *b > 0.0 => 0.0, // the limit of v ln a
            (Self::Infix('^'), [a, b]) if by == 0 => b * a.powf(b - 1.0),
            (Self::Infix('^'), [a, _]) => v * a.ln(),
            (Self::Call("sigmoid"), _) => v * (1.0 - v),
            (Self::Call("tanh"), _) => 1.0 - v * v,
            (Self::Call("relu"), [a]) => f64::from(u8::from(*a > 0.0)),
            (Self::Call("softplus"), [a]) => 1.0 / (1.0 + (-a).exp()),
            (Self::Call("exp"), _) => v,
            (Self::Call("log"), [a]) => 1.0 / a,
            (Self::Call("sqrt"), _) => 0.5 / v,
            (Self::Call("sin"), [a]) => a.cos(),
            (Self::Call("cos"), [a]) => -a.sin(),
            (Self::Call("abs"), [a]) if *a == 0.0 => 0.0,
            (Self::Call("abs"), [a]) => a.signum(),
            (Self::Call("max"), [a, b]) => f64::from(u8::from((by == 0) == (a >= b))),
            (Self::Call("min"), [a, b]) => f64::from(u8::from((by == 0) == (a <= b))),
            _ => 0.0,
        }
    }
}

impl Graph {
    /// The graph of an expression: numbers, names, `+ - * / ^`, parentheses and [`FUNCTIONS`]. A
    /// name that stands there several times is one node.
    ///
    /// # Errors
    /// With the place of what cannot be read.
    pub fn parse(text: &str) -> Result<Self, GraphError> {
        expression::parse(text).map(|nodes| Self { nodes })
    }

    /// Its nodes; the last one is the output.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The names in it, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().filter_map(|node| match &node.operation {
            Operation::Name(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The node of a name.
    pub fn named(&self, name: &str) -> Option<usize> {
        let is = |node: &Node| matches!(&node.operation, Operation::Name(other) if other == name);
        self.nodes.iter().position(is)
    }

    /// The value of every node, from those of the names.
    ///
    /// # Errors
    /// When a name has no value, two, or one that is not finite, when a value is of no name, and
    /// when that of a node is not finite.
    pub fn forward(&self, given: &[(&str, f64)]) -> Result<Values, GraphError> {
        self.check_given(given)?;
        let mut values: Vec<f64> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let x: Vec<f64> = node.inputs.iter().map(|&input| values[input]).collect();
            let name = |name: &str| given.iter().find(|(other, _)| *other == name);
            let own = match &node.operation {
                Operation::Name(own) => name(own).map_or(f64::NAN, |(_, value)| *value),
                _ => f64::NAN,
            };
            let value = node.operation.forward(&x, own);
            if !value.is_finite() {
                return Err(not_finite(node, &format!("this is {value}"), &x));
            }
            values.push(value);
        }
        Ok(Values(values))
    }

    /// The gradient of the output by every node.
    ///
    /// # Errors
    /// When a derivative is not finite, as that of a square root at 0.
    pub fn backward(&self, values: &Values) -> Result<Gradients, GraphError> {
        let mut nodes = vec![0.0; self.nodes.len()];
        let mut local: Vec<Vec<Option<f64>>> = vec![Vec::new(); self.nodes.len()];
        if let Some(last) = nodes.last_mut() {
            *last = 1.0; // ∂L/∂L
        }
        for (j, node) in self.nodes.iter().enumerate().rev() {
            let x: Vec<f64> = node.inputs.iter().map(|&i| values.of(i)).collect();
            for (by, &i) in node.inputs.iter().enumerate() {
                if self.nodes[i].constant {
                    local[j].push(None);
                    continue;
                }
                let derivative = node.operation.derivative(&x, values.of(j), by);
                nodes[i] += nodes[j] * derivative; // ∂L/∂vᵢ += ∂L/∂vⱼ · ∂vⱼ/∂vᵢ
                if !nodes[i].is_finite() {
                    let what = format!("the gradient by its input is {}", nodes[i]);
                    return Err(not_finite(node, &what, &x));
                }
                local[j].push(Some(derivative));
            }
        }
        Ok(Gradients { nodes, local })
    }

    /// Each name has one value, and each value a name.
    fn check_given(&self, given: &[(&str, f64)]) -> Result<(), GraphError> {
        for (index, &(name, value)) in given.iter().enumerate() {
            if self.named(name).is_none() {
                let reason = format!("{name} does not stand in the expression");
                let hint = match (nearest(name, self.names()), self.names().next()) {
                    (Some(near), _) => format!("did you mean {near}?"),
                    (None, None) => "it has no names: leave this out".into(),
                    (None, _) => format!("its names: {}", listed(self.names())),
                };
                return Err(GraphError::of_given(name, reason, hint));
            }
            if given[..index].iter().any(|(other, _)| *other == name) {
                let reason = format!("{name} is given twice");
                return Err(GraphError::of_given(name, reason, "keep one of the two"));
            }
            if !value.is_finite() {
                let reason = format!("{name} is {value}");
                return Err(GraphError::of_given(
                    name,
                    reason,
                    "give it a finite number",
                ));
            }
        }
        let is_missing = |name: &&str| given.iter().all(|(other, _)| other != name);
        let missing: Vec<&str> = self.names().filter(is_missing).collect();
        let Some(first) = missing.first().and_then(|name| self.named(name)) else {
            return Ok(());
        };
        let reason = match missing[..] {
            [one] => format!("{one} has no value"),
            _ => format!("{} have no values", listed(missing.iter().copied())),
        };
        let hint = format!("add --at {}=NUMBER", missing.join("=NUMBER --at "));
        Err(GraphError::at(self.nodes[first].span.clone(), reason, hint))
    }
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// A node's value or derivative that is infinite or NaN.
fn not_finite(node: &Node, what: &str, inputs: &[f64]) -> GraphError {
    let inputs: Vec<String> = inputs.iter().map(f64::to_string).collect();
    let reason = match &inputs[..] {
        [] => format!("{what}, not finite"),
        inputs => format!(
            "{what}, not finite, where it reads {}",
            inputs.join(" and ")
        ),
    };
    GraphError::at(node.span.clone(), reason, "choose other values")
}

impl Values {
    /// That of a node.
    pub fn of(&self, node: usize) -> f64 {
        self.0[node]
    }

    /// That of the whole expression.
    pub fn output(&self) -> f64 {
        self.0.last().copied().unwrap_or(f64::NAN)
    }
}

impl Gradients {
    /// Of the output, by a node.
    pub fn of(&self, node: usize) -> f64 {
        self.nodes[node]
    }

    /// The derivatives of a node by each of its inputs; none by a constant.
    pub fn local(&self, node: usize) -> &[Option<f64>] {
        &self.local[node]
    }

    /// What a node hands back to one of its inputs; none to a constant.
    pub fn along(&self, node: usize, input: usize) -> Option<f64> {
        let local = self.local[node].get(input).copied().flatten()?;
        Some(self.nodes[node] * local)
    }
}

#[cfg(test)]
mod tests;
