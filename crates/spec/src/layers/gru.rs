//! `gru`: gated recurrent units.

use super::recurrent::{Recurrent, recurrent};

recurrent! {
    /// A layer of gated recurrent units (Cho et al. 2014), reset after the product, as in PyTorch.
    struct GruSpec of 3 gates {}
}

impl Recurrent for GruSpec {
    /// Net inputs from the state before, which the reset gate multiplies.
    fn kept(&self) -> usize {
        3
    }
}
