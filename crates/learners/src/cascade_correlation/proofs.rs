//! The rows of the proof of cascade-correlation.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use spec::learners::CascadeCorrelationSpec;

use super::network::{self, Errors, derivative, outputs, respond};
use super::{CascadeCorrelation, candidate, output_slopes};
use crate::proof::largest;
use crate::{Data, Learner, Proof, Witness};

/// Candidates whose slopes are held against something.
pub(super) const CANDIDATES: usize = 3;

impl CascadeCorrelation {
    /// Both slopes from differences; values and errors computed again from what was frozen.
    pub(super) fn proofs_on(&self, on: &str, data: &Data) -> Vec<Proof> {
        let t = &data.t.t() - 0.5;
        let values = self.network.values(data.x.view());
        let row = |quantity, witness, error, tolerance| {
            Proof::within(on, quantity, witness, error, tolerance)
        };
        vec![
            row(
                "slope of S, from differences",
                Witness::ClosedForm,
                self.slope_of_score(values.view(), t.view()),
                1e-8,
            ),
            row(
                "slope of the outputs, from differences",
                Witness::ClosedForm,
                self.slope_of_outputs(values.view(), t.view()),
                1e-8,
            ),
            row(
                "outputs, sample by sample",
                Witness::Invariant,
                self.sample_by_sample(data),
                1e-12,
            ),
            row(
                "squared error after each turn, from the frozen units",
                Witness::Invariant,
                self.errors_again(values.view(), t.view()),
                0.0,
            ),
        ]
    }

    /// How far ∂S/∂w of some candidates is from central differences of S.
    fn slope_of_score(&self, values: ArrayView2<'_, f64>, t: ArrayView2<'_, f64>) -> f64 {
        let errors = Errors::of(&outputs(self.network.output.view(), values), t);
        let residual = self.residual(&errors);
        let covariance = |weight: ArrayView1<'_, f64>| {
            candidate::covariance(&respond(weight, values), residual.view())
        };
        let pool = self.pool(values, residual.view()).into_iter();
        largest(pool.take(CANDIDATES).map(|candidate| {
            let signs = candidate.covariance.mapv(f64::signum);
            let value = respond(candidate.weight.view(), values);
            let slope = candidate::slope(&value, signs.view(), values, residual.view());
            // The sum without the bars: they have no slope where a covariance is 0.
            let score = |w: ArrayView1<'_, f64>| -signs.dot(&covariance(w));
            far_from_differences(&candidate.weight, &slope, values, score)
        }))
    }

    /// How far the slopes of the outputs, without the 0.1 in their derivative, are from central
    /// differences of ½ Σ (y − t)².
    fn slope_of_outputs(&self, values: ArrayView2<'_, f64>, t: ArrayView2<'_, f64>) -> f64 {
        let y = outputs(self.network.output.view(), values);
        let errors = Errors::of(&y, t);
        let slopes = output_slopes((&errors.raw * &y.mapv(derivative)).view(), values);
        let of_output = |o: usize| {
            let half = |weight: ArrayView1<'_, f64>| {
                let errors = respond(weight, values) - t.row(o);
                0.5 * errors.dot(&errors) / t.ncols() as f64
            };
            let weight = self.network.output.row(o).to_owned();
            let slope = &slopes.row(o) / t.ncols() as f64;
            far_from_differences(&weight, &slope, values, half)
        };
        largest((0..t.nrows()).map(of_output))
    }

    /// How far the outputs are from plain sums, sample by sample and unit by unit.
    fn sample_by_sample(&self, data: &Data) -> f64 {
        let dot = |w: ArrayView1<'_, f64>, v: &[f64]| -> f64 {
            w.iter().zip(v).map(|(w, v)| w * v).sum()
        };
        let answers = self.predict(data.x.view());
        let far = data
            .x
            .rows()
            .into_iter()
            .zip(answers.rows())
            .map(|(x, answer)| {
                let mut v = vec![1.0];
                v.extend(x);
                for weight in &self.network.hidden {
                    v.push(network::sigmoid(dot(weight.view(), &v)));
                }
                let outputs = self.network.output.rows().into_iter();
                let y = outputs.map(|weight| network::sigmoid(dot(weight, &v)) + 0.5);
                largest(y.zip(answer).map(|(y, answer)| y - answer))
            });
        largest(far)
    }

    /// How far the squared errors that were recorded after each turn are from those of the same
    /// output weights over the units as they are now: a frozen weight that had changed would show.
    fn errors_again(&self, values: ArrayView2<'_, f64>, t: ArrayView2<'_, f64>) -> f64 {
        largest(self.turns.iter().map(|turn| {
            let again = Errors::of(&outputs(turn.output.view(), values), t);
            again.squared - turn.squared
        }))
    }
}

/// The largest distance of slopes from central differences of a function of these weights, each
/// relative to the largest value that its weight is multiplied by.
fn far_from_differences(
    weight: &Array1<f64>,
    slope: &Array1<f64>,
    values: ArrayView2<'_, f64>,
    function: impl Fn(ArrayView1<'_, f64>) -> f64,
) -> f64 {
    largest((0..weight.len()).map(|i| {
        let size = largest(values.row(i).iter().copied()).max(f64::MIN_POSITIVE);
        let h = 1e-5 / size;
        let moved = |h: f64| {
            let mut weight = weight.clone();
            weight[i] += h;
            function(weight.view())
        };
        ((moved(h) - moved(-h)) / (2.0 * h) - slope[i]) / size
    }))
}

/// All strings of so many bits, as the report has them: ±½, and 1 where an odd number of them is
/// on.
pub(super) fn parity(bits: usize) -> Data {
    let on = |row: usize, bit: usize| (row >> bit & 1) as f64;
    let rows = 1 << bits;
    let x = Array2::from_shape_fn((rows, bits), |(row, bit)| on(row, bit) - 0.5);
    let t = Array2::from_shape_fn((rows, 1), |(row, _)| (row.count_ones() % 2) as f64);
    Data::new(x, t)
}

/// Three classes around a point, four samples each, one output a class.
pub(super) fn three_classes() -> Data {
    let x = Array2::from_shape_fn((12, 2), |(n, axis)| {
        let angle = n as f64 * std::f64::consts::TAU / 12.0;
        if axis == 0 { angle.sin() } else { angle.cos() }
    });
    let t = Array2::from_shape_fn((12, 3), |(n, class)| f64::from(u8::from(n % 3 == class)));
    Data::new(x, t)
}

/// After all passes over these data.
pub(super) fn learned(settings: &CascadeCorrelationSpec, data: &Data) -> CascadeCorrelation {
    let learner = CascadeCorrelation::new(settings, data);
    let mut learner = learner.expect("any classes can be learned");
    while !learner.is_done() && learner.pass(data, &|| Ok(())).is_ok() {}
    learner
}

/// Parity of four bits and three classes, learned to the end: every case is right.
pub fn proofs() -> Vec<Proof> {
    let sets = [
        ("parity of four bits", parity(4)),
        ("three classes", three_classes()),
    ];
    let rows = sets.iter().flat_map(|(on, data)| {
        let learner = learned(&CascadeCorrelationSpec::default(), data);
        let answers = learner
            .predict(data.x.view())
            .mapv(|y| f64::from(u8::from(y > 0.5)));
        let wrong = answers.iter().zip(&data.t).filter(|(y, t)| y != t).count() as f64;
        let answers = Proof::within(on, "wrong answers", Witness::ExactEnumeration, wrong, 0.0);
        [vec![answers], learner.proofs_on(on, data)].concat()
    });
    rows.collect()
}
