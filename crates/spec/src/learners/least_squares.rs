//! `least_squares`: the coefficients with the smallest sum of squared errors.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Coding, Learner};
use crate::Problem;
use crate::check::Checker;
use crate::experiment::DataShape;
use crate::measures::{Better, Measure};

/// Linear regression, also of functions of the inputs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LeastSquaresSpec {
    /// How it is solved.
    pub method: Method,
    /// λ: λ |w|² is added to the sum of squares; the bias is left out of it.
    pub ridge: f64,
    /// What is made of the inputs first.
    pub basis: BasisSpec,
    /// Coefficients that are known, by their names (`bias` is one): `digits` of the record says in
    /// how many digits all of them agree.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub certificate: BTreeMap<String, f64>,
}

/// How least squares are solved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// w = (XᵀX)⁻¹ Xᵀt, as lectures write it: half of the digits are lost in XᵀX.
    Normal,
    /// X = QR by reflections.
    #[default]
    Qr,
    /// X = USVᵀ: also where columns depend on each other; then the solution of least norm.
    Svd,
}

/// Functions of the inputs of which a linear combination is learned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BasisSpec {
    /// The inputs themselves.
    #[default]
    Linear,
    /// All products of powers of the inputs up to a degree.
    Polynomial(PolynomialSpec),
    /// Gaussian bells on a grid over the range of the training inputs.
    Gaussian(GaussianSpec),
}

/// `basis = { polynomial = { degree = 3 } }`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolynomialSpec {
    /// The largest sum of the powers in a product.
    pub degree: usize,
}

/// `basis = { gaussian = { centers = 9 } }`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GaussianSpec {
    /// Centers along each input, the first at its smallest value and the last at its largest.
    pub centers: usize,
    /// Standard deviation of a bell, in distances of two centers.
    #[serde(default = "one")]
    pub width: f64,
}

fn one() -> f64 {
    1.0
}

impl Learner for LeastSquaresSpec {
    fn check(&self, checker: &Checker<'_>) -> Result<(), Problem> {
        checker.not_negative("ridge", self.ridge)?;
        for (name, &value) in &self.certificate {
            let key = checker.field("certificate");
            Checker::new(&key).number(name, value, value.is_finite(), "a finite number")?;
        }
        let basis = |kind: &str| format!("{}.{kind}", checker.field("basis"));
        match self.basis {
            BasisSpec::Linear => Ok(()),
            BasisSpec::Polynomial(PolynomialSpec { degree }) => {
                let fine = (1..=20).contains(&degree);
                let (key, value) = (basis("polynomial"), degree as f64);
                Checker::new(&key).number("degree", value, fine, "1 to 20")
            }
            BasisSpec::Gaussian(GaussianSpec { centers, width }) => {
                let fine = (2..=1000).contains(&centers);
                let key = basis("gaussian");
                let (checker, what) = (Checker::new(&key), ("centers", "number of centers"));
                checker.named(what, centers as f64, fine, "2 to 1000")?;
                checker.positive("width", width)
            }
        }
    }

    fn coding(&self, _: &Checker<'_>, data: &DataShape) -> Result<Coding, Problem> {
        Ok(match data.classes {
            Some(_) => Coding::OneHot,
            None => Coding::Real,
        })
    }

    fn measures(&self) -> Vec<Measure> {
        vec![
            Measure::of_learner("residual_deviation", Some(Better::Lower)),
            Measure::of_learner("rank", None),
            Measure::of_learner("condition_number", None),
            // Of a run with a certificate.
            Measure::of_learner("digits", Some(Better::Higher)),
        ]
    }
}
