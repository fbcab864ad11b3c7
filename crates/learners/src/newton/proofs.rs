//! The 23 flights before the Challenger's last: every step that Newton's method takes. And what
//! must hold on any data.

use ndarray::{Array2, array, s};
use spec::learners::NewtonSpec;

use super::{Likelihood, Newton};
use crate::proof::largest;
use crate::{Data, Learner, Proof, Witness};

/// The flights, as they ship: temperature in °F, and whether an O-ring was damaged.
const CHALLENGER: &str = include_str!("../../../datasets/data/csv/challenger.csv");

/// Bias and weight after each of the first five steps from 0.
pub const STEPS: [[f64; 2]; 5] = [
    [9.619_047_619_047_624, -0.149_523_809_523_809_6],
    [13.655_737_908_487_753, -0.211_246_980_623_613_7],
    [14.938_289_140_057_979, -0.230_600_099_155_783],
    [15.042_291_137_621_964, -0.232_153_686_700_281_25],
    [15.042_901_627_129_183, -0.232_162_743_914_718],
];
/// Bias and weight at the optimum.
pub const OPTIMUM: [f64; 2] = [15.042_901_647_702_438, -0.232_162_744_218_596_42];
/// Their standard errors.
pub const ERRORS: [f64; 2] = [7.378_636_384_916_408, 0.108_236_521_649_283_12];
/// The deviance there, that of the bias alone, and that after the first step.
pub const DEVIANCES: [f64; 3] = [
    20.315_192_687_866_833,
    28.267_152_734_293_497,
    21.185_040_593_085_15,
];

/// The flights.
pub fn challenger() -> Data {
    let rows = CHALLENGER.lines().skip(1);
    let numbers = rows.flat_map(|row| row.split(',').filter_map(|cell| cell.parse().ok()));
    let numbers: Vec<f64> = numbers.collect();
    let table = Array2::from_shape_fn((numbers.len() / 2, 2), |(i, j)| numbers[2 * i + j]);
    Data::new(
        table.slice(s![.., ..1]).to_owned(),
        table.slice(s![.., 1..]).to_owned(),
    )
}

/// After each step of a learner on these data; nothing where they are refused.
pub fn steps(spec: &NewtonSpec, data: &Data) -> (Vec<[f64; 2]>, Option<Newton>) {
    let Ok(mut newton) = Newton::new(spec, data) else {
        return (Vec::new(), None);
    };
    let mut steps = Vec::new();
    while !newton.is_done() && newton.pass(data, &|| Ok(())).is_ok() {
        steps.push([newton.beta[[0, 0]], newton.beta[[1, 0]]]);
    }
    (steps, Some(newton))
}

/// Every step, the optimum, its standard errors, and the deviances.
pub fn proofs() -> Vec<Proof> {
    let data = challenger();
    let (path, newton) = steps(&NewtonSpec::default(), &data);
    let row = |quantity: &str, found: &[f64], wanted: &[f64]| {
        let proof = Proof::of("Challenger", quantity, Witness::Published, found, wanted);
        proof.tolerance(1e-10)
    };
    let first: Vec<f64> = path.iter().take(STEPS.len()).flatten().copied().collect();
    let last = path.last().copied().unwrap_or_default();
    let errors: Vec<f64> = newton
        .iter()
        .flat_map(|newton| newton.findings(&data).swap_remove(0).rows)
        .map(|(_, numbers)| numbers[1])
        .collect();
    let likelihood = Likelihood::of(&data, 0, 0.0);
    let of = |beta: [f64; 2]| likelihood.deviance(array![beta[0], beta[1]].view());
    let after_one = of(path.first().copied().unwrap_or_default());
    vec![
        row(
            "coefficients after each of five steps",
            &first,
            STEPS.as_flattened(),
        ),
        row("coefficients", &last, &OPTIMUM),
        row("standard errors", &errors, &ERRORS),
        row(
            "deviance, of the bias alone, after one step",
            &[of(last), likelihood.null_deviance(), after_one],
            &DEVIANCES,
        ),
    ]
}

impl Newton {
    /// At the optimum the gradient vanishes; H is minus the derivative of the gradient.
    pub(super) fn hold(&self, data: &Data) -> Vec<Proof> {
        let column = |j: usize| match j {
            0 => data.len() as f64,
            j => data.x.column(j - 1).iter().map(|x| x.abs()).sum(),
        };
        let relative = |(j, g): (usize, &f64)| g / column(j).max(f64::MIN_POSITIVE);
        let gradients = self.each(data).map(|(likelihood, beta)| {
            let (gradient, _) = likelihood.gradient_and_hessian(beta);
            largest(gradient.iter().enumerate().map(relative))
        });
        let optimum = largest(gradients);
        let each = self.each(data);
        let hessian = each.map(|(likelihood, beta)| likelihood.difference_of_hessian(beta));
        let within = |quantity, witness, error, tolerance| {
            Proof::within("these data", quantity, witness, error, tolerance)
        };
        let of_hessian = "Hessian, from differences of the gradient";
        vec![
            within("gradient at the optimum", Witness::Invariant, optimum, 1e-9),
            within(of_hessian, Witness::ClosedForm, largest(hessian), 1e-6),
        ]
    }
}
