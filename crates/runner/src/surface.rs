//! `runner surface`: a function of two variables as a surface, with its tangent plane at a point
//! and the path of gradient descent from there, w ← w − η ∇f(w).

mod picture;

use learners::graph::{Graph, GraphError};

use crate::cli::SurfaceArguments;
use crate::graph::{given, shown, told};
use crate::sheet::Sheet;
use crate::{Failure, files, output};

/// A point of the path.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    /// The two variables.
    at: [f64; 2],
    /// f there.
    value: f64,
    /// ∇f there.
    gradient: [f64; 2],
}

/// A function and where it goes.
struct Descent {
    graph: Graph,
    /// The variables, in the order in which they stand in the expression.
    names: [String; 2],
    /// From the start on.
    path: Vec<Point>,
}

/// Prints the path, and draws it on the surface.
///
/// # Errors
/// [`Failure::Input`] when the expression cannot be read or has not two variables, or a value is
/// missing; [`Failure::Run`] when the path leaves the finite numbers, or the picture cannot be
/// written.
pub fn surface(arguments: &SurfaceArguments) -> Result<(), Failure> {
    files::expect_writable(&arguments.out)?;
    let given = arguments.at.iter().map(|argument| given(argument));
    let start: Vec<(&str, f64)> = given.collect::<Result<_, _>>()?;
    let text = &arguments.expression;
    let refused = |error| told(error, text, &arguments.at);
    let graph = Graph::parse(text).map_err(refused)?;
    let names: Vec<String> = graph.names().map(String::from).collect();
    let Ok(names) = <[String; 2]>::try_from(names.clone()) else {
        let found = match names.len() {
            0 => "there is none in it".into(),
            _ => format!("there are {}: {}", names.len(), names.join(", ")),
        };
        return Err(Failure::Input(format!(
            "\"{text}\": a surface is drawn over two variables, and {found}; write a number in the \
             place of the others"
        )));
    };
    // Says which name has no value, or one too many.
    graph.forward(&start).map_err(refused)?;
    let value = |name: &String| {
        start
            .iter()
            .find(|(of, _)| of == name)
            .map_or(0.0, |of| of.1)
    };
    let start = [value(&names[0]), value(&names[1])];
    let mut descent = Descent {
        graph,
        names,
        path: Vec::new(),
    };
    let first = descent.at(start).map_err(refused)?;
    descent.go(first, arguments.rate, arguments.steps)?;
    output::line(format!(
        "f = {}\n{}",
        text.trim(),
        descent.sheet().terminal()
    ));
    let svg = picture::svg(&descent, text.trim(), arguments.rate);
    let file = arguments.out.display();
    let svg = svg.map_err(|error| Failure::Run(format!("{file}: cannot be drawn ({error})")))?;
    files::write_file(&arguments.out, svg.as_bytes())?;
    output::line(format!("written: {file}"));
    Ok(())
}

impl Descent {
    /// Value and gradient at a place.
    fn at(&self, at: [f64; 2]) -> Result<Point, GraphError> {
        let given = [
            (self.names[0].as_str(), at[0]),
            (self.names[1].as_str(), at[1]),
        ];
        let values = self.graph.forward(&given)?;
        let gradients = self.graph.backward(&values)?;
        let by = |name: &String| {
            self.graph
                .named(name)
                .map_or(0.0, |node| gradients.of(node))
        };
        Ok(Point {
            at,
            value: values.output(),
            gradient: [by(&self.names[0]), by(&self.names[1])],
        })
    }

    /// The value alone; NaN where there is none.
    fn height(&self, at: [f64; 2]) -> f64 {
        let given = [
            (self.names[0].as_str(), at[0]),
            (self.names[1].as_str(), at[1]),
        ];
        self.graph
            .forward(&given)
            .map_or(f64::NAN, |values| values.output())
    }

    fn go(&mut self, first: Point, rate: f64, steps: usize) -> Result<(), Failure> {
        self.path.push(first);
        let mut last = first;
        for step in 1..=steps {
            let next = [0, 1].map(|i| last.at[i] - rate * last.gradient[i]);
            last = self.at(next).map_err(|error| {
                Failure::Run(format!(
                    "step {step} leads to {} = {}, {} = {}, where {}; take a smaller --rate or fewer \
                     --steps",
                    self.names[0],
                    shown(next[0], 6),
                    self.names[1],
                    shown(next[1], 6),
                    error.reason
                ))
            })?;
            self.path.push(last);
        }
        Ok(())
    }

    fn sheet(&self) -> Sheet {
        let [x, y] = &self.names;
        let slopes = [format!("∂f/∂{x}"), format!("∂f/∂{y}")];
        let titles = ["step", x, y, "f", &slopes[0], &slopes[1]];
        let mut sheet = Sheet::new(titles, 0);
        for (step, point) in self.path.iter().enumerate() {
            let numbers = [point.at[0], point.at[1], point.value];
            let numbers = numbers.into_iter().chain(point.gradient);
            let numbers = numbers.map(|number| shown(number, 6));
            sheet.add([step.to_string()].into_iter().chain(numbers));
        }
        sheet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// x² + 3 y² from (1, 1) with η = 0.1: each step multiplies x by 0.8 and y by 0.4.
    #[test]
    fn a_path_by_hand() {
        let mut descent = Descent {
            graph: Graph::parse("x^2 + 3*y^2").unwrap(),
            names: ["x", "y"].map(String::from),
            path: Vec::new(),
        };
        let first = descent.at([1.0, 1.0]).unwrap();
        assert_eq!((first.value, first.gradient), (4.0, [2.0, 6.0]));
        descent.go(first, 0.1, 2).unwrap();
        let last = descent.path[2].at;
        assert!(
            (last[0] - 0.64).abs() < 1e-15 && (last[1] - 0.16).abs() < 1e-15,
            "{last:?}"
        );
        let svg = picture::svg(&descent, "x^2 + 3*y^2", 0.1).unwrap();
        assert_eq!(svg.matches("<circle").count(), 3, "a point for each step");
        let told = descent.go(first, 1e300, 3).unwrap_err().to_string();
        assert!(
            told.contains("step 2 leads to x = ") || told.contains("step 1 leads to x = "),
            "{told}"
        );
    }
}
