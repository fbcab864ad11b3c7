//! Fuzzy ART: categories of numbers from 0 to 1, learned one sample after the other.
//!
//! ```math
//! T_j = \frac{|\mathbf{s} \wedge \mathbf{w}_j|}{\alpha + |\mathbf{w}_j|}, \qquad
//! |\mathbf{s} \wedge \mathbf{w}_j| \ge \rho\, |\mathbf{s}|, \qquad
//! \mathbf{w}_j \leftarrow \beta\, (\mathbf{s} \wedge \mathbf{w}_j) + (1 - \beta)\, \mathbf{w}_j
//! ```
//!
//! as ART1, with the smaller of two numbers for the *and* of two bits; [`crate::art`] has the
//! search. With complement coding a sample x is given as s = (x, 1 − x), so |s| = D, and w = (u, 1
//! − v) is the box from u to v: with β = 1 the smallest that holds all samples it has learned. It
//! reaches at most D (1 − ρ), summed over its sides. Without complement coding templates shrink
//! towards 0, and categories multiply.
//!
//! | | shape |
//! |---|---|
//! | x, one sample | `[D]` |
//! | w (`weight`), a template for each category | `[C, 2 D]`, or `[C, D]` without complement coding |
//! | `hits`, samples of each category | `[C]` |
//! | `labels`, mean target of these samples | `[C, K]` |
//!
//! Source: G. A. Carpenter, S. Grossberg, D. B. Rosen, "Fuzzy ART: Fast stable learning and
//! categorization of analog patterns by an adaptive resonance system", Neural Networks 4 (1991).

use ndarray::array;
use spec::Problem;
use spec::learners::FuzzyArtSpec;

use crate::art::{Art, Kind, learned};
use crate::{Data, Proof, Witness};

/// Categories of numbers from 0 to 1.
pub type FuzzyArt = Art<FuzzyArtSpec>;

impl Kind for FuzzyArtSpec {
    fn settings(&self) -> FuzzyArtSpec {
        *self
    }

    fn expect(&self, data: &Data) -> Result<(), Problem> {
        let refuse = |reason: String, hint: &str| {
            let problem = Problem::new("learner.fuzzy_art", reason);
            Err(problem.hint(hint))
        };
        let wrong = |x: f64| !(0.0..=1.0).contains(&x);
        if let Some(((sample, input), x)) = data.x.indexed_iter().find(|(_, x)| wrong(**x)) {
            let (input, sample) = (&data.inputs[input], sample + 1);
            return refuse(
                format!("{input} of sample {sample} is {x}, and inputs are from 0 to 1"),
                "scale the data: scale = \"min_max\"",
            );
        }
        let empty = data.x.rows().into_iter().position(|x| x.sum() == 0.0);
        match empty.filter(|_| !self.complement) {
            None => Ok(()),
            Some(sample) => refuse(
                format!(
                    "all inputs of sample {} are 0, so nothing can match it",
                    sample + 1
                ),
                "use complement = true",
            ),
        }
    }
}

/// Five points of a square.
pub(crate) fn points() -> Data {
    let x = array![
        [0.1, 0.2],
        [0.15, 0.25],
        [0.8, 0.9],
        [0.2, 0.1],
        [0.85, 0.7]
    ];
    Data::new(x.clone(), x)
}

/// Five points at three vigilances; and ART1's case, of which this is a generalisation.
pub fn proofs() -> Vec<Proof> {
    let data = points();
    let mut proofs = Vec::new();
    let boxes = [[0.1, 0.1, 0.8, 0.75], [0.8, 0.7, 0.15, 0.1]].concat();
    for (vigilance, wanted) in [
        (0.5, [0.0, 0.0, 1.0, 0.0, 1.0]),
        (0.75, [0.0, 0.0, 1.0, 0.0, 1.0]),
        (0.9, [0.0, 0.0, 1.0, 2.0, 3.0]),
    ] {
        let spec = FuzzyArtSpec {
            vigilance,
            ..FuzzyArtSpec::default()
        };
        let on = format!("five points, vigilance {vigilance}");
        let mut art = FuzzyArt::new(&spec, &data).expect("numbers from 0 to 1");
        let categories = art.categories_of(&data).into_iter().flatten();
        let categories: Vec<f64> = categories.map(|category| category as f64).collect();
        let row = |quantity, found: &[f64], wanted: &[f64]| {
            Proof::of(&on, quantity, Witness::ClosedForm, found, wanted)
        };
        proofs.push(row("categories", &categories, &wanted).tolerance(0.0));
        if vigilance < 0.9 {
            let templates: Vec<f64> = art.templates().iter().copied().collect();
            proofs.push(row("boxes, by hand", &templates, &boxes).tolerance(1e-15));
        }
        proofs.extend(learned(&spec, &data).proofs_on(&on, &data));
    }
    proofs.push(is_art1_of_bits());
    proofs
}

/// Patterns of 0 and 1 without complement coding: ART1.
fn is_art1_of_bits() -> Proof {
    let letters = crate::art1::alphabet();
    let art1 = spec::learners::Art1Spec {
        vigilance: 0.8,
        ..Default::default()
    };
    let fuzzy = FuzzyArtSpec {
        complement: false,
        choice: art1.choice,
        vigilance: art1.vigilance,
        ..FuzzyArtSpec::default()
    };
    let (fuzzy, art1) = (learned(&fuzzy, &letters), learned(&art1, &letters));
    let [found, wanted] = [fuzzy.templates(), art1.templates()]
        .map(|templates| templates.iter().copied().collect::<Vec<f64>>());
    let (on, quantity) = ("letters A to T, vigilance 0.8", "templates, by ART1");
    Proof::of(on, quantity, Witness::ClosedForm, &found, &wanted).tolerance(0.0)
}
