//! −(p − p′) / T as the gradient of G, over all states.

use contract::{Criterion, NamedTensors};
use ndarray::{Array2, ArrayView2, Axis, concatenate, s};
use spec::learners::Connect;

use super::machine::Machine;
use super::proofs::{drawn, encoder};
use crate::Slope;

/// Of so many units all states are differentiated.
const FEW_UNITS: usize = 16;

impl Machine {
    /// Of weights above the diagonal and biases; none of many units.
    pub(super) fn slope(
        &self,
        on: &str,
        vectors: ArrayView2<'_, f64>,
        temperature: f64,
    ) -> Option<Slope> {
        let units = self.units();
        if units > FEW_UNITS {
            return None;
        }
        let states = Array2::from_shape_fn((1 << units, units), |(state, unit)| {
            (state >> (units - 1 - unit) & 1) as f64
        });
        let of_vector = |v| {
            let first = self.first_state(v);
            states.slice(s![first..first + (1 << self.hidden()), ..])
        };
        let clamped: Vec<_> = vectors.rows().into_iter().map(of_vector).collect();
        let clamped = concatenate(Axis(0), &clamped).expect("at least one vector");
        let slopes = self.exact_difference(vectors, temperature) / -temperature;
        let above = |(i, j)| if i < j { slopes[[i, j]] } else { 0.0 };
        let named = |weight: Array2<f64>, bias: ndarray::Array1<f64>| {
            let mut named = NamedTensors::default();
            named.insert("weight", weight.into_dyn());
            named.insert("bias", bias.into_dyn());
            named
        };
        Some(Slope {
            on: on.into(),
            quantity: "-(p - p')/T, as the gradient of G".into(),
            gradient: named(
                Array2::from_shape_fn((units, units), above),
                slopes.diag().to_owned(),
            ),
            at: named(self.w.clone(), self.b.clone()),
            criterion: Criterion::Boltzmann {
                clamped,
                states,
                vectors: vectors.nrows(),
                temperature,
            },
            tolerance: 1e-12,
        })
    }
}

/// Drawn machines with each kind of connections, and one of ten units.
pub fn slopes() -> Vec<Slope> {
    let kinds = [Connect::Full, Connect::Encoder, Connect::Restricted];
    let six = kinds.into_iter().filter_map(|connect| {
        let on = format!("six drawn units, {connect:?}").to_lowercase();
        drawn(4, 2, connect).slope(&on, encoder(2).view(), 1.5)
    });
    let ten = drawn(8, 2, Connect::Encoder).slope("4-2-4, drawn", encoder(4).view(), 10.0);
    six.chain(ten).collect()
}
