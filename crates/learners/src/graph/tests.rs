use proptest::prelude::*;

use super::*;

/// The example of the lecture: w = (2, −3, −3), x = (−1, −2).
const LECTURE: [(&str, f64); 5] = [
    ("w0", 2.0),
    ("x0", -1.0),
    ("w1", -3.0),
    ("x1", -2.0),
    ("w2", -3.0),
];

/// The value of an expression and its gradient by each name.
fn passes(text: &str, given: &[(&str, f64)]) -> Result<(f64, Vec<f64>), GraphError> {
    let graph = Graph::parse(text)?;
    let values = graph.forward(given)?;
    let gradients = graph.backward(&values)?;
    let of = |&(name, _): &(&str, f64)| graph.named(name).map(|node| gradients.of(node));
    Ok((values.output(), given.iter().filter_map(of).collect()))
}

#[track_caller]
fn assert_close(found: f64, expected: f64) {
    let scale = expected.abs().max(1e-3);
    assert!(
        (found - expected).abs() <= 1e-9 * scale,
        "{found} is not {expected}"
    );
}

#[test]
fn the_lectures_circuit_has_its_value_and_gradients() {
    let (f, gradients) = passes("sigmoid(w0*x0 + w1*x1 + w2)", &LECTURE).unwrap();
    assert_close(f, 0.7310585786300049);
    // The lecture prints −.20, .40, −.40, −.60 and .20, from a rounded σ'.
    let exact = [-1.0, 2.0, -2.0, -3.0, 1.0].map(|factor| factor * 0.19661193324148185);
    for (found, exact) in gradients.into_iter().zip(exact) {
        assert_close(found, exact);
    }
}

/// With the sigmoid in its parts, the lecture prints each value and each gradient.
#[test]
fn the_lectures_circuit_has_its_values_at_every_gate() {
    let graph = Graph::parse("1/(1 + exp(-(w0*x0 + w1*x1 + w2)))").unwrap();
    let values = graph.forward(&LECTURE).unwrap();
    let gradients = graph.backward(&values).unwrap();
    let last = graph.nodes().len() - 1;
    // From the quotient back: 1 + e, e, the sign, the sum.
    let (mut node, mut found) = (last, vec![]);
    for _ in 0..4 {
        node = *graph.nodes()[node].inputs.last().unwrap();
        found.push((values.of(node), gradients.of(node)));
    }
    let exact = [
        (1.3678794411714423, -0.5344466454),
        (0.36787944117144233, -0.5344466454),
        (-1.0, -0.1966119332),
        (1.0, 0.1966119332),
    ];
    for ((value, gradient), (exact_value, exact_gradient)) in found.into_iter().zip(exact) {
        assert_close(value, exact_value);
        assert!((gradient - exact_gradient).abs() < 1e-10, "{gradient}");
    }
}

#[test]
fn operators_bind_as_in_mathematics() {
    for (text, value) in [
        ("1 + 2 * 3", 7.0),
        ("7 - 2 - 1", 4.0),
        ("8 / 2 / 2", 2.0),
        ("2^3^2", 512.0),
        ("-2^2", -4.0),
        ("2^-1", 0.5),
        ("2 * -3", -6.0),
        ("-(1 - 3)", 2.0),
        ("(1 + 2) * 3", 9.0),
        (".5e1 + 1E-1", 5.1),
        ("max(1, 2) + min(1, 2)", 3.0),
    ] {
        assert_eq!(passes(text, &[]).unwrap().0, value, "{text}");
    }
}

#[test]
fn what_arrives_along_several_edges_is_added() {
    let x = [("x", 3.0)];
    assert_eq!(passes("x*x + x", &x), Ok((12.0, vec![7.0])));
    assert_eq!(passes("x - x", &x), Ok((0.0, vec![0.0])));
    assert_eq!(passes("max(x, x)", &x), Ok((3.0, vec![1.0])));
    // One node, three edges.
    assert_eq!(Graph::parse("x*x + x").unwrap().nodes().len(), 3);
}

#[test]
fn at_a_kink_the_derivatives_are_those_that_are_told() {
    let gradient = |text, x| passes(text, &[("x", x)]).unwrap().1[0];
    assert_eq!(gradient("relu(x)", 0.0), 0.0);
    assert_eq!(gradient("abs(x)", 0.0), 0.0);
    assert_eq!(gradient("max(x, 0)", 0.0), 1.0);
    assert_eq!(gradient("min(0, x)", 0.0), 0.0);
    assert_eq!(gradient("x^0", 0.0), 0.0);
    assert_eq!(gradient("x^1", 0.0), 1.0);
    assert_eq!(gradient("0^x", 2.0), 0.0);
    assert_eq!(gradient("(-2)^2*x", 1.0), 4.0);
}

#[test]
fn functions_keep_their_values_far_from_0() {
    let passes = |text, x| passes(text, &[("x", x)]).unwrap();
    assert_eq!(passes("sigmoid(x)", -1000.0), (0.0, vec![0.0]));
    assert_eq!(passes("sigmoid(x)", 1000.0), (1.0, vec![0.0]));
    assert_eq!(passes("softplus(x)", 1000.0), (1000.0, vec![1.0]));
    assert_eq!(passes("softplus(x)", -1000.0), (0.0, vec![0.0]));
    assert_eq!(passes("tanh(x)", -1000.0), (-1.0, vec![0.0]));
}

/// Reason, and what is marked of the expression.
fn refused(text: &str, given: &[(&str, f64)]) -> (String, Option<String>) {
    let error = passes(text, given).unwrap_err();
    (error.reason, error.span.map(|span| text[span].to_string()))
}

#[test]
fn what_cannot_be_read_is_refused_at_its_place() {
    let deep = "(".repeat(101) + "1";
    for (text, reason, marked) in [
        ("", "the expression is empty", ""),
        ("1 +", "a value is missing", ""),
        ("* 2", "* cannot stand here", "*"),
        ("x ** 2", "one * too many", "*"),
        ("(1 + (2)", "this parenthesis is not closed", "("),
        ("1 + 2)", ") without (", ")"),
        ("2x", "an operator is missing here", "x"),
        ("2 (x)", "an operator is missing here", "("),
        ("1, 2", "a comma outside of a function", ","),
        ("(1, 2)", "a comma outside of a function", ","),
        ("1 @ 2", "@ cannot stand here", "@"),
        ("2 × 3", "× cannot stand here", "×"),
        ("1.2.3", "1.2.3 is no number", "1.2.3"),
        ("1e999", "1e999 is no number", "1e999"),
        ("sigmod(x)", "sigmod is no function", "sigmod"),
        ("1 + tanh", "tanh is a function", "tanh"),
        ("max(1)", "max takes two arguments, not 1", "max(1)"),
        ("exp(1, 2)", "exp takes one argument, not 2", "exp(1, 2)"),
        (
            &deep,
            "more than 100 signs, powers or parentheses in each other",
            "(",
        ),
    ] {
        let (found, place) = refused(text, &[("x", 1.0)]);
        assert_eq!(
            (found.as_str(), place.as_deref()),
            (reason, Some(marked)),
            "{text}"
        );
    }
}

#[test]
fn values_that_do_not_fit_are_refused() {
    let x = ("x", 1.0);
    assert_eq!(
        refused("x", &[x, ("y", 1.0)]).0,
        "y does not stand in the expression"
    );
    assert_eq!(refused("x", &[x, x]).0, "x is given twice");
    assert_eq!(refused("x", &[("x", f64::INFINITY)]).0, "x is inf");
    let missing = refused("x + a*b", &[x]);
    assert_eq!(missing, ("a, b have no values".into(), Some("a".into())));
    let near = passes("w0*x0", &[("w0", 1.0), ("x00", 1.0)]).unwrap_err();
    assert_eq!(near.hint, "did you mean x0?");
}

#[test]
fn a_node_that_is_not_finite_is_named() {
    for (text, x, marked, part) in [
        ("1 + log(x - 1)", 1.0, "log(x - 1)", "this is -inf"),
        ("1 / (x - 1)", 1.0, "1 / (x - 1)", "this is inf"),
        ("2 * exp(x)", 1e3, "exp(x)", "this is inf"),
        (
            "sqrt(x)",
            0.0,
            "sqrt(x)",
            "the gradient by its input is inf",
        ),
        (
            "(0 - 2)^x",
            2.0,
            "(0 - 2)^x",
            "the gradient by its input is NaN",
        ),
    ] {
        let (reason, place) = refused(text, &[("x", x)]);
        assert_eq!(place.as_deref(), Some(marked), "{text}: {reason}");
        assert!(reason.starts_with(part), "{reason}");
    }
}

const CALLS: [&str; 7] = ["sigmoid", "tanh", "softplus", "sin", "cos", "relu", "abs"];

/// Expressions of a and b whose kinks and poles are far from where they are looked at.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "a",
        "b",
        (1u8..40).prop_map(|n| format!("{}", f64::from(n) / 10.0))
    ];
    leaf.prop_recursive(4, 24, 2, |inner| {
        let call = (prop::sample::select(&CALLS[..]), inner.clone());
        let infix = (
            inner.clone(),
            prop::sample::select(&["+", "-", "*"][..]),
            inner.clone(),
        );
        let either = (
            prop::sample::select(&["max", "min"][..]),
            inner.clone(),
            inner.clone(),
        );
        prop_oneof![
            call.prop_map(|(function, x)| format!("{function}({x})")),
            infix.prop_map(|(x, operator, y)| format!("({x} {operator} {y})")),
            either.prop_map(|(function, x, y)| format!("{function}({x}, {y})")),
            inner.clone().prop_map(|x| format!("-{x}")),
            inner.clone().prop_map(|x| format!("exp(tanh({x}))")),
            inner.clone().prop_map(|x| format!("log(1.5 + sin({x}))")),
            inner.clone().prop_map(|x| format!("sqrt(1 + ({x})^2)")),
            (inner.clone(), inner).prop_map(|(x, y)| format!("({x}) / (2 + cos({y}))^{x}")),
        ]
    })
}

proptest! {
    /// Where a kink lies between the points the differences prove nothing: there D(h) and D(h/2),
    /// or the two one-sided ones, are apart.
    #[test]
    fn gradients_agree_with_central_differences(
        text in expression(), a in -2.0..2.0, b in -2.0..2.0,
    ) {
        let text = format!("{text} + 0*a + 0*b");
        let graph = Graph::parse(&text).unwrap();
        let at = |a: f64, b: f64| graph.forward(&[("a", a), ("b", b)]).map(|v| v.output());
        let Ok((f, gradients)) = passes(&text, &[("a", a), ("b", b)]) else {
            return Err(TestCaseError::reject("a power of a negative number"));
        };
        prop_assume!(f.abs() < 1e3);
        for (index, by_hand) in gradients.into_iter().enumerate() {
            let moved = |by: f64| match index {
                0 => at(a + by, b).unwrap_or(f64::NAN),
                _ => at(a, b + by).unwrap_or(f64::NAN),
            };
            let h = 1e-5;
            let difference = |h: f64| (moved(h) - moved(-h)) / (2.0 * h);
            let jump = (moved(h) - 2.0 * f + moved(-h)) / h;
            let scale = by_hand.abs().max(f.abs()).max(1.0);
            let smooth = (difference(h) - difference(2.0 * h)).abs() < 1e-7 * scale;
            prop_assume!(smooth && jump.abs() < 1e-2 * scale && by_hand.abs() < 1e4);
            let error = (by_hand - difference(h)).abs();
            prop_assert!(error < 1e-6 * scale, "{}: {} and {}", text, by_hand, difference(h));
        }
    }
}
