//! The network: frozen hidden units, each behind all before it, and the outputs over all of them.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, s};

/// Added to the derivative of an output, so that one that is wrong at the end of its range still
/// learns; candidates do without, since it would falsify what they correlate with.
pub const OFFSET: f64 = 0.1;
/// An output is right within this of its target.
const RIGHT: f64 = 0.4;

/// Weights of the hidden units and of the outputs.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Of each hidden unit `[1 + D + h]`: bias, inputs, the h units before it. Never changed again.
    pub hidden: Vec<Array1<f64>>,
    /// `[K, 1 + D + H]`
    pub output: Array2<f64>,
}

/// f(z) = 1 / (1 + e⁻ᶻ) − ½.
pub fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp()) - 0.5
}

/// f′(z) = ¼ − f².
pub fn derivative(f: f64) -> f64 {
    0.25 - f * f
}

/// What a unit with these weights answers to each sample `[N]`, given the values of all before it.
pub fn respond(weight: ArrayView1<'_, f64>, values: ArrayView2<'_, f64>) -> Array1<f64> {
    let mut z = Array1::zeros(values.ncols());
    for (&w, value) in weight.iter().zip(values.rows()) {
        z.scaled_add(w, &value);
    }
    z.mapv_into(sigmoid)
}

impl Network {
    /// Values of bias, inputs and hidden units, `[1 + D + H, N]`.
    pub fn values(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let inputs = 1 + x.ncols();
        let mut values = Array2::ones((inputs + self.hidden.len(), x.nrows()));
        values.slice_mut(s![1..inputs, ..]).assign(&x.t());
        for (h, weight) in self.hidden.iter().enumerate() {
            let value = respond(weight.view(), values.slice(s![..inputs + h, ..]));
            values.row_mut(inputs + h).assign(&value);
        }
        values
    }
}

/// Outputs `[K, N]` of output weights `[K, U]`, of which the values may have more rows.
pub fn outputs(weight: ArrayView2<'_, f64>, values: ArrayView2<'_, f64>) -> Array2<f64> {
    let values = values.slice(s![..weight.ncols(), ..]);
    let mut y = Array2::zeros((weight.nrows(), values.ncols()));
    for (mut y, weight) in y.rows_mut().into_iter().zip(weight.rows()) {
        y.assign(&respond(weight, values));
    }
    y
}

/// What the outputs are away from their targets.
pub struct Errors {
    /// y − t, `[K, N]`.
    pub raw: Array2<f64>,
    /// (y − t) (f′ + 0.1), `[K, N]`.
    pub times_derivative: Array2<f64>,
    /// Outputs that are not within 0.4 of their target.
    pub wrong: usize,
    /// Σ (y − t)².
    pub squared: f64,
}

impl Errors {
    /// Those of outputs `[K, N]`.
    pub fn of(y: &Array2<f64>, t: ArrayView2<'_, f64>) -> Self {
        let raw = y - &t;
        Self {
            times_derivative: &raw * &y.mapv(|y| derivative(y) + OFFSET),
            // What is no number is not right either.
            wrong: raw.len() - raw.iter().filter(|e| e.abs() < RIGHT).count(),
            squared: raw.iter().map(|e| e * e).sum(),
            raw,
        }
    }
}
