//! The pseudocode of backpropagation in the textbook (Zhou 2016, figure 5.8), transcribed with
//! plain loops, against the hand-written network on the watermelons: standard BP, which updates at
//! each sample, and accumulated BP, which updates by the mean error of all of them.

#![expect(
    clippy::needless_range_loop,
    reason = "the loops are those of the pseudocode, index by index"
)]

use std::path::Path;

use backprop::Model;
use contract::{Batch, Implementation, Step, Streams, initial};
use ndarray::{Array2, s};
use spec::model::PlannedLayer;
use spec::training::TrainingSpec;
use spec::{Config, Overrides};

const EPOCHS: usize = 30;

/// d inputs, q hidden units, l outputs; the book's names.
struct Network {
    /// v_ih, from input i to hidden unit h.
    v: Vec<Vec<f64>>,
    /// γ_h, thresholds of the hidden units.
    gamma: Vec<f64>,
    /// w_hj, from hidden unit h to output j.
    w: Vec<Vec<f64>>,
    /// θ_j, thresholds of the outputs.
    theta: Vec<f64>,
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

impl Network {
    fn zero(d: usize, q: usize, l: usize) -> Self {
        Self {
            v: vec![vec![0.0; q]; d],
            gamma: vec![0.0; q],
            w: vec![vec![0.0; l]; q],
            theta: vec![0.0; l],
        }
    }

    /// Adds η times the book's changes for one sample, equations 5.11 to 5.15, to `change`.
    fn add_changes(&self, (x, y): (&[f64], &[f64]), rate: f64, change: &mut Self) {
        let (d, q, l) = (self.v.len(), self.gamma.len(), self.theta.len());
        let mut b = vec![0.0; q];
        for h in 0..q {
            let alpha: f64 = (0..d).map(|i| self.v[i][h] * x[i]).sum();
            b[h] = sigmoid(alpha - self.gamma[h]);
        }
        let mut g = vec![0.0; l];
        for j in 0..l {
            let beta: f64 = (0..q).map(|h| self.w[h][j] * b[h]).sum();
            let output = sigmoid(beta - self.theta[j]);
            g[j] = output * (1.0 - output) * (y[j] - output);
        }
        for h in 0..q {
            let back: f64 = (0..l).map(|j| self.w[h][j] * g[j]).sum();
            let e = b[h] * (1.0 - b[h]) * back;
            for j in 0..l {
                change.w[h][j] += rate * g[j] * b[h];
            }
            for i in 0..d {
                change.v[i][h] += rate * e * x[i];
            }
            change.gamma[h] -= rate * e;
        }
        for j in 0..l {
            change.theta[j] -= rate * g[j];
        }
    }

    fn add(&mut self, change: &Self) {
        let add = |to: &mut Vec<f64>, from: &Vec<f64>| {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        };
        self.v
            .iter_mut()
            .zip(&change.v)
            .for_each(|(to, from)| add(to, from));
        self.w
            .iter_mut()
            .zip(&change.w)
            .for_each(|(to, from)| add(to, from));
        add(&mut self.gamma, &change.gamma);
        add(&mut self.theta, &change.theta);
    }

    /// All numbers, as the network's tensors have them: a threshold is a bias with the other sign.
    fn numbers(&self) -> Vec<f64> {
        let by_unit = |w: &[Vec<f64>], unit: usize| w.iter().map(|row| row[unit]).collect();
        let weights = |w: &[Vec<f64>], units: usize| -> Vec<f64> {
            let rows = (0..units).map(|unit| -> Vec<f64> { by_unit(w, unit) });
            rows.flatten().collect()
        };
        let biases = |thresholds: &[f64]| thresholds.iter().map(|t| -t).collect::<Vec<f64>>();
        let (q, l) = (self.gamma.len(), self.theta.len());
        let parts = [
            weights(&self.v, q),
            biases(&self.gamma),
            weights(&self.w, l),
            biases(&self.theta),
        ];
        parts.concat()
    }
}

/// The watermelons, the network of configs/watermelon.toml, and where it begins.
struct Watermelons {
    x: Array2<f64>,
    t: Array2<f64>,
    plan: Vec<PlannedLayer>,
    training: TrainingSpec,
    start: contract::NamedTensors<f64>,
    rate: f64,
}

impl Watermelons {
    fn read() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs/watermelon.toml");
        let config = Config::read(&file, &Overrides::default()).unwrap();
        let experiment = &config.experiment;
        let streams = Streams::new(experiment.seed);
        let data = datasets::load(&experiment.dataset, config.folder(), &streams).unwrap();
        let rows: Vec<usize> = (0..data.train.len()).collect();
        let mut x = Array2::zeros((rows.len(), data.train.width()));
        data.train.gather(&rows, x.view_mut());
        let labels = data.train.labels().unwrap();
        let network = experiment.network().unwrap();
        let plan = network.model.plan(&data.sample_shape).unwrap();
        Self {
            t: Array2::from_shape_fn((rows.len(), 1), |(n, _)| labels[n] as f64),
            x,
            start: initial::draw_parameters(&plan, &streams),
            plan,
            rate: network.training.optimizer.learning_rate(),
            training: network.training.clone(),
        }
    }

    fn by_hand(&self) -> Model<f64> {
        let mut model = Model::new(&self.plan, &self.training, Streams::new(1));
        model.load(&self.start).unwrap();
        model
    }

    fn by_the_book(&self) -> Network {
        let (d, q, l) = (self.x.ncols(), 5, 1);
        let mut network = Network::zero(d, q, l);
        let of = |name: &str| self.start.get(name).unwrap();
        for h in 0..q {
            (0..d).for_each(|i| network.v[i][h] = of("0.weight")[[h, i]]);
            network.gamma[h] = -of("0.bias")[h];
            (0..l).for_each(|j| network.w[h][j] = of("2.weight")[[j, h]]);
        }
        (0..l).for_each(|j| network.theta[j] = -of("2.bias")[j]);
        network
    }

    /// Updates of an epoch, each with so many samples, in the given order.
    fn learn(&self, model: &mut Model<f64>, batch: usize) {
        for start in (0..self.x.nrows()).step_by(batch) {
            let rows = start..(start + batch).min(self.x.nrows());
            let (x, t) = (
                self.x.slice(s![rows.clone(), ..]),
                self.t.slice(s![rows, ..]),
            );
            let step = Step {
                number: 1,
                learning_rate: self.rate,
            };
            model.train_step(step, Batch::new(x, t));
        }
    }

    /// The same with the pseudocode.
    fn learn_by_the_book(&self, network: &mut Network, batch: usize) {
        for start in (0..self.x.nrows()).step_by(batch) {
            let rows = start..(start + batch).min(self.x.nrows());
            let rate = self.rate / rows.len() as f64;
            let (d, q, l) = (network.v.len(), network.gamma.len(), network.theta.len());
            let mut change = Network::zero(d, q, l);
            for n in rows {
                let (x, y) = (self.x.row(n).to_vec(), self.t.row(n).to_vec());
                network.add_changes((&x, &y), rate, &mut change);
            }
            network.add(&change);
        }
    }
}

fn numbers(model: &Model<f64>) -> Vec<f64> {
    let parameters = model.parameters();
    let tensors = parameters.iter().flat_map(|(_, tensor)| tensor.iter());
    tensors.copied().collect()
}

/// Holds the two against each other, epoch by epoch; the weights at the end.
fn compare(batch: usize) -> Vec<f64> {
    let melons = Watermelons::read();
    let (mut model, mut network) = (melons.by_hand(), melons.by_the_book());
    assert_eq!(numbers(&model), network.numbers());
    for epoch in 1..=EPOCHS {
        melons.learn(&mut model, batch);
        melons.learn_by_the_book(&mut network, batch);
        let (found, expected) = (numbers(&model), network.numbers());
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            let error = (found - expected).abs();
            assert!(
                error < 1e-12,
                "epoch {epoch}: {found}, by the book {expected}"
            );
        }
    }
    numbers(&model)
}

#[test]
fn standard_and_accumulated_bp_are_those_of_the_pseudocode() {
    let (standard, accumulated) = (compare(1), compare(17));
    let moved = |a: f64, b: f64| (a - b).abs();
    let pairs = standard.iter().zip(&accumulated);
    let apart = pairs.map(|(&a, &b)| moved(a, b)).fold(0.0, f64::max);
    assert!(
        apart > 0.1,
        "{EPOCHS} epochs of 17 updates and of one: {apart}"
    );
}

#[test]
fn the_network_has_as_many_parameters_as_the_book_counts() {
    let melons = Watermelons::read();
    let (d, q, l) = (melons.x.ncols(), 5, 1);
    assert_eq!(d, 19);
    assert_eq!(numbers(&melons.by_hand()).len(), (d + l + 1) * q + l);
}
