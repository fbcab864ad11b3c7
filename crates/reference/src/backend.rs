//! Burn's CPU devices.

use burn::tensor::Device;

/// One of burn's devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// `burn-ndarray`: arrays of the ndarray crate. 0.22.1 is its last version.
    Ndarray,
    /// `burn-flex`: burn's current CPU backend.
    Flex,
}

impl Backend {
    /// Both devices.
    pub const ALL: [Self; 2] = [Self::Ndarray, Self::Flex];

    /// Its name in a config: `burn-ndarray` or `burn-flex`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ndarray => "burn-ndarray",
            Self::Flex => "burn-flex",
        }
    }

    /// The device without autodiff.
    pub(crate) fn device(self) -> Device {
        match self {
            // Deprecated in favour of flex; both are references here.
            #[allow(deprecated)]
            Self::Ndarray => Device::ndarray(),
            Self::Flex => Device::flex(),
        }
    }
}
