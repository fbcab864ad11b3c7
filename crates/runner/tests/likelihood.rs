//! Logistic regression by two roads: Newton's method and gradient ascent of the likelihood, which
//! is descent of the cross-entropy of a network of one unit. And burn bears witness to the Hessian.

use contract::{Batch, Implementation, NamedTensors, Step, Streams};
use learners::Data;
use learners::newton::Likelihood;
use ndarray::{Array1, Array2, array, s};
use runner::implementations::build;
use runner::memory::Purpose;
use runner::prepare::{Prepared, PreparedNetwork};
use spec::{Config, ImplementationName, Overrides};

const NEWTON: &str = include_str!("../../../configs/challenger.toml");
const GRADIENT: &str = include_str!("../../../configs/challenger-gradient.toml");

fn config(text: &str, set: &[&str]) -> Config {
    let set = set.iter().map(ToString::to_string).collect();
    let overrides = Overrides {
        set,
        ..Overrides::default()
    };
    Config::parse("a.toml".as_ref(), text.into(), &overrides).unwrap()
}

fn gradient() -> PreparedNetwork {
    PreparedNetwork::of(config(GRADIENT, &[]), Purpose::Check).unwrap()
}

/// The flights as both get them: temperatures standardised.
fn data() -> Data {
    let scaled = config(NEWTON, &["dataset.csv.scale=standardize"]);
    match Prepared::of(scaled, Purpose::Training).unwrap() {
        Prepared::Learner(prepared) => prepared.train.clone(),
        Prepared::Network(_) => panic!("challenger.toml has a learner"),
    }
}

fn model(name: ImplementationName) -> Box<dyn Implementation<f64>> {
    let prepared = gradient();
    let network = &prepared.network;
    build(name, &prepared.plan, &network.training, Streams::new(1)).unwrap()
}

fn parameters(beta: &Array1<f64>) -> NamedTensors<f64> {
    let mut parameters = NamedTensors::default();
    parameters.insert("0.weight", array![[beta[1]]].into_dyn());
    parameters.insert("0.bias", array![beta[0]].into_dyn());
    parameters
}

/// Bias and weight of tensors with these names.
fn beta(tensors: &NamedTensors<f64>, prefix: &str) -> Array1<f64> {
    let number = |name: &str| {
        *tensors
            .get(&format!("{prefix}{name}"))
            .unwrap()
            .first()
            .unwrap()
    };
    array![number("bias"), number("weight")]
}

fn batch(data: &Data) -> Batch<'_, f64> {
    Batch::new(data.x.view(), data.t.view())
}

#[test]
fn gradient_ascent_ends_where_newtons_method_does() {
    let data = data();
    let config = config(NEWTON, &[]);
    let spec = config.experiment.learner().unwrap();
    let mut newton = learners::build(spec, &data).unwrap();
    while !newton.is_done() {
        newton.pass(&data, &|| Ok(())).unwrap();
    }
    let newton = beta(&newton.weights(), "");
    let mut ascent = model(ImplementationName::Backprop);
    ascent.load(&parameters(&Array1::zeros(2))).unwrap();
    for number in 1..=2000 {
        let step = Step {
            number,
            learning_rate: 4.0,
        };
        ascent.train_step(step, batch(&data));
    }
    let ascent = beta(&ascent.parameters(), "0.");
    let apart = (&ascent - &newton).mapv(f64::abs);
    assert!(apart.iter().all(|d| *d < 1e-8), "{ascent}, not {newton}");
}

#[test]
fn the_hessian_is_the_difference_of_burns_gradients() {
    let data = data();
    let at = array![-1.1, 0.7];
    let (gradient, hessian) = Likelihood::of(&data, 0, 0.0).gradient_and_hessian(at.view());
    let mut burn = model(ImplementationName::BurnFlex);
    let samples = data.len() as f64;
    // Of the log-likelihood, which is no mean and grows where the loss falls.
    let mut ascent = |beta: &Array1<f64>| {
        burn.load(&parameters(beta)).unwrap();
        let gradients = burn.loss_backward(batch(&data)).gradients;
        let slope = |name: &str| -samples * gradients.get(name).unwrap().first().unwrap();
        array![slope("0.bias"), slope("0.weight")]
    };
    let apart = ascent(&at) - &gradient;
    assert!(apart.iter().all(|d| d.abs() < 1e-11), "{apart}");
    let h = 1e-4;
    let mut differences = Array2::zeros((2, 2));
    for j in 0..2 {
        let moved = |h: f64| {
            let mut beta = at.clone();
            beta[j] += h;
            beta
        };
        let slope = (ascent(&moved(-h)) - ascent(&moved(h))) / (2.0 * h);
        differences.slice_mut(s![.., j]).assign(&slope);
    }
    let apart = &differences - &hessian;
    assert!(
        apart.iter().all(|d| d.abs() < 1e-6),
        "{differences}, not {hessian}"
    );
}
