//! `runner graph`: an expression as a computational graph, forward and backward step by step.

mod dot;
mod layout;
mod picture;

use std::sync::Arc;

use learners::graph::{Gradients, Graph, GraphError, Operation, Values};
use spec::config::{Place, Source};
use spec::{ConfigError, Mark};

use crate::cli::GraphArguments;
use crate::sheet::Sheet;
use crate::{Failure, files, output};

/// An expression with both passes.
struct Drawing<'a> {
    graph: &'a Graph,
    values: Values,
    gradients: Gradients,
}

/// Prints each step of both passes, and draws the graph.
///
/// # Errors
/// [`Failure::Input`] when the expression cannot be read, a value is missing, or a node is not
/// finite; [`Failure::Run`] when a picture cannot be written.
pub fn graph(arguments: &GraphArguments) -> Result<(), Failure> {
    for file in [&arguments.svg, &arguments.dot].into_iter().flatten() {
        files::expect_writable(file)?;
    }
    let given = arguments.at.iter().map(|argument| given(argument));
    let given: Vec<(&str, f64)> = given.collect::<Result<_, _>>()?;
    let text = &arguments.expression;
    let told = |error| told(error, text, &arguments.at);
    let graph = Graph::parse(text).map_err(told)?;
    let values = graph.forward(&given).map_err(told)?;
    let gradients = graph.backward(&values).map_err(told)?;
    let drawing = Drawing {
        graph: &graph,
        values,
        gradients,
    };
    output::line(format!(
        "f = {}\n{}",
        text.trim(),
        drawing.sheet().terminal()
    ));
    output::line(
        "forward: values from the top down; backward: gradients ∂f/∂node from the bottom up",
    );
    if let Some(file) = &arguments.svg {
        let svg = picture::svg(&drawing).map_err(|error| {
            Failure::Run(format!("{}: cannot be drawn ({error})", file.display()))
        })?;
        files::write_file(file, svg.as_bytes())?;
    }
    match &arguments.dot {
        Some(file) => files::write_file(file, dot::dot(&drawing).as_bytes()),
        None => Ok(()),
    }
}

/// `NAME=VALUE`.
pub(crate) fn given(argument: &str) -> Result<(&str, f64), ConfigError> {
    let refused = |marked: &str, reason: String| {
        let hint = "a value is given as NAME=NUMBER: --at w0=2";
        of_argument(argument, marked, reason, hint)
    };
    let Some((name, value)) = argument.split_once('=') else {
        return Err(refused(argument, "there is no = in it".into()));
    };
    if name.trim().is_empty() {
        return Err(refused(argument, "there is no name before the =".into()));
    }
    match value.trim().parse() {
        Ok(number) => Ok((name.trim(), number)),
        Err(_) => Err(refused(value, format!("{value:?} is no number"))),
    }
}

/// A message about a part of an `--at`.
fn of_argument(argument: &str, marked: &str, reason: String, hint: &str) -> ConfigError {
    let text = format!("--at {argument}");
    let start = match argument.ends_with(marked) {
        true => text.len() - marked.len(),
        false => text.len() - argument.len(),
    };
    pictured(text, start..start + marked.len(), reason, hint)
}

/// What is wrong with a graph, with a picture of the place.
pub(crate) fn told(error: GraphError, expression: &str, at: &[String]) -> ConfigError {
    if let Some(name) = &error.given {
        let is = |argument: &&String| argument.split('=').next().map(str::trim) == Some(name);
        if let Some(argument) = at.iter().rev().find(is) {
            let marked = argument.split('=').next().unwrap_or_default();
            return of_argument(argument, marked, error.reason, &error.hint);
        }
    }
    let span = error.span.unwrap_or(0..expression.len());
    pictured(expression.into(), span, error.reason, &error.hint)
}

fn pictured(text: String, span: std::ops::Range<usize>, reason: String, hint: &str) -> ConfigError {
    let source = Arc::new(Source { file: None, text });
    ConfigError {
        key: None,
        reason,
        hint: Some(hint.into()),
        notes: Vec::new(),
        marks: vec![Mark::new(&Place::new(&source, span), "")],
    }
}

impl Drawing<'_> {
    /// What a node is called: its name or number, or the count of the operation, `#1`.
    fn label(&self, node: usize) -> String {
        match &self.graph.nodes()[node].operation {
            Operation::Name(name) => name.clone(),
            Operation::Number(number) => shown(*number, 10),
            _ => {
                let before = &self.graph.nodes()[..=node];
                let count = before.iter().filter(|node| !node.inputs.is_empty()).count();
                format!("#{count}")
            }
        }
    }

    /// What it does with its inputs.
    fn operation(&self, node: usize) -> String {
        let of = &self.graph.nodes()[node];
        let inputs: Vec<String> = of.inputs.iter().map(|&input| self.label(input)).collect();
        match &of.operation {
            Operation::Infix(operator) => inputs.join(&format!(" {operator} ")),
            Operation::Negative => format!("-{}", inputs.concat()),
            Operation::Call(function) => format!("{function}({})", inputs.join(", ")),
            Operation::Name(_) | Operation::Number(_) => String::new(),
        }
    }

    /// Its derivatives by those of its inputs that are no constants.
    fn derivatives(&self, node: usize) -> String {
        let inputs = &self.graph.nodes()[node].inputs;
        let local = inputs.iter().zip(self.gradients.local(node));
        let shown = local.filter_map(|(&input, local)| {
            let (input, local) = (self.label(input), shown((*local)?, 10));
            Some(format!("∂/∂{input} = {local}"))
        });
        shown.collect::<Vec<_>>().join(", ")
    }

    /// A row for each name, then for each operation, in the order of the forward pass.
    fn sheet(&self) -> Sheet {
        let titles = ["node", "operation", "value", "local derivative", "gradient"];
        let mut sheet = Sheet::new(titles, 2);
        let all = 0..self.graph.nodes().len();
        let reads = |node: &usize| !self.graph.nodes()[*node].inputs.is_empty();
        let is_name = |node: &usize| !reads(node) && !self.graph.nodes()[*node].constant;
        for node in all.clone().filter(is_name).chain(all.filter(reads)) {
            let gradient = match self.graph.nodes()[node].constant {
                true => String::new(),
                false => shown(self.gradients.of(node), 10),
            };
            sheet.add([
                self.label(node),
                self.operation(node),
                shown(self.values.of(node), 10),
                self.derivatives(node),
                gradient,
            ]);
        }
        sheet
    }
}

/// A number with so many significant digits at most.
pub(crate) fn shown(value: f64, digits: usize) -> String {
    let rounded: f64 = format!("{value:.*e}", digits - 1).parse().unwrap_or(value);
    match rounded.abs() {
        0.0 => "0".into(),
        1e-4..1e7 => rounded.to_string(),
        _ => format!("{rounded:e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_digits_as_they_need() {
        for (value, digits, text) in [
            (0.1 + 0.2, 10, "0.3"),
            (-0.0, 10, "0"),
            (0.7310585786300049, 4, "0.7311"),
            (1234.5678, 4, "1235"),
            (1.5e-7, 4, "1.5e-7"),
            (2e300, 4, "2e300"),
        ] {
            assert_eq!(shown(value, digits), text);
        }
    }
}
