//! The rows of the proof of a Boltzmann machine.

use contract::Streams;
use ndarray::{Array2, ArrayView2, Axis, array};
use rand::RngExt;
use spec::learners::Connect;

use super::machine::Machine;
use crate::proof::largest;
use crate::{Proof, Witness};

/// Chi-square with 7 degrees of freedom is above this once in a thousand times.
const CHI_SQUARE_7: f64 = 24.32;
/// States that are counted.
const SAMPLES: usize = 20_000;
/// Units of time between two of them.
const APART: usize = 10;

impl Machine {
    /// Weights that are the same both ways, and none where units do not see each other.
    pub(super) fn is_symmetric(&self, on: &str) -> Proof {
        let asymmetric = (&self.w - &self.w.t()).into_iter();
        let missing = self.w.indexed_iter();
        let missing = missing.map(|(at, w)| if self.connected[at] == 0.0 { *w } else { 0.0 });
        let error = largest(asymmetric.chain(missing).chain(self.w.diag().to_owned()));
        let quantity = "symmetric weights, none where there is no connection";
        Proof::within(on, quantity, Witness::Invariant, error, 0.0)
    }

    /// −(p − p′) / T against central differences of G, for each weight and bias.
    pub(super) fn gradient_is_that_of_g(
        &self,
        on: &str,
        vectors: ArrayView2<'_, f64>,
        temperature: f64,
    ) -> Proof {
        let difference = self.exact_difference(vectors, temperature);
        let h = 1e-5 * temperature;
        let units = self.units();
        let pairs = (0..units).flat_map(|i| (0..=i).map(move |j| (i, j)));
        let errors = pairs.filter(|&at| self.connected[at] != 0.0).map(|(i, j)| {
            let g = |h| {
                let mut change = Array2::zeros((units, units));
                (change[[i, j]], change[[j, i]]) = (h, h);
                let mut moved = self.clone();
                moved.add(&change);
                moved.divergence(vectors, temperature)
            };
            (g(h) - g(-h)) / (2.0 * h) * temperature + difference[[i, j]]
        });
        let quantity = "(p - p')/T, from differences of G";
        Proof::within(
            on,
            quantity,
            Witness::ExactEnumeration,
            largest(errors),
            1e-8,
        )
    }

    /// One probe of a unit drawn at random leaves the distribution over all states as it is; and it
    /// leads from each state to each other as often as back.
    pub(super) fn keeps_its_distribution(&self, on: &str, temperature: f64) -> [Proof; 2] {
        let units = self.units();
        let (logs, _) = self.log_distribution(temperature);
        let p: Vec<f64> = logs.iter().map(|log| log.exp()).collect();
        // How often a probe leads from one state (rows) to another.
        let mut there = Array2::zeros((p.len(), p.len()));
        for (state, p) in p.iter().enumerate() {
            let bit = |unit: usize| state >> (units - 1 - unit) & 1;
            let s: Vec<f64> = (0..units).map(|unit| bit(unit) as f64).collect();
            for unit in 0..units {
                let chance = self.probability(&s, unit, temperature);
                let mask = 1 << (units - 1 - unit);
                there[[state, state | mask]] += p * chance / units as f64;
                there[[state, state & !mask]] += p * (1.0 - chance) / units as f64;
            }
        }
        let after = there.sum_axis(Axis(0));
        let row =
            |quantity, error| Proof::within(on, quantity, Witness::ExactEnumeration, error, 1e-14);
        let kept = largest(after.iter().zip(&p).map(|(after, p)| after - p));
        let balance = largest(&there - &there.t());
        [
            row("distribution kept by a probe, all states", kept),
            row("detailed balance of a probe, all pairs of states", balance),
        ]
    }

    /// How often each state is met by probes, against its probability: chi-square.
    pub(super) fn frequencies(&self, temperature: f64, streams: Streams) -> f64 {
        let mut rng = streams.stream("frequencies");
        let mut s = self.random_state(&mut rng);
        self.anneal(&[(100, temperature)], 0, &mut s, &mut rng);
        let mut counts = vec![0_u32; 1 << self.units()];
        for _ in 0..SAMPLES {
            self.anneal(&[(APART, temperature)], 0, &mut s, &mut rng);
            let state = s
                .iter()
                .fold(0, |state, &on| 2 * state + usize::from(on > 0.5));
            counts[state] += 1;
        }
        let (logs, _) = self.log_distribution(temperature);
        let terms = counts.iter().zip(logs).map(|(&count, log)| {
            let expected = SAMPLES as f64 * log.exp();
            (f64::from(count) - expected).powi(2) / expected
        });
        terms.sum()
    }
}

/// Three units whose energies can be added up by hand.
pub(super) fn three_units() -> Machine {
    let mut machine = Machine::new(2, 1, Connect::Full);
    machine.add(&array![
        [0.5, 2.0, -1.0],
        [2.0, -0.5, 0.5],
        [-1.0, 0.5, 0.0]
    ]);
    machine
}

/// Units with weights drawn between -3 and 3.
pub(super) fn drawn(visible: usize, hidden: usize, connect: Connect) -> Machine {
    let mut machine = Machine::new(visible, hidden, connect);
    let mut rng = Streams::new(1).stream("machine");
    let units = visible + hidden;
    let half = Array2::from_shape_simple_fn((units, units), || rng.random_range(-1.5..1.5));
    machine.add(&(&half + &half.t()));
    machine
}

/// The vectors of an encoder: the same one of its units in both groups, `[N, 2N]`.
pub(super) fn encoder(size: usize) -> Array2<f64> {
    Array2::from_shape_fn((size, 2 * size), |(row, unit)| {
        f64::from(u8::from(unit % size == row))
    })
}

/// Three units, in figures of another program; drawn machines; the beginning of 4-2-4.
pub fn proofs() -> Vec<Proof> {
    let three = three_units();
    let on = "three units";
    let exact = |quantity, found: &[f64], wanted: &[f64]| {
        Proof::of(on, quantity, Witness::ExactEnumeration, found, wanted)
    };
    let energies = [0.0, 0.0, 0.5, 0.0, -0.5, 0.5, -2.0, -1.5];
    let (logs, log_z) = three.log_distribution(1.0);
    let p: Vec<f64> = logs.iter().map(|log| log.exp()).collect();
    let statistics = three.statistics(&p);
    let means = [0.7966149717260693, 0.760031283291889, 0.3997297974788503];
    let (cooler, log_z_2) = three.log_distribution(2.0);
    let chi_square = three.frequencies(1.0, Streams::new(1));
    let mut proofs = vec![
        exact("energies", &three.energies(), &energies),
        exact("Z at T = 1", &[log_z.exp()], &[17.73252775939411]),
        exact("P(110) at T = 1", &[p[6]], &[0.41669502505169753]),
        exact("means", &statistics.diag().to_vec(), &means),
        exact("both on", &[statistics[[0, 1]]], &[0.669433333495276]),
        exact("Z at T = 2", &[log_z_2.exp()], &[10.67690882790227]),
        exact(
            "P(110) at T = 2",
            &[cooler[6].exp()],
            &[0.25459445915237955],
        ),
        Proof::within(
            on,
            "chi-square of sampled states",
            Witness::ExactEnumeration,
            chi_square,
            CHI_SQUARE_7,
        ),
    ];
    proofs.extend(three.keeps_its_distribution(on, 1.0));
    let drawn = |hidden, connect| drawn(4, hidden, connect);
    for connect in [Connect::Full, Connect::Encoder, Connect::Restricted] {
        let on = format!("six drawn units, {connect:?}").to_lowercase();
        proofs.extend(drawn(2, connect).keeps_its_distribution(&on, 1.5));
        let vectors = encoder(2);
        proofs.push(drawn(2, connect).gradient_is_that_of_g(&on, vectors.view(), 1.5));
    }
    let start = Machine::new(8, 2, Connect::Encoder);
    let g = start.divergence(encoder(4).view(), 10.0);
    let wanted = 256_f64.ln() - 4_f64.ln();
    let row = Proof::of(
        "4-2-4",
        "G of no weights",
        Witness::ClosedForm,
        &[g],
        &[wanted],
    );
    proofs.push(row);
    proofs
}
