//! Certified figures, closed forms, and what must hold.

use ndarray::{Array1, Array2, Axis, array, s};
use spec::learners::{BasisSpec, LeastSquaresSpec, Method, PolynomialSpec};

use super::LeastSquares;
use crate::{Data, Learner, Proof, Witness};

/// Longley's 16 years, as they ship.
const LONGLEY: &str = include_str!("../../../datasets/data/csv/longley.csv");

/// The coefficients that NIST certifies, the bias first.
pub const CERTIFIED: [f64; 7] = [
    -3_482_258.634_595_818_4,
    15.061_872_271_373_295,
    -0.035_819_179_292_591_014,
    -2.020_229_803_816_825,
    -1.033_226_867_173_592,
    -0.051_104_105_653_580_714,
    1_829.151_464_613_551_8,
];

/// Longley's data: the target is the first column.
pub fn longley() -> Data {
    let rows = LONGLEY.lines().skip(1);
    let numbers = rows.flat_map(|row| row.split(',').filter_map(|cell| cell.parse().ok()));
    let numbers: Vec<f64> = numbers.collect();
    let table = Array2::from_shape_fn((numbers.len() / 7, 7), |(i, j)| numbers[7 * i + j]);
    Data::new(
        table.slice(s![.., 1..]).to_owned(),
        table.slice(s![.., ..1]).to_owned(),
    )
}

/// The coefficients of the only output, the bias first; none where the data are refused.
pub fn coefficients(spec: LeastSquaresSpec, data: &Data) -> Vec<f64> {
    let Ok(mut learner) = LeastSquares::new(&spec, data) else {
        return Vec::new();
    };
    match learner.pass(data, &|| Ok(())) {
        Ok(_) => learner.w.column(0).to_vec(),
        Err(_) => Vec::new(),
    }
}

/// The largest relative error of a coefficient.
pub fn relative(found: &[f64], wanted: &[f64]) -> f64 {
    match found.len() == wanted.len() {
        true => crate::proof::largest(found.iter().zip(wanted).map(|(f, w)| (f - w) / w)),
        false => f64::INFINITY,
    }
}

fn by(method: Method) -> LeastSquaresSpec {
    LeastSquaresSpec {
        method,
        ..LeastSquaresSpec::default()
    }
}

/// Longley against NIST by each method, a cubic that is found again, and the ridge of one input.
pub fn proofs() -> Vec<Proof> {
    let data = longley();
    // The formula squares the condition number, 4.9e9: what is left of 16 digits is a few.
    let methods = [
        ("normal", Method::Normal, 1e-6),
        ("qr", Method::Qr, 1e-10),
        ("svd", Method::Svd, 1e-10),
    ];
    let certified = methods.map(|(name, method, tolerance)| {
        let error = relative(&coefficients(by(method), &data), &CERTIFIED);
        let on = format!("Longley, {name}");
        Proof::within(&on, "coefficients", Witness::Published, error, tolerance)
    });
    certified.into_iter().chain([cubic(), ridge()]).collect()
}

/// t = 1 − 2x + 3x³ without noise.
fn cubic() -> Proof {
    let x = Array1::linspace(-1.0, 1.0, 9);
    let t = x.mapv(|x| 1.0 - 2.0 * x + 3.0 * x * x * x);
    let data = Data::new(x.insert_axis(Axis(1)), t.insert_axis(Axis(1)));
    let basis = BasisSpec::Polynomial(PolynomialSpec { degree: 3 });
    let spec = LeastSquaresSpec {
        basis,
        ..by(Method::Qr)
    };
    let found = coefficients(spec, &data);
    let wanted = [1.0, -2.0, 0.0, 3.0];
    Proof::of(
        "a cubic",
        "coefficients",
        Witness::ClosedForm,
        &found,
        &wanted,
    )
}

/// One input: w = Σ (x − x̄)(t − t̄) / (Σ (x − x̄)² + λ), b = t̄ − w x̄.
fn ridge() -> Proof {
    let data = Data::new(
        array![[1.0], [2.0], [4.0], [7.0]],
        array![[1.0], [3.0], [2.0], [8.0]],
    );
    let (x, t) = (data.x.column(0), data.t.column(0));
    let (mx, mt) = (x.sum() / 4.0, t.sum() / 4.0);
    let products: f64 = x.iter().zip(&t).map(|(x, t)| (x - mx) * (t - mt)).sum();
    let squares: f64 = x.iter().map(|x| (x - mx).powi(2)).sum();
    let w = products / (squares + 0.5);
    let methods = [Method::Normal, Method::Qr, Method::Svd].into_iter();
    let found = methods.flat_map(|method| {
        let spec = LeastSquaresSpec {
            ridge: 0.5,
            ..by(method)
        };
        coefficients(spec, &data)
    });
    let wanted = [mt - w * mx, w].repeat(3);
    let found: Vec<f64> = found.collect();
    Proof::of(
        "one input, ridge 0.5",
        "coefficients",
        Witness::ClosedForm,
        &found,
        &wanted,
    )
}
