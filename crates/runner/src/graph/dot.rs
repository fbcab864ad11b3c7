//! The graph for Graphviz: `dot -Tsvg`.

use std::fmt::Write;

use learners::graph::Operation;

use super::{Drawing, shown};

/// The text of a `.dot` file, with value and gradient on each edge.
pub fn dot(drawing: &Drawing<'_>) -> String {
    let mut text = String::from("digraph {\n  rankdir=LR;\n");
    let nodes = drawing.graph.nodes();
    for (index, node) in nodes.iter().enumerate() {
        let (label, shape) = match &node.operation {
            Operation::Infix(operator) => (operator.to_string(), "circle"),
            Operation::Negative => ("-".into(), "circle"),
            Operation::Call(function) => ((*function).into(), "box"),
            Operation::Number(_) | Operation::Name(_) => (drawing.label(index), "plaintext"),
        };
        line(
            &mut text,
            &format!("n{index} [label=\"{label}\", shape={shape}]"),
        );
    }
    line(&mut text, "f [shape=plaintext]");
    for (to, node) in nodes.iter().enumerate() {
        for (input, from) in node.inputs.iter().enumerate() {
            let gradient = drawing.gradients.along(to, input);
            let label = label(drawing.values.of(*from), gradient);
            line(&mut text, &format!("n{from} -> n{to} [label={label}]"));
        }
    }
    let last = nodes.len() - 1;
    let label = label(drawing.values.of(last), Some(1.0));
    line(&mut text, &format!("n{last} -> f [label={label}]"));
    text + "}\n"
}

fn line(text: &mut String, statement: &str) {
    // Writing to a text cannot fail.
    let _ = writeln!(text, "  {statement};");
}

/// The value above the gradient, in their colours.
fn label(value: f64, gradient: Option<f64>) -> String {
    let coloured =
        |colour: &str, number: f64| format!("<font color=\"{colour}\">{}</font>", shown(number, 4));
    let value = coloured("#00823c", value);
    match gradient {
        Some(gradient) => format!("<{value}<br/>{}>", coloured("#dc3220", gradient)),
        None => format!("<{value}>"),
    }
}
