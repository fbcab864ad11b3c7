//! Hebb's rule: what fires together wires together.
//!
//! ```math
//! \mathbf{w} \leftarrow \mathbf{w} + \eta\, t\, \mathbf{x}, \qquad b \leftarrow b + \eta\, t,
//! \qquad y = \mathbf{w} \cdot \mathbf{x} + b
//! ```
//!
//! for each sample once, from w = 0 and b = 0, with bipolar inputs and targets t of −1 and +1; the
//! answer is the sign of y. After the pass w = η Σ t x, whatever the order of the samples. The rule
//! never looks at its own answer, so it does not correct itself: of the 16 functions of two bipolar
//! inputs it learns the 14 that a line separates, since the two inputs and the bias are orthogonal
//! over all four points; XOR leaves it at 0.
//!
//! | | shape |
//! |---|---|
//! | x | `[N, D]` |
//! | t | `[N, 1]` |
//! | w (`weight`) | `[1, D]` |
//! | b (`bias`) | `[1]` |
//!
//! Source: D. O. Hebb, *The Organization of Behavior*, 1949; in this form L. Fausett, *Fundamentals
//! of Neural Networks*, 1994, section 2.2.

use contract::{NamedTensors, TensorError};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, array};
use spec::Problem;
use spec::learners::HebbSpec;
use spec::measures::Values;

use crate::proof::largest;
use crate::{Data, Findings, Learner, Proof, Stop, Tick, Witness};

/// A unit with the weights of Hebb's rule.
pub struct Hebb {
    learning_rate: f64,
    /// `[D]`
    w: Array1<f64>,
    b: f64,
    done: bool,
}

impl Hebb {
    /// Before the pass.
    ///
    /// # Errors
    /// Never: targets that it cannot learn are refused by its coding.
    pub fn new(spec: &HebbSpec, data: &Data) -> Result<Self, Problem> {
        Ok(Self::at_zero(spec.learning_rate, data))
    }

    /// All weights are 0.
    fn at_zero(learning_rate: f64, data: &Data) -> Self {
        Self {
            learning_rate,
            w: Array1::zeros(data.x.ncols()),
            b: 0.0,
            done: false,
        }
    }

    /// Learns one sample.
    fn update(&mut self, x: ArrayView1<'_, f64>, t: f64) {
        self.w.scaled_add(self.learning_rate * t, &x);
        self.b += self.learning_rate * t;
    }
}

impl Learner for Hebb {
    fn passes(&self) -> usize {
        1
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn pass(&mut self, data: &Data, tick: Tick<'_>) -> Result<Values, Stop> {
        for (x, t) in data.samples() {
            self.update(x, t[0]);
            tick()?;
        }
        self.done = true;
        Ok(Values::new())
    }

    fn predict(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        (x.dot(&self.w) + self.b).insert_axis(Axis(1))
    }

    fn weights(&self) -> NamedTensors<f64> {
        let mut weights = NamedTensors::default();
        weights.insert("weight", self.w.clone().insert_axis(Axis(0)).into_dyn());
        weights.insert("bias", array![self.b].into_dyn());
        weights
    }

    fn state(&self) -> NamedTensors<f64> {
        let mut state = self.weights();
        state.insert("done", array![f64::from(u8::from(self.done))].into_dyn());
        state
    }

    fn restore(&mut self, state: &NamedTensors<f64>) -> Result<(), TensorError> {
        let weight = state.expect("weight", &[1, self.w.len()])?;
        self.w = weight.iter().copied().collect();
        self.b = state.expect("bias", &[1])?[0];
        self.done = state.expect("done", &[1])?[0] != 0.0;
        Ok(())
    }

    fn findings(&self, data: &Data) -> Vec<Findings> {
        let names = data.inputs.iter().zip(&self.w);
        let findings = names.fold(
            Findings::new("input", &["weight"]),
            |findings, (name, w)| findings.row(name, &[*w]),
        );
        vec![findings.row("bias", &[self.b])]
    }

    fn warnings(&self, data: &Data) -> Vec<String> {
        let bipolar = |column: &ArrayView1<'_, f64>| column.iter().all(|x| x.abs() == 1.0);
        let columns = data.x.columns().into_iter().zip(&data.inputs);
        let other = columns.filter(|(column, _)| !bipolar(column));
        let other: Vec<&str> = other.map(|(_, name)| name.as_str()).collect();
        let Some(first) = other.first() else {
            return Vec::new();
        };
        let more = match other.len() {
            1 => String::new(),
            several => format!(" and {} more", several - 1),
        };
        vec![format!(
            "{first}{more} has values other than -1 and 1, for which Hebb's rule is not made: from \
             an input of 0 it learns nothing"
        )]
    }

    /// w = η Σ t x in one product, and b = η Σ t.
    fn proofs(&self, data: &Data) -> Vec<Proof> {
        let t = data.t.column(0);
        let w = data.x.t().dot(&t) * self.learning_rate;
        let b = t.sum() * self.learning_rate;
        let scale = largest(w.iter().copied().chain([b, 1.0]));
        let apart = (&w - &self.w).into_iter().chain([b - self.b]);
        let error = largest(apart) / scale;
        let (quantity, witness) = ("weights, as one product", Witness::ClosedForm);
        vec![Proof::within("these data", quantity, witness, error, 1e-12)]
    }
}

/// The four points of two bipolar inputs, with these targets.
fn points(t: [f64; 4]) -> Data {
    let x = array![[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]];
    Data::new(x, Array1::from(t.to_vec()).insert_axis(Axis(1)))
}

/// After the pass over these data.
fn learned(data: &Data) -> Hebb {
    let mut hebb = Hebb::at_zero(1.0, data);
    data.samples().for_each(|(x, t)| hebb.update(x, t[0]));
    hebb.done = true;
    hebb
}

/// The worked examples of the textbook, and all functions of two inputs.
pub fn proofs() -> Vec<Proof> {
    let published = [
        ("bipolar AND", [-1.0, -1.0, -1.0, 1.0], [2.0, 2.0, -2.0]),
        ("bipolar OR", [-1.0, 1.0, 1.0, 1.0], [2.0, 2.0, 2.0]),
        ("bipolar XOR", [-1.0, 1.0, 1.0, -1.0], [0.0, 0.0, 0.0]),
    ];
    let worked = published.map(|(on, t, wanted)| {
        let hebb = learned(&points(t));
        let found = [hebb.w[0], hebb.w[1], hebb.b];
        Proof::of(on, "weights and bias", Witness::Published, &found, &wanted)
    });
    let answers = (0..16).map(|function: u8| {
        let t = [0, 1, 2, 3].map(|bit| if function >> bit & 1 == 1 { 1.0 } else { -1.0 });
        let data = points(t);
        let y = learned(&data).predict(data.x.view());
        let wrong = y.iter().zip(t).filter(|(y, t)| *y * t <= 0.0).count();
        // Bits 1 and 2 alone, or 0 and 3: no line separates them.
        let wanted = if [0b0110, 0b1001].contains(&function) {
            4
        } else {
            0
        };
        wrong.abs_diff(wanted) as f64
    });
    let answers = Proof::within(
        "the 16 functions of two inputs",
        "answers at all four points",
        Witness::ExactEnumeration,
        answers.sum(),
        0.0,
    );
    worked.into_iter().chain([answers]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_samples_and_the_rate_do_not_matter_to_the_answer() {
        let data = points([-1.0, -1.0, -1.0, 1.0]);
        let mut backwards = data.clone();
        backwards.x.invert_axis(Axis(0));
        backwards.t.invert_axis(Axis(0));
        assert_eq!(learned(&data).weights(), learned(&backwards).weights());
        let mut slow = Hebb::at_zero(0.25, &data);
        slow.pass(&data, &|| Ok(())).unwrap();
        assert_eq!(slow.w, array![0.5, 0.5]);
        assert!(slow.proofs(&data)[0].holds());
    }

    #[test]
    fn a_state_is_restored_and_that_of_another_refused() {
        let data = points([-1.0, 1.0, 1.0, 1.0]);
        let (before, mut after) = (learned(&data), Hebb::at_zero(1.0, &data));
        assert!(!after.is_done());
        after.restore(&before.state()).unwrap();
        assert!(after.is_done());
        assert_eq!(after.state(), before.state());
        let wide = Data::new(Array2::zeros((1, 3)), Array2::zeros((1, 1)));
        let mut wide = Hebb::at_zero(1.0, &wide);
        assert!(wide.restore(&before.state()).is_err());
    }

    #[test]
    fn inputs_that_are_not_bipolar_are_told() {
        let mut data = points([-1.0, -1.0, -1.0, 1.0]);
        assert!(learned(&data).warnings(&data).is_empty());
        data.x[[0, 1]] = 0.0;
        let warnings = learned(&data).warnings(&data);
        assert!(
            warnings[0].starts_with("x2 has values other than -1 and 1"),
            "{warnings:?}"
        );
    }

    #[test]
    fn a_pass_can_be_interrupted() {
        let data = points([-1.0, -1.0, -1.0, 1.0]);
        let mut hebb = Hebb::at_zero(1.0, &data);
        let stopped = hebb.pass(&data, &|| Err(Stop::Interrupted));
        assert!(matches!(stopped, Err(Stop::Interrupted)) && !hebb.is_done());
    }
}
