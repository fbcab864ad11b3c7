//! The rows of the proof of a restricted Boltzmann machine.

use std::slice::from_mut;

use contract::Streams;
use kernels::Real;
use ndarray::{Array1, Array2, ArrayView2, Axis, array};
use rand_distr::{Distribution, StandardNormal};
use spec::learners::{AisSpec, Reconstruction, Visible};

use super::exact::chances;
use super::gradient::Gradient;
use super::machine::{Machine, sample};
use crate::logarithms::log_sum_exp;
use crate::proof::largest;
use crate::{Proof, Witness};

/// Chains of the sampled CD-1.
const CHAINS: usize = 100_000;
/// The largest of 11 differences, in standard errors of the mean, that chance explains.
const STANDARD_ERRORS: f64 = 5.0;
/// Standard errors within which an annealed estimate lies.
const AIS_ERRORS: f64 = 4.0;

impl Machine<f64> {
    /// F against −ln Σₕ e^−E(v, h), state by state of the hidden units.
    pub(super) fn free_energy_is_a_sum(&self, on: &str, v: ArrayView2<'_, f64>) -> Proof {
        let states = Self::visible_states(self.c.len());
        let found = self.free_energies(v);
        let wanted = v.rows().into_iter().map(|v| {
            let own = match self.visible {
                Visible::Gaussian => -(&v - &self.b).mapv(|d| d * d).sum() / 2.0,
                Visible::Bernoulli | Visible::Softmax(_) => v.dot(&self.b),
            };
            let logs = states
                .rows()
                .into_iter()
                .map(|h| own + h.dot(&self.c) + v.dot(&self.w.dot(&h)));
            -log_sum_exp(logs)
        });
        let wanted: Vec<f64> = wanted.collect();
        let quantity = "free energy, from all hidden states";
        Proof::of(
            on,
            quantity,
            Witness::ExactEnumeration,
            &found.to_vec(),
            &wanted,
        )
    }

    /// The exact gradient against central differences of the exact likelihood.
    pub(super) fn gradient_is_that_of_the_likelihood(
        &self,
        on: &str,
        v: ArrayView2<'_, f64>,
    ) -> Proof {
        const H: f64 = 1e-5;
        let likelihood = |machine: &Self| machine.log_likelihood(v, machine.log_z());
        let slope = |moved: &dyn Fn(&mut Self, f64)| {
            let at = |h| {
                let mut machine = self.clone();
                moved(&mut machine, h);
                likelihood(&machine)
            };
            (at(H) - at(-H)) / (2.0 * H)
        };
        let gradient = self.exact_gradient(v);
        let mut errors = Vec::new();
        for (at, g) in gradient.w.indexed_iter() {
            errors.push(slope(&|machine, h| machine.w[at] += h) - g);
        }
        for (i, g) in gradient.b.iter().enumerate() {
            errors.push(slope(&|machine, h| machine.b[i] += h) - g);
        }
        for (j, g) in gradient.c.iter().enumerate() {
            errors.push(slope(&|machine, h| machine.c[j] += h) - g);
        }
        let quantity = "exact gradient, from differences of ln P";
        Proof::within(
            on,
            quantity,
            Witness::ExactEnumeration,
            largest(errors),
            1e-8,
        )
    }

    /// A Gibbs step, v to h to v, leaves P(v) as it is; and it leads from each state to each other
    /// as often as back.
    fn keeps_its_distribution(&self, on: &str) -> [Proof; 2] {
        let states = Self::visible_states(self.b.len());
        let log_z = self.log_z();
        let p = self
            .free_energies(states.view())
            .mapv(|free| (-free - log_z).exp());
        let mut up = Array2::zeros((states.nrows(), self.c.len()));
        self.hidden(states.view(), up.view_mut());
        let hidden = Self::visible_states(self.c.len());
        let mut down = Array2::zeros((hidden.nrows(), self.b.len()));
        self.means(hidden.view(), down.view_mut());
        let step = chances(&up, &hidden).dot(&chances(&down, &states));
        let there = step * p.view().insert_axis(Axis(1));
        let row =
            |quantity, error| Proof::within(on, quantity, Witness::ExactEnumeration, error, 1e-14);
        let kept = largest(there.sum_axis(Axis(0)) - &p);
        let balance = largest(&there - &there.t());
        [
            row("P(v) kept by a Gibbs step, all states", kept),
            row(
                "detailed balance of a Gibbs step, all pairs of states",
                balance,
            ),
        ]
    }

    /// Differences between the mean of sampled CD-1 and what it expects, in standard errors.
    fn sampled_cd(&self, v: ArrayView2<'_, f64>, streams: Streams) -> f64 {
        let mut rng = streams.stream("sampled cd");
        let mut sums = Gradient::zeros(self.w.dim());
        let mut squares = Gradient::zeros(self.w.dim());
        let (mut h, mut end) = (Array2::zeros((v.nrows(), self.c.len())), v.to_owned());
        for _ in 0..CHAINS {
            let mut one = Gradient::zeros(self.w.dim());
            self.hidden(v, h.view_mut());
            one.add(v, h.view(), 1.0);
            sample(&mut h.view_mut(), &mut rng);
            let (end_all, h_all) = (&mut end.view_mut(), &mut h.view_mut());
            self.gibbs(
                1,
                Reconstruction::Sample,
                end_all,
                h_all,
                from_mut(&mut rng),
            );
            one.add(end.view(), h.view(), -1.0);
            squares = squares.plus(&one.map(|g| g * g));
            sums = sums.plus(&one);
        }
        let expected = self.expected_cd(v, 1).all();
        let n = CHAINS as f64;
        let moments = sums.all().into_iter().zip(squares.all());
        let errors = moments.zip(expected).map(|((sum, square), expected)| {
            let (mean, square) = (sum / n, square / n);
            (mean - expected) / ((square - mean * mean) / n).sqrt()
        });
        largest(errors)
    }
}

impl<T: Real> Gradient<T> {
    fn plus(&self, other: &Self) -> Self {
        Self {
            w: &self.w + &other.w,
            b: &self.b + &other.b,
            c: &self.c + &other.c,
        }
    }

    fn map(&self, of: impl Fn(T) -> T) -> Self {
        Self {
            w: self.w.mapv(&of),
            b: self.b.mapv(&of),
            c: self.c.mapv(&of),
        }
    }

    /// Weights, visible and hidden biases in one row.
    pub(super) fn all(&self) -> Vec<T> {
        self.w
            .iter()
            .chain(&self.b)
            .chain(&self.c)
            .copied()
            .collect()
    }
}

/// 3 visible and 2 hidden units.
pub(super) fn three_by_two() -> Machine<f64> {
    Machine {
        visible: Visible::Bernoulli,
        w: array![[0.5, -1.0], [1.0, 0.25], [-0.75, 0.5]],
        b: array![0.1, -0.2, 0.3],
        c: array![-0.4, 0.2],
    }
}

/// The three samples of its gold numbers.
pub(super) fn three_samples() -> Array2<f64> {
    array![[1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]
}

/// All images of `size` x `size` pixels whose rows, or whose columns, are black or white as a whole.
pub(super) fn bars_and_stripes(size: usize) -> Array2<f64> {
    let bit = |pattern: usize, line: usize| (pattern >> line & 1) as f64;
    let image = |of: &dyn Fn(usize) -> f64| -> Vec<f64> { (0..size * size).map(of).collect() };
    let all = 1 << size;
    let mut images: Vec<Vec<f64>> = (0..all)
        .map(|pattern| image(&|at| bit(pattern, at / size)))
        .collect();
    images.extend((1..all - 1).map(|pattern| image(&|at| bit(pattern, at % size))));
    Array2::from_shape_fn((images.len(), size * size), |(row, at)| images[row][at])
}

/// Weights of a normal distribution.
pub(super) fn drawn(visible: Visible, inputs: usize, hidden: usize) -> Machine<f64> {
    let mut rng = Streams::new(1).stream("machine");
    let mut normal = |_| StandardNormal.sample(&mut rng);
    Machine {
        visible,
        w: Array2::from_shape_fn((inputs, hidden), |_| normal(0)),
        b: Array1::from_shape_fn(inputs, &mut normal),
        c: Array1::from_shape_fn(hidden, &mut normal),
    }
}

const P: [f64; 8] = [
    0.09010765778567817,
    0.13007583979143203,
    0.14411158967552753,
    0.17906779657239918,
    0.08188766404182113,
    0.09599168867945977,
    0.13875070557957253,
    0.14000705787410958,
];
/// dW row by row, db, dc.
const EXACT: [f64; 11] = [
    0.1629365797964622,
    0.04004164552736697,
    0.04216905804746962,
    0.02618008215996559,
    -0.07497793244968715,
    -0.08477565226463063,
    0.21002955049170363,
    0.0647295169650578,
    -0.21180904958406727,
    0.07380552189359557,
    -0.07317466446305276,
];
/// dW of CD-1, row by row.
const CD_1: [f64; 6] = [
    0.14469221014780664,
    0.030241900504728303,
    0.030061506442557118,
    0.02419928182262896,
    -0.06871280399418433,
    -0.06884785745076943,
];

/// A machine of 1 and 1 unit and one of 3 and 2, in figures of another program.
fn figures() -> Vec<Proof> {
    let row = |on: &str, quantity: &str, found: &[f64], wanted: &[f64]| {
        Proof::of(on, quantity, Witness::ExactEnumeration, found, wanted)
    };
    let one = Machine {
        visible: Visible::Bernoulli,
        w: array![[1.0]],
        b: array![0.5],
        c: array![-0.25],
    };
    let free = one.free_energies(array![[0.0], [1.0]].view()).to_vec();
    let three = three_by_two();
    let (log_z, v) = (three.log_z(), three_samples());
    let states = Machine::visible_states(3);
    let p = three
        .free_energies(states.view())
        .mapv(|free| (-free - log_z).exp());
    let pseudo = three.pseudo_likelihood(v.view()).unwrap_or(f64::NAN);
    let (exact, cd_1) = (
        three.exact_gradient(v.view()),
        three.expected_cd(v.view(), 1),
    );
    let apart = three
        .expected_cd(v.view(), 10)
        .all()
        .into_iter()
        .zip(exact.all());
    let apart = largest(apart.map(|(cd, exact)| cd - exact));
    let (one_by_one, on) = ("1 visible, 1 hidden unit", "3 visible, 2 hidden units");
    let [kept, balance] = three.keeps_its_distribution(on);
    vec![
        row(one_by_one, "ln Z", &[one.log_z()], &[1.934107197637897]),
        row(
            one_by_one,
            "F(0), F(1)",
            &free,
            &[-0.5759394198788436, -1.6368710061148999],
        ),
        row(on, "ln Z", &[log_z], &[3.717904247689111]),
        row(on, "P(v) of all states", &p.to_vec(), &P),
        row(
            on,
            "mean ln P",
            &[three.log_likelihood(v.view(), log_z)],
            &[-2.0658247186089107],
        ),
        row(on, "pseudo-likelihood", &[pseudo], &[-2.032330152860617]),
        row(on, "exact gradient", &exact.all(), &EXACT),
        row(on, "expected CD-1", &cd_1.all()[..6], &CD_1),
        Proof::within(
            on,
            "CD-10 against the exact gradient",
            Witness::ExactEnumeration,
            apart,
            1e-9,
        ),
        kept,
        balance,
        Proof::within(
            on,
            "sampled CD-1, in standard errors",
            Witness::ExactEnumeration,
            three.sampled_cd(v.view(), Streams::new(1)),
            STANDARD_ERRORS,
        ),
    ]
}

/// The figures, and drawn machines of each kind of unit.
pub fn proofs() -> Vec<Proof> {
    let mut proofs = figures();
    let bits = Machine::visible_states(6);
    let real = bits.mapv(|bit| 1.5 * bit - 0.4);
    let triples = Array2::from_shape_fn((5, 6), |(row, unit)| {
        f64::from(u8::from(unit % 3 == (row + unit / 3) % 3))
    });
    for (name, visible, v) in [
        ("Bernoulli", Visible::Bernoulli, bits),
        ("Gaussian", Visible::Gaussian, real),
        ("softmax", Visible::Softmax(3), triples),
    ] {
        let on = format!("drawn, 6 {name} and 4 hidden units");
        let machine = drawn(visible, 6, 4);
        proofs.push(machine.free_energy_is_a_sum(&on, v.view()));
        proofs.push(machine.gradient_is_that_of_the_likelihood(&on, v.view()));
        let estimate = machine.annealed_log_z(v.view(), &AisSpec::default(), Streams::new(1));
        let error = (estimate.log_z - machine.log_z()) / estimate.error;
        let quantity = "annealed ln Z, in standard errors";
        let row = Proof::within(
            &on,
            quantity,
            Witness::ExactEnumeration,
            error.abs(),
            AIS_ERRORS,
        );
        proofs.push(row);
    }
    proofs
}
