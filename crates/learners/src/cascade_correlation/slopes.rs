//! The slopes that candidates and outputs learn by, as gradients.

use contract::{Criterion, NamedTensors};
use ndarray::{ArrayD, ArrayView2};
use spec::learners::CascadeCorrelationSpec;

use super::network::{Errors, derivative, outputs, respond};
use super::proofs::{CANDIDATES, learned, parity, three_classes};
use super::{CascadeCorrelation, candidate, output_slopes};
use crate::{Data, Slope};

impl CascadeCorrelation {
    /// Those of some new candidates, and of the outputs.
    pub(super) fn slopes_on(&self, on: &str, data: &Data) -> Vec<Slope> {
        let t = &data.t.t() - 0.5;
        let values = self.network.values(data.x.view());
        let y = outputs(self.network.output.view(), values.view());
        let errors = Errors::of(&y, t.view());
        let mut slopes = self.of_candidates(on, values.view(), &errors);
        // Without the 0.1 in the derivative.
        let slope = output_slopes((&errors.raw * &y.mapv(derivative)).view(), values.view());
        slopes.push(Slope {
            on: on.into(),
            quantity: "slope of the outputs".into(),
            at: weight(self.network.output.clone().into_dyn()),
            gradient: weight(slope.into_dyn()),
            criterion: Criterion::Outputs { values, targets: t },
            tolerance: 1e-12,
        });
        slopes
    }

    fn of_candidates(&self, on: &str, values: ArrayView2<'_, f64>, errors: &Errors) -> Vec<Slope> {
        let residual = self.residual(errors);
        let pool = self.pool(values, residual.view()).into_iter();
        let of_candidate = |(number, unit): (usize, candidate::Candidate)| {
            let value = respond(unit.weight.view(), values);
            let signs = unit.covariance.mapv(f64::signum);
            let slope = candidate::slope(&value, signs.view(), values, residual.view());
            Slope {
                on: on.into(),
                quantity: format!("slope of S, candidate {}", number + 1),
                criterion: Criterion::Candidate {
                    values: values.to_owned(),
                    errors: self.correlated(errors).clone(),
                },
                at: weight(unit.weight.into_dyn()),
                gradient: weight(slope.into_dyn()),
                tolerance: 1e-12,
            }
        };
        pool.take(CANDIDATES)
            .enumerate()
            .map(of_candidate)
            .collect()
    }
}

fn weight(weight: ArrayD<f64>) -> NamedTensors<f64> {
    let mut named = NamedTensors::default();
    named.insert("weight", weight);
    named
}

/// Parity of four bits and three classes, learned to the end.
pub fn slopes() -> Vec<Slope> {
    let sets = [
        ("parity of four bits", parity(4)),
        ("three classes", three_classes()),
    ];
    let of_set = |(on, data): &(&str, Data)| {
        learned(&CascadeCorrelationSpec::default(), data).slopes_on(on, data)
    };
    sets.iter().flat_map(of_set).collect()
}
