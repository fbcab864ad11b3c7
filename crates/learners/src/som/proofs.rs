//! The rows of the proof of a self-organising map.

mod minisom;

use ndarray::{Array1, Array2, ArrayView1, Axis, array};
use spec::learners::{Neighborhood, SampleOrder, SomRule, SomSpec, Topology};

use super::{Som, neighborhood};
use crate::winners::{nearest_two, squared_distance, winners};
use crate::{Data, Learner, Proof, Witness};
pub(super) use minisom::{iris, iris_map};

/// Samples and units of a config's data that are looked at one by one.
const LOOKED_AT: usize = 50;

impl Som {
    /// What must hold with any weights: winners, a step of the online rule, and one of the batch
    /// rule, each against its definition.
    pub(super) fn proofs_on(&self, on: &str, data: &Data) -> Vec<Proof> {
        let mut proofs = vec![self.winners_agree(on, data)];
        proofs.extend(self.step_agrees(on, data));
        if self.settings.neighborhood != Neighborhood::MexicanHat {
            proofs.push(self.batch_agrees(on, data));
        }
        proofs
    }

    /// The winners that a product of matrices finds, against all units one by one.
    fn winners_agree(&self, on: &str, data: &Data) -> Proof {
        let x = data.x.select(Axis(0), &first(data.len()));
        let found = winners(x.view(), self.w.view());
        let one_by_one = |x| nearest_two(x, self.w.view(), 0..self.units());
        let wrong = x.rows().into_iter().zip(found);
        let wrong = wrong.filter(|(x, found)| one_by_one(*x) != *found).count();
        let quantity = "winners, by one product";
        Proof::within(on, quantity, Witness::ExactEnumeration, wrong as f64, 0.0)
    }

    /// A step towards the first sample is −η times the gradient of ½ Σ h |x − w|² with the winner
    /// held fixed, by central differences; and it takes no unit away from the sample.
    fn step_agrees(&self, on: &str, data: &Data) -> Vec<Proof> {
        let x = data.x.row(0);
        let mut after = self.w.clone();
        self.step(&mut after, x, 0.0);
        let winner = nearest_two(x, self.w.view(), 0..self.units()).first;
        let (rate, radius) = (self.settings.learning_rate[0], self.settings.radius[0]);
        let h = |unit: usize| {
            let squared = self.sheet.squared[[winner, unit]];
            neighborhood(self.settings.neighborhood, squared, radius)
        };
        // Units whose energy is looked at; that of each depends on its own weights alone.
        let (mut moved, mut wanted) = (Vec::new(), Vec::new());
        for unit in first(self.units()) {
            for input in first(x.len()) {
                let energy = |w: f64| 0.5 * h(unit) * (x[input] - w).powi(2);
                let w = self.w[[unit, input]];
                let slope = energy(w + 0.5) - energy(w - 0.5);
                moved.push(after[[unit, input]] - w);
                wanted.push(-rate * slope);
            }
        }
        let quantity = "a step, by differences of its energy";
        let step = Proof::of(on, quantity, Witness::ClosedForm, &moved, &wanted);
        let step = step.tolerance(1e-10);
        if self.settings.neighborhood == Neighborhood::MexicanHat {
            return vec![step];
        }
        let distance = |w: &Array2<f64>, unit: usize| squared_distance(x, w.row(unit));
        let away = |&unit: &usize| {
            let before = distance(&self.w, unit);
            distance(&after, unit) > before * (1.0 + 1e-12)
        };
        let away = (0..self.units()).filter(away).count() as f64;
        let quantity = "units that a step takes away from its sample";
        let never_away = Proof::within(on, quantity, Witness::Invariant, away, 0.0);
        vec![step, never_away]
    }

    /// A step of the batch rule, against the means as they are written, sample by sample.
    fn batch_agrees(&self, on: &str, data: &Data) -> Proof {
        let radius = self.settings.radius[1];
        let won = winners(data.x.view(), self.w.view());
        let by_products = self.batch(data, &won, radius);
        let (mut found, mut wanted) = (Vec::new(), Vec::new());
        for unit in first(self.units()) {
            let (mut sum, mut weight) = (Array1::zeros(data.x.ncols()), 0.0);
            for (x, won) in data.x.rows().into_iter().zip(&won) {
                let squared = self.sheet.squared[[won.first, unit]];
                let h = neighborhood(self.settings.neighborhood, squared, radius);
                sum.scaled_add(h, &x);
                weight += h;
            }
            if weight > super::REACHED {
                found.extend(by_products.row(unit));
                wanted.extend(sum / weight);
            }
        }
        let quantity = "a step for all samples at once, as the mean of each unit";
        let agrees = Proof::of(on, quantity, Witness::ClosedForm, &found, &wanted);
        agrees.tolerance(1e-10)
    }
}

/// The first of so many, as far as they are looked at.
fn first(count: usize) -> Vec<usize> {
    (0..count.min(LOOKED_AT)).collect()
}

/// A map after all its passes.
pub(super) fn learned(mut som: Som, data: &Data) -> Som {
    while !som.is_done() {
        // Nobody asks to stop, and all numbers are finite.
        let _ = som.pass(data, &|| Ok(()));
    }
    som
}

/// A line of three units over two inputs, and the two samples that it takes in turn.
pub(super) fn line() -> (Som, Data) {
    let settings = SomSpec {
        grid: [1, 3],
        radius: [1.0, 1.0],
        learning_rate: [0.5, 0.5],
        passes: 1,
        order: SampleOrder::Given,
        ..SomSpec::default()
    };
    let x = array![[0.9, 0.2], [0.1, 0.8]];
    let data = Data::new(x.clone(), x);
    let w = array![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]];
    (Som::with_weights(&settings, &data, w), data)
}

/// Two steps of the line, by hand.
fn line_by_hand() -> Vec<Proof> {
    let (som, data) = line();
    let mut w = som.w.clone();
    let on = "three units, two samples";
    let wanted = [
        [
            0.27293879687068506,
            0.06065306597126335,
            0.95,
            0.1,
            0.27293879687068506,
            0.7573877361149466,
        ],
        [
            0.26123643634213844,
            0.11068292933471349,
            0.6922244696221307,
            0.3122857308994217,
            0.18646939843534255,
            0.7786938680574733,
        ],
    ];
    let mut proofs = Vec::new();
    for (step, wanted) in wanted.iter().enumerate() {
        som.step(&mut w, data.x.row(step), 0.0);
        let found: Vec<f64> = w.iter().copied().collect();
        let quantity = format!("weights after step {}", step + 1);
        let proof = Proof::of(on, &quantity, Witness::ClosedForm, &found, wanted);
        proofs.push(proof.tolerance(1e-15));
    }
    proofs
}

/// A step of k-means, as it is written: each center goes to the mean of the samples that it is
/// nearest to.
pub(super) fn k_means_step(data: &Data, centers: &Array2<f64>) -> Array2<f64> {
    let mut sums = Array2::zeros(centers.dim());
    let mut counts = vec![0.0; centers.nrows()];
    for x in data.x.rows() {
        let squared = |center: ArrayView1<'_, f64>| {
            let apart = &x - &center;
            apart.dot(&apart)
        };
        let mut nearest = 0;
        for center in 1..centers.nrows() {
            if squared(centers.row(center)) < squared(centers.row(nearest)) {
                nearest = center;
            }
        }
        sums.row_mut(nearest).scaled_add(1.0, &x);
        counts[nearest] += 1.0;
    }
    for (center, count) in counts.into_iter().enumerate() {
        match count > 0.0 {
            true => sums.row_mut(center).mapv_inplace(|sum| sum / count),
            false => sums.row_mut(center).assign(&centers.row(center)),
        }
    }
    sums
}

/// With a neighbourhood of the winner alone the batch rule is k-means; with one unit, the mean.
fn limits() -> Vec<Proof> {
    let data = iris();
    let settings = SomSpec {
        neighborhood: Neighborhood::Bubble,
        radius: [0.5, 0.5],
        rule: SomRule::Batch,
        passes: 10,
        ..iris_map(10, &data).settings
    };
    let start = iris_map(10, &data).w;
    let mut centers = start.clone();
    for _ in 0..settings.passes {
        centers = k_means_step(&data, &centers);
    }
    let som = learned(Som::with_weights(&settings, &data, start), &data);
    let (found, wanted): (Vec<f64>, Vec<f64>) = som.w.iter().zip(&centers).unzip();
    let on = "iris, 30 units, the winner learns alone";
    let quantity = "10 batch passes, as k-means";
    let k_means = Proof::of(on, quantity, Witness::ClosedForm, &found, &wanted);
    let one = SomSpec {
        grid: [1, 1],
        passes: 1,
        ..settings
    };
    let one = Som::with_weights(&one, &data, array![[5.0, 5.0, 5.0, 5.0]]);
    let found = learned(one, &data).w.row(0).to_vec();
    let quantity = "weights, the mean of the samples";
    let mean = Proof::of(
        "iris, one unit",
        quantity,
        Witness::ClosedForm,
        &found,
        &[0.0; 4],
    );
    vec![k_means, mean]
}

/// The sheet turned by half a turn, or, where hexagons do not allow that, upside down: every unit
/// has another place and the same neighbours, so both errors stay.
fn symmetries() -> Vec<Proof> {
    let data = iris();
    let sheets = [
        ([6, 5], Topology::Rectangular),
        ([6, 5], Topology::Hexagonal),
        ([5, 6], Topology::Hexagonal),
    ];
    let of_sheet = |(grid, topology)| {
        let settings = SomSpec {
            grid,
            topology,
            ..iris_map(2, &data).settings
        };
        let start = iris_map(2, &data).w;
        let som = learned(Som::with_weights(&settings, &data, start), &data);
        let [rows, columns] = grid;
        let upside_down = topology == Topology::Hexagonal && rows % 2 == 1;
        let turned: Vec<usize> = match upside_down {
            true => (0..30)
                .map(|unit| (rows - 1 - unit / columns) * columns + unit % columns)
                .collect(),
            false => (0..30).rev().collect(),
        };
        let turned = Som::with_weights(&settings, &data, som.w.select(Axis(0), &turned));
        let errors = |som: &Som| {
            let measured = som.measured(&data, &winners(data.x.view(), som.w.view()));
            ["quantization_error", "topographic_error"].map(|key| measured[key])
        };
        let on = format!("iris, {rows} x {columns} units, {topology:?}").to_lowercase();
        let quantity = "both errors of the sheet turned round";
        Proof::of(
            &on,
            quantity,
            Witness::Invariant,
            &errors(&turned),
            &errors(&som),
        )
        .tolerance(0.0)
    };
    sheets.map(of_sheet).to_vec()
}

/// Steps by hand, MiniSom's numbers on iris, limits and symmetries.
pub fn proofs() -> Vec<Proof> {
    let data = iris();
    let som = learned(iris_map(1, &data), &data);
    let mut proofs = line_by_hand();
    proofs.extend(minisom::proofs());
    proofs.extend(som.proofs_on("iris, 6 x 5 units, 150 steps", &data));
    proofs.extend(limits());
    proofs.extend(symmetries());
    proofs
}
