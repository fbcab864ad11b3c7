//! Interpolation, clusters and selections, each against what must hold of it.

use ndarray::{Array2, Axis, concatenate};

use super::k_means::{k_means, plus_plus};
use super::orthogonal_least_squares::orthogonal_least_squares;
use crate::proof::largest;
use crate::ridge::{Block, Ridge};
use crate::winners::{nearest_two, squared_distance};
use crate::{Data, Proof, Stop, Tick, Witness};

/// Fisher's irises, as they ship.
const IRIS: &str = include_str!("../../../datasets/data/csv/iris.csv");

/// scikit-learn's centres of three clusters of [`iris`] from its samples 0, 50 and 100
/// (`benches/peers/k_means.py` prints them).
const SCIKIT_LEARN: [[f64; 4]; 3] = [
    [5.006, 3.428, 1.462, 0.246],
    [
        5.901_612_903_225_806,
        2.748_387_096_774_194,
        4.393_548_387_096_774,
        1.433_870_967_741_935,
    ],
    [
        6.85,
        3.073_684_210_526_316,
        5.742_105_263_157_894,
        2.071_052_631_578_947,
    ],
];

/// What layer `rbf` takes from its training data.
pub(crate) fn proofs() -> Vec<Proof> {
    let mut proofs = of_k_means();
    proofs.push(published());
    proofs.extend(of_sine());
    proofs.push(selection());
    proofs
}

/// Nobody interrupts a proof.
pub(super) const QUIET: Tick<'static> = &|| Ok::<(), Stop>(());

/// 150 irises of 4 numbers.
pub(super) fn iris() -> Array2<f64> {
    let rows = IRIS.lines().skip(1);
    let numbers = rows.flat_map(|row| row.split(',').take(4).filter_map(|x| x.parse().ok()));
    let numbers: Vec<f64> = numbers.collect();
    Array2::from_shape_fn((numbers.len() / 4, 4), |(i, j)| numbers[4 * i + j])
}

/// A period of a sine at so many points.
pub(super) fn sine(samples: usize) -> Data {
    let along = |(i, _)| (2.0 * i as f64 / (samples - 1) as f64 - 1.0) * std::f64::consts::PI;
    let x = Array2::from_shape_fn((samples, 1), along);
    let t = x.mapv(f64::sin);
    Data::new(x, t)
}

/// What Gaussian units with this β at the centres answer.
pub(super) fn answers(x: &Array2<f64>, centers: &Array2<f64>, beta: f64) -> Array2<f64> {
    Array2::from_shape_fn((x.nrows(), centers.nrows()), |(n, j)| {
        (-beta * squared_distance(x.row(n), centers.row(j))).exp()
    })
}

/// Lloyd's rule on irises, from k-means++.
fn of_k_means() -> Vec<Proof> {
    let (on, x) = ("k_means, iris in 8", iris());
    let mut rng = contract::Streams::new(1).stream("proof");
    let Ok(begun) = plus_plus(x.view(), 8, &mut rng) else {
        return Vec::new();
    };
    let Ok(found) = k_means(x.view(), begun, 100, QUIET) else {
        return Vec::new();
    };
    let rises = found
        .inertia
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).max(0.0));
    let rises = Proof::within(
        on,
        "rise of the inertia from pass to pass",
        Witness::Invariant,
        largest(rises),
        1e-12,
    );
    let of_cluster = |cluster: usize| {
        let rows = (0..x.nrows()).filter(|&n| found.labels[n] == cluster);
        let rows = x.select(Axis(0), &rows.collect::<Vec<_>>());
        rows.mean_axis(Axis(0)).unwrap_or_default().to_vec()
    };
    let means: Vec<f64> = (0..8).flat_map(of_cluster).collect();
    let centers: Vec<f64> = found.centers.iter().copied().collect();
    let quantity = "each centre, the mean of its samples";
    let means = Proof::of(on, quantity, Witness::Invariant, &centers, &means);
    let nearest = x
        .rows()
        .into_iter()
        .map(|x| nearest_two(x, found.centers.view(), 0..8).first);
    let nearest: Vec<f64> = nearest.map(|label| label as f64).collect();
    let labels: Vec<f64> = found.labels.iter().map(|&label| label as f64).collect();
    let quantity = "the cluster of each sample, the nearest";
    let nearest = Proof::of(on, quantity, Witness::ExactEnumeration, &labels, &nearest);
    vec![rises, means, nearest]
}

/// scikit-learn from the same centres.
fn published() -> Proof {
    let x = iris();
    let begun = x.select(Axis(0), &[0, 50, 100]);
    let found = k_means(x.view(), begun, 100, QUIET).map(|found| found.centers);
    let found: Vec<f64> =
        found.map_or_else(|_| Vec::new(), |found| found.iter().copied().collect());
    let wanted = SCIKIT_LEARN.as_flattened();
    Proof::of(
        "k_means, iris in 3",
        "scikit-learn's centres",
        Witness::Published,
        &found,
        wanted,
    )
    .tolerance(1e-9)
}

/// A sine through units at all samples, and with a ridge through some.
fn of_sine() -> Vec<Proof> {
    let (data, beta) = (sine(24), 6.0);
    let phi = answers(&data.x, &data.x, beta);
    let interpolated = weights(&phi, &data.t, 0.0).map(|w| phi.dot(&w) - &data.t);
    let error = interpolated.map_or(f64::INFINITY, largest);
    let exact = Proof::within(
        "24 points of a sine",
        "interpolation with a unit at each",
        Witness::ClosedForm,
        error,
        1e-10,
    );
    let centers = data.x.select(Axis(0), &[2, 7, 12, 17, 22]);
    let (phi, ridge) = (answers(&data.x, &centers, beta), 1e-3);
    let gradient = weights(&phi, &data.t, ridge).map(|w| {
        let left = phi.dot(&w) - &data.t;
        phi.t().dot(&left) + ridge * w
    });
    let error = gradient.map_or(f64::INFINITY, largest);
    let quantity = "Φᵀ(ΦW − T) + λW of the output weights";
    let ridge = Proof::within("5 units, ridge", quantity, Witness::Invariant, error, 1e-12);
    vec![exact, ridge]
}

/// Output weights `[M, 1]` without a bias.
fn weights(phi: &Array2<f64>, t: &Array2<f64>, ridge: f64) -> Option<Array2<f64>> {
    let mut fit = Ridge::new(phi.ncols(), 1, false, ridge);
    fit.take(&Block::new(phi.view(), t.view(), false));
    let (weight, _) = fit.solve().ok()?;
    Some(weight.reversed_axes())
}

/// Each unit that orthogonal least squares adds, against all others in its place.
fn selection() -> Proof {
    let (data, beta, units) = (sine(16), 2.0, 5);
    let error_of = |chosen: &[usize]| {
        let centers = data.x.select(Axis(0), chosen);
        let phi = answers(&data.x, &centers, beta);
        let phi = concatenate![Axis(1), phi, Array2::ones((16, 1))];
        let left = weights(&phi, &data.t, 0.0).map(|w| phi.dot(&w) - &data.t);
        left.map_or(f64::INFINITY, |left| left.iter().map(|d| d * d).sum())
    };
    let mean = data.t.mean().unwrap_or_default();
    let all: f64 = data.t.iter().map(|t| (t - mean).powi(2)).sum();
    let (mut found, mut wanted) = (Vec::new(), Vec::new());
    if let Ok(selection) = orthogonal_least_squares(&data, beta, units, QUIET) {
        for count in 0..units {
            let chosen = &selection.samples[..count];
            let candidates = (0..16).filter(|n| !chosen.contains(n));
            let errors = candidates.map(|n| error_of(&[chosen, &[n]].concat()));
            wanted.push(errors.fold(f64::INFINITY, f64::min) / all);
            found.push(1.0 - selection.ratios[..=count].iter().sum::<f64>());
        }
    }
    let quantity = "error left after each of 5 units";
    let witness = Witness::ExactEnumeration;
    match found.is_empty() {
        true => Proof::within("", quantity, witness, f64::INFINITY, 0.0),
        false => Proof::of(
            "orthogonal_least_squares, 16 points of a sine",
            quantity,
            witness,
            &found,
            &wanted,
        ),
    }
}
