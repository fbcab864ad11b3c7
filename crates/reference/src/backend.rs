//! Burn's CPU devices.

use burn::tensor::Device;

#[cfg(not(any(feature = "burn-ndarray", feature = "burn-flex")))]
compile_error!("choose a device of burn: the feature burn-ndarray, burn-flex, or both");

/// One of burn's devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// `burn-ndarray`: arrays of the ndarray crate. 0.22.1 is its last version.
    #[cfg(feature = "burn-ndarray")]
    Ndarray,
    /// `burn-flex`: burn's current CPU backend.
    #[cfg(feature = "burn-flex")]
    Flex,
}

/// How many are built in.
const BACKENDS: usize =
    cfg!(feature = "burn-ndarray") as usize + cfg!(feature = "burn-flex") as usize;

impl Backend {
    /// The devices that are built in.
    pub const ALL: [Self; BACKENDS] = [
        #[cfg(feature = "burn-ndarray")]
        Self::Ndarray,
        #[cfg(feature = "burn-flex")]
        Self::Flex,
    ];

    /// Its name in a config: `burn-ndarray` or `burn-flex`.
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "burn-ndarray")]
            Self::Ndarray => "burn-ndarray",
            #[cfg(feature = "burn-flex")]
            Self::Flex => "burn-flex",
        }
    }

    /// The device without autodiff.
    pub(crate) fn device(self) -> Device {
        match self {
            // Deprecated in favour of flex; both are references here.
            #[cfg(feature = "burn-ndarray")]
            #[allow(deprecated)]
            Self::Ndarray => Device::ndarray(),
            #[cfg(feature = "burn-flex")]
            Self::Flex => Device::flex(),
        }
    }
}
