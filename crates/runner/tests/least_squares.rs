//! Least squares by two roads: in one pass, and by gradient descent of a network of one unit.

use contract::{Batch, Implementation, NamedTensors, Step, Streams};
use ndarray::{Array1, Array2};
use runner::implementations::build;
use runner::memory::Purpose;
use runner::prepare::Prepared;
use spec::model::{LayerSpec, LinearSpec, ModelSpec};
use spec::optimizers::SgdSpec;
use spec::training::{LossSpec, OptimizerSpec, TrainingSpec};
use spec::{Config, ImplementationName, Overrides};

const DIABETES: &str = include_str!("../../../configs/diabetes-least-squares.toml");

#[test]
fn gradient_descent_ends_at_the_minimum_of_least_squares() {
    let config = Config::parse("a.toml".as_ref(), DIABETES.into(), &Overrides::default());
    let Prepared::Learner(prepared) = Prepared::of(config.unwrap(), Purpose::Training).unwrap()
    else {
        panic!("diabetes-least-squares.toml has a learner");
    };
    let data = &prepared.train;
    let mut learner = learners::build(&prepared.learner, data).unwrap();
    learner.pass(data, &|| Ok(())).unwrap();
    let wanted = learner.weights();

    let inputs = data.x.ncols();
    let linear = ModelSpec::new(vec![LayerSpec::Linear(LinearSpec::new(1))]);
    let rule = OptimizerSpec::Sgd(SgdSpec {
        learning_rate: 0.45,
    });
    let training = TrainingSpec::new(LossSpec::SquaredError, rule);
    let plan = linear.plan(&[inputs]).unwrap();
    let by_hand = ImplementationName::Backprop;
    let mut descent: Box<dyn Implementation<f64>> =
        build(by_hand, &plan, &training, Streams::new(1)).unwrap();
    let mut zero = NamedTensors::default();
    zero.insert("0.weight", Array2::zeros((1, inputs)).into_dyn());
    zero.insert("0.bias", Array1::zeros(1).into_dyn());
    descent.load(&zero).unwrap();
    // The slowest direction keeps 0.996 of its error in each step.
    for number in 1..=10_000 {
        let step = Step {
            number,
            learning_rate: 0.45,
        };
        descent.train_step(step, Batch::new(data.x.view(), data.t.view()));
    }
    let found = descent.parameters();
    for name in ["weight", "bias"] {
        let (found, wanted) = (
            found.get(&format!("0.{name}")).unwrap(),
            wanted.get(name).unwrap(),
        );
        let apart = (found - wanted).mapv(f64::abs);
        assert!(
            apart.iter().all(|d| *d < 1e-9),
            "{name}: {found}, not {wanted}"
        );
    }
}
