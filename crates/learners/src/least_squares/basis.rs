//! Functions of the inputs, of which least squares learn a linear combination.

use ndarray::{Array2, ArrayView1, ArrayView2, CowArray, Ix2};
use spec::Problem;
use spec::learners::{BasisSpec, GaussianSpec};

use crate::Data;

/// More functions than these are hardly meant: their products would not fit into memory.
const MOST: usize = 10_000;

/// The functions of a config, on the range of its training inputs.
pub enum Basis {
    /// The inputs themselves, so many.
    Linear(usize),
    /// The powers of the inputs in each product.
    Polynomial(Vec<Vec<i32>>),
    /// The center of each bell, and the standard deviation along each input.
    Gaussian(Vec<Vec<f64>>, Vec<f64>),
}

impl Basis {
    /// The functions of a config.
    ///
    /// # Errors
    /// When there would be too many.
    pub fn new(spec: BasisSpec, data: &Data) -> Result<Self, Problem> {
        let inputs = data.x.ncols();
        match spec {
            BasisSpec::Linear => Ok(Self::Linear(inputs)),
            BasisSpec::Polynomial(spec) => {
                expect_few("polynomial.degree", products(inputs, spec.degree), inputs)?;
                Ok(Self::Polynomial(powers(inputs, spec.degree)))
            }
            BasisSpec::Gaussian(spec) => {
                let count = (spec.centers as f64).powi(inputs as i32);
                expect_few("gaussian.centers", count, inputs)?;
                Ok(Self::gaussian(spec, data))
            }
        }
    }

    fn gaussian(spec: GaussianSpec, data: &Data) -> Self {
        let (mut centers, mut deviations) = (vec![Vec::new()], Vec::new());
        for column in data.x.columns() {
            let low = column.iter().copied().fold(f64::INFINITY, f64::min);
            let high = column.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let apart = (high - low) / (spec.centers - 1) as f64;
            // An input that never changes has bells of any width.
            deviations.push(spec.width * if apart > 0.0 { apart } else { 1.0 });
            let along = |center: &Vec<f64>| {
                let center = center.clone();
                (0..spec.centers).map(move |i| {
                    let mut center = center.clone();
                    center.push(low + i as f64 * apart);
                    center
                })
            };
            centers = centers.iter().flat_map(along).collect();
        }
        Self::Gaussian(centers, deviations)
    }

    /// How many there are, without the constant.
    pub fn len(&self) -> usize {
        match self {
            Self::Linear(inputs) => *inputs,
            Self::Polynomial(powers) => powers.len(),
            Self::Gaussian(centers, _) => centers.len(),
        }
    }

    /// A name for each: `x1^2 x2`, `bell(0.5, 1)`.
    pub fn names(&self, inputs: &[String]) -> Vec<String> {
        let product = |powers: &Vec<i32>| {
            let factors = inputs.iter().zip(powers).filter(|(_, power)| **power > 0);
            let factors = factors.map(|(name, power)| match power {
                1 => name.clone(),
                power => format!("{name}^{power}"),
            });
            factors.collect::<Vec<_>>().join(" ")
        };
        let bell = |center: &Vec<f64>| {
            let center: Vec<String> = center.iter().map(|c| format!("{c:.4}")).collect();
            let short = center
                .iter()
                .map(|c| c.trim_end_matches('0').trim_end_matches('.'));
            format!("bell({})", short.collect::<Vec<_>>().join(", "))
        };
        match self {
            Self::Linear(_) => inputs.to_vec(),
            Self::Polynomial(powers) => powers.iter().map(product).collect(),
            Self::Gaussian(centers, _) => centers.iter().map(bell).collect(),
        }
    }

    /// The functions of samples `[N, D]`: `[N, M]`.
    pub fn of<'a>(&self, x: ArrayView2<'a, f64>) -> CowArray<'a, f64, Ix2> {
        let each = |count: usize, of: &dyn Fn(ArrayView1<'_, f64>, usize) -> f64| {
            let value = |(n, m)| of(x.row(n), m);
            CowArray::from(Array2::from_shape_fn((x.nrows(), count), value))
        };
        match self {
            Self::Linear(_) => x.into(),
            Self::Polynomial(powers) => each(powers.len(), &|x, m| {
                let factors = x.iter().zip(&powers[m]);
                factors.map(|(x, power)| x.powi(*power)).product()
            }),
            Self::Gaussian(centers, deviations) => each(centers.len(), &|x, m| {
                let apart = x.iter().zip(&centers[m]).zip(deviations);
                let squares = apart.map(|((x, c), s)| ((x - c) / s).powi(2));
                (-squares.sum::<f64>() / 2.0).exp()
            }),
        }
    }
}

/// How many products of powers there are, without the constant: (D + degree over D) − 1.
fn products(inputs: usize, degree: usize) -> f64 {
    let factors = (1..=degree).map(|i| (inputs + i) as f64 / i as f64);
    factors.product::<f64>().round() - 1.0
}

fn expect_few(key: &str, count: f64, inputs: usize) -> Result<(), Problem> {
    if count <= MOST as f64 {
        return Ok(());
    }
    let reason = format!("of {inputs} inputs this makes {count:.0} functions, more than {MOST}");
    let key = format!("learner.least_squares.basis.{key}");
    Err(Problem::new(key, reason).hint("use a smaller number, or fewer inputs"))
}

/// The powers of the inputs with a sum from 1 to `degree`, the smaller sums first.
fn powers(inputs: usize, degree: usize) -> Vec<Vec<i32>> {
    let with_sum = |sum| {
        let mut all = Vec::new();
        extend(&mut Vec::new(), inputs, sum, &mut all);
        all
    };
    (1..=degree as i32).flat_map(with_sum).collect()
}

/// All ways to divide a sum among the inputs that are left.
fn extend(begun: &mut Vec<i32>, inputs: usize, sum: i32, all: &mut Vec<Vec<i32>>) {
    if begun.len() + 1 == inputs {
        all.push([&begun[..], &[sum]].concat());
        return;
    }
    for power in (0..=sum).rev() {
        begun.push(power);
        extend(begun, inputs, sum - power, all);
        begun.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use spec::learners::PolynomialSpec;

    #[test]
    fn a_polynomial_has_all_products_up_to_its_degree() {
        let data = Data::new(array![[2.0, 3.0]], array![[0.0]]);
        let spec = BasisSpec::Polynomial(PolynomialSpec { degree: 2 });
        let basis = Basis::new(spec, &data).unwrap();
        assert_eq!(
            basis.names(&data.inputs),
            ["x1", "x2", "x1^2", "x1 x2", "x2^2"]
        );
        assert_eq!(basis.of(data.x.view()), array![[2.0, 3.0, 4.0, 6.0, 9.0]]);
        for (inputs, degree) in [(1, 7), (3, 4), (10, 2)] {
            assert_eq!(
                powers(inputs, degree).len() as f64,
                products(inputs, degree)
            );
        }
    }

    #[test]
    fn bells_stand_on_a_grid_over_the_range() {
        let data = Data::new(array![[0.0, 5.0], [2.0, 5.0]], array![[0.0], [0.0]]);
        let spec = BasisSpec::Gaussian(GaussianSpec {
            centers: 3,
            width: 0.5,
        });
        let basis = Basis::new(spec, &data).unwrap();
        assert_eq!(basis.len(), 9);
        assert_eq!(basis.names(&data.inputs)[3], "bell(1, 5)");
        // One and a half deviations... of 0.5: x1 is 2 of them from the center 1.
        let value = basis.of(data.x.view())[[0, 3]];
        assert!((value - (-2.0_f64).exp()).abs() < 1e-15, "{value}");
    }

    #[test]
    fn too_many_functions_are_refused_before_they_are_made() {
        let data = Data::new(Array2::zeros((1, 784)), array![[0.0]]);
        let spec = BasisSpec::Polynomial(PolynomialSpec { degree: 3 });
        let problem = Basis::new(spec, &data).err().unwrap();
        assert_eq!(problem.key, "learner.least_squares.basis.polynomial.degree");
        assert!(
            problem.reason.contains("of 784 inputs this makes 80931144"),
            "{}",
            problem.reason
        );
    }
}
