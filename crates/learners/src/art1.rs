//! ART1: categories of patterns of 0 and 1, learned one pattern after the other.
//!
//! ```math
//! T_j = \frac{|\mathbf{s} \wedge \mathbf{t}_j|}{\alpha + |\mathbf{t}_j|}, \qquad
//! |\mathbf{s} \wedge \mathbf{t}_j| \ge \rho\, |\mathbf{s}|, \qquad
//! \mathbf{t}_j \leftarrow \mathbf{s} \wedge \mathbf{t}_j
//! ```
//!
//! with fast learning; [`crate::art`] has the search. Books write the choice as bottom-up weights
//! b = L t / (L − 1 + |t|), which gives the same order with α = L − 1. The vigilance is compared
//! with the share of the *ones* of the pattern (some programs take the share of all its inputs,
//! which is another number). With ρ = 1 learning ends with one category for each distinct pattern.
//!
//! | | shape |
//! |---|---|
//! | s, one pattern | `[D]` |
//! | t (`weight`), a template for each category | `[C, D]` |
//! | `hits`, patterns of each category | `[C]` |
//! | `labels`, mean target of these patterns | `[C, K]` |
//!
//! Source: G. A. Carpenter, S. Grossberg, "A massively parallel architecture for a self-organizing
//! neural pattern recognition machine", Computer Vision, Graphics, and Image Processing 37 (1987);
//! in this form L. Fausett, *Fundamentals of Neural Networks*, 1994, section 5.2.

use ndarray::{Array2, array};
use spec::Problem;
use spec::learners::{Art1Spec, FuzzyArtSpec};

use crate::art::{Art, Kind, learned};
use crate::{Data, Proof, Witness};

/// Categories of binary patterns.
pub type Art1 = Art<Art1Spec>;

impl Kind for Art1Spec {
    fn settings(&self) -> FuzzyArtSpec {
        FuzzyArtSpec {
            vigilance: self.vigilance,
            units: self.units,
            choice: self.choice,
            rate: 1.0,
            complement: false,
            passes: self.passes,
        }
    }

    fn expect(&self, data: &Data) -> Result<(), Problem> {
        let refuse = |reason: String, hint: &str| {
            let problem = Problem::new("learner.art1", reason);
            Err(problem.hint(hint))
        };
        let is_bit = |x: f64| x == 0.0 || x == 1.0;
        if let Some(((sample, input), x)) = data.x.indexed_iter().find(|(_, x)| !is_bit(**x)) {
            let (input, sample) = (&data.inputs[input], sample + 1);
            return refuse(
                format!("{input} of sample {sample} is {x}, and patterns are of 0 and 1"),
                "use patterns of 0 and 1, and no scaling of the data; [learner.fuzzy_art] takes \
                 numbers between them",
            );
        }
        match data.x.rows().into_iter().position(|x| x.sum() == 0.0) {
            None => Ok(()),
            Some(sample) => refuse(
                format!(
                    "sample {} has no 1, so no category can have a share of its ones",
                    sample + 1
                ),
                "leave such patterns out",
            ),
        }
    }
}

/// Four patterns of four inputs, from a textbook.
pub(crate) fn fausett() -> Data {
    let x = array![
        [1.0, 1.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 1.0],
        [1.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 1.0, 1.0],
    ];
    Data::new(x, Array2::eye(4))
}

/// The letters A to T of 5 x 7 pixels that ship with the workspace.
pub(crate) fn alphabet() -> Data {
    let text = include_str!("../../datasets/data/csv/alphabet.csv");
    let letters = text.lines().skip(1);
    let pixels = letters.flat_map(|line| line.split(',').skip(1));
    let pixels: Vec<f64> = pixels
        .map(|pixel| f64::from(u8::from(pixel == "1")))
        .collect();
    let count = pixels.len() / 35;
    let x = Array2::from_shape_fn((count, 35), |(i, j)| pixels[35 * i + j]);
    let mut data = Data::new(x, Array2::eye(count));
    data.inputs = (0..35)
        .map(|i| format!("r{}c{}", i / 5 + 1, i % 5 + 1))
        .collect();
    data.outputs = text.lines().skip(1).map(|line| line[..1].into()).collect();
    data
}

/// A network of three units on the four patterns: categories of the first pass and of the second
/// (−1: rejected), and the templates between.
fn worked(vigilance: f64, wanted: [&[f64]; 3]) -> [Proof; 3] {
    let spec = Art1Spec {
        vigilance,
        units: 3,
        ..Art1Spec::default()
    };
    let data = fausett();
    let mut art = Art1::new(&spec, &data).expect("patterns of 0 and 1");
    let numbers = |categories: Vec<Option<usize>>| -> Vec<f64> {
        let number = |category: Option<usize>| category.map_or(-1.0, |c| c as f64);
        categories.into_iter().map(number).collect()
    };
    let first = numbers(art.categories_of(&data));
    let templates: Vec<f64> = art.templates().iter().copied().collect();
    let second = numbers(art.categories_of(&data));
    let on = format!("four patterns, vigilance {vigilance}");
    let row = |quantity, found: &[f64], wanted| {
        Proof::of(&on, quantity, Witness::Published, found, wanted).tolerance(0.0)
    };
    [
        row("categories", &first, wanted[0]),
        row("templates", &templates, wanted[1]),
        row("categories of a second pass", &second, wanted[2]),
    ]
}

/// With ρ = 1 every template is one of the patterns, and every pattern has its own.
fn one_for_each(data: &Data) -> Proof {
    let spec = Art1Spec {
        vigilance: 1.0,
        ..Art1Spec::default()
    };
    let art = learned(&spec, data);
    let has = |x| art.templates().rows().into_iter().any(|w| w == x);
    let without = data.x.rows().into_iter().filter(|x| !has(*x)).count();
    let wrong = without + art.templates().nrows().abs_diff(data.len());
    let quantity = "one category for each letter";
    let on = "letters A to T, vigilance 1";
    Proof::within(on, quantity, Witness::Invariant, wrong as f64, 0.0)
}

/// The textbook's case at two vigilances, and what must hold of letters.
pub fn proofs() -> Vec<Proof> {
    let low = worked(
        0.4,
        [
            &[0.0, 1.0, 0.0, 1.0],
            &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
            &[0.0, 1.0, 0.0, 1.0],
        ],
    );
    let high = worked(
        0.7,
        [
            &[0.0, 1.0, 0.0, 2.0],
            &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0],
            &[-1.0, 1.0, 0.0, 2.0],
        ],
    );
    let mut proofs: Vec<Proof> = low.into_iter().chain(high).collect();
    let letters = alphabet();
    for vigilance in [0.5, 0.8] {
        let spec = Art1Spec {
            vigilance,
            ..Art1Spec::default()
        };
        let on = format!("letters A to T, vigilance {vigilance}");
        proofs.extend(learned(&spec, &letters).proofs_on(&on, &letters));
    }
    proofs.push(one_for_each(&letters));
    proofs
}
