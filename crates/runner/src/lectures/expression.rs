//! Examples that are one expression: its values and gradients by `learners::graph`.

use learners::graph::{Gradients, Graph, GraphError, Values};
use spec::Problem;
use spec::table::Example;

/// What stands before the part of an expression by which it is derived: `df/d`.
const BY: &str = "df/d";

/// The numbers of an example's figures.
pub fn found(example: &Example, key: &str) -> Result<Vec<f64>, Problem> {
    let text = example.graph.as_deref().unwrap_or_default();
    let told = |error: GraphError| {
        let (field, place) = match (&error.given, &error.span) {
            (None, Some(span)) => ("graph", format!("{}: ", &text[span.clone()])),
            _ => ("at", String::new()),
        };
        Problem::new(format!("{key}.{field}"), format!("{place}{error}")).hint(&error.hint)
    };
    let graph = Graph::parse(text).map_err(told)?;
    if let Some(name) = graph.names().find(|name| !example.at.contains_key(*name)) {
        let reason = format!("{name} has no value");
        return Err(Problem::new(format!("{key}.at"), reason).hint(format!("{name} = NUMBER")));
    }
    let at: Vec<(&str, f64)> = example.at.iter().map(|(k, v)| (k.as_str(), *v)).collect();
    let values = graph.forward(&at).map_err(told)?;
    let gradients = graph.backward(&values).map_err(told)?;
    let passed = Passed {
        text,
        graph: &graph,
        values: &values,
        gradients: &gradients,
    };
    let figures = example.figures.iter().enumerate();
    let found = figures.map(|(index, figure)| {
        passed.quantity(&figure.quantity).ok_or_else(|| {
            let reason = format!("{} is no part of {text}", figure.quantity);
            let hint = "f, a part of the expression, or df/d and a part of it: df/dx";
            Problem::new(format!("{key}.figures.{index}.quantity"), reason).hint(hint)
        })
    });
    found.collect()
}

/// An expression with both passes.
struct Passed<'a> {
    text: &'a str,
    graph: &'a Graph,
    values: &'a Values,
    gradients: &'a Gradients,
}

impl Passed<'_> {
    fn quantity(&self, quantity: &str) -> Option<f64> {
        match quantity.strip_prefix(BY) {
            Some(part) => self.part(part).map(|node| self.gradients.of(node)),
            None => self.part(quantity).map(|node| self.values.of(node)),
        }
    }

    /// The node of a part of the expression; spaces and outer parentheses do not count.
    fn part(&self, part: &str) -> Option<usize> {
        let plain = |text: &str| {
            let text: String = text.split_whitespace().collect();
            let inside = text
                .strip_prefix('(')
                .and_then(|text| text.strip_suffix(')'));
            inside.map(String::from).unwrap_or(text)
        };
        let nodes = self.graph.nodes();
        match plain(part).as_str() {
            "f" => nodes.len().checked_sub(1),
            wanted => nodes
                .iter()
                .position(|node| plain(&self.text[node.span.clone()]) == wanted),
        }
    }
}
