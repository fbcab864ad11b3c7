//! Machines with a rule of their own, which are no network under a loss.
//!
//! Each is one file: equations and source on top, then the rule step by step as the source has it,
//! the rows of its proof, and tests. Everything is computed in f64. Here is no burn, and nothing of
//! a run: the runner leads a [`Learner`] from pass to pass, measures and records.
//!
//! ```
//! use learners::{Data, build};
//! use ndarray::array;
//! use spec::learners::{HebbSpec, LearnerSpec};
//!
//! // AND in bipolar numbers.
//! let x = array![[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]];
//! let data = Data::new(x.clone(), array![[-1.0], [-1.0], [-1.0], [1.0]]);
//! let mut hebb = build(&LearnerSpec::Hebb(HebbSpec::default()), &data)?;
//! hebb.pass(&data, &|| Ok(())).expect("Hebb's rule refuses nothing");
//! assert!(hebb.is_done());
//! assert_eq!(hebb.predict(x.view()), array![[-6.0], [-2.0], [-2.0], [2.0]]);
//! # Ok::<(), spec::Problem>(())
//! ```

mod art;
mod art1;
mod boltzmann;
pub mod cascade_correlation;
mod data;
mod findings;
mod fuzzy_art;
pub mod graph;
mod hebb;
mod hopfield;
mod labels;
mod learner;
mod least_squares;
mod linear_algebra;
mod logarithms;
mod lstm_1997;
pub mod newton;
mod ngram;
mod objective;
mod proof;
pub mod rbf;
mod rbm;
pub mod ridge;
mod slope;
mod som;
pub mod svg;
mod winners;

use spec::Problem;
use spec::learners::LearnerSpec;

pub use data::{Data, Sequences};
pub use findings::Findings;
pub use learner::{Learner, Stop, Tick};
pub use lstm_1997::is_right;
pub use objective::Objective;
pub use proof::{Proof, Witness, largest};
pub use slope::Slope;

/// What makes some of a learner, with the learner's name in a config.
pub type Named<T> = (&'static str, fn() -> Vec<T>);

/// Makes [`build`] and [`proofs`] from the list of learners, a line each: the variant of
/// [`LearnerSpec`], the learner, and the function that proves it.
macro_rules! register {
    ($($variant:ident => $module:ident::$learner:ident,)*) => {
        /// The learner of a config, before its first pass. The data are those that it will learn
        /// from.
        ///
        /// # Errors
        /// When it cannot learn from them.
        pub fn build(spec: &LearnerSpec, data: &Data) -> Result<Box<dyn Learner>, Problem> {
            Ok(match spec {
                $(LearnerSpec::$variant(settings) => {
                    Box::new($module::$learner::new(settings, data)?)
                })*
            })
        }

        /// What proves each learner, by its name in a config, on small data of its own; and what
        /// layer `rbf` takes from its training data.
        pub fn proofs() -> Vec<Named<Proof>> {
            vec![$((stringify!($module), $module::proofs),)* ("rbf", rbf::proofs)]
        }
    };
}

register! {
    Art1 => art1::Art1,
    Boltzmann => boltzmann::Boltzmann,
    CascadeCorrelation => cascade_correlation::CascadeCorrelation,
    FuzzyArt => fuzzy_art::FuzzyArt,
    Hebb => hebb::Hebb,
    Hopfield => hopfield::Hopfield,
    LeastSquares => least_squares::LeastSquares,
    Lstm1997 => lstm_1997::Lstm1997,
    Newton => newton::Newton,
    Ngram => ngram::Ngram,
    Rbm => rbm::Rbm,
    Som => som::Som,
}

/// Gradients that the rules follow which have one, by the learner's name in a config, on small data
/// of its own.
pub fn slopes() -> Vec<Named<Slope>> {
    vec![
        ("boltzmann", boltzmann::slopes),
        ("cascade_correlation", cascade_correlation::slopes),
        ("rbm", rbm::slopes),
        ("som", som::slopes),
    ]
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_learner_is_proved() {
        for (name, proofs) in super::proofs() {
            let proofs = proofs();
            assert!(!proofs.is_empty(), "{name} proves nothing");
            for proof in proofs {
                assert!(proof.holds(), "{name}: {proof:?}");
            }
        }
    }
}
