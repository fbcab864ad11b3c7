//! The float types that everything is generic over.

use ndarray::NdFloat;

use crate::activations;

/// A float type: `f32` trains, `f64` proves.
pub trait Real: NdFloat + bytemuck::Pod + std::iter::Sum {
    /// Its name in Rust.
    const NAME: &'static str;
    /// The nearest value of this type.
    fn of(value: f64) -> Self;
    /// The same value as f64.
    fn f64(self) -> f64;
    /// `$1 / (1 + e^{-x})$`, in f32 so that a loop computes it in vectors.
    fn vector_sigmoid(self) -> Self;
    /// `$\tanh x$`, likewise; `tanh` itself is the system's.
    fn vector_tanh(self) -> Self;
    /// `$e^x$`, likewise.
    fn vector_exp(self) -> Self;
    /// The error function `$\frac{2}{\sqrt\pi} \int_0^x e^{-t^2} dt$`, likewise.
    fn vector_erf(self) -> Self;
    /// `$x = \text{byte} \cdot \text{scale} + \text{offset}$`, as far as both slices reach: pixels
    /// as they are in a file.
    fn of_bytes(bytes: &[u8], scale: Self, offset: Self, x: &mut [Self]);
}

/// A loop over slices, which the compiler turns into vector instructions.
macro_rules! of_bytes {
    () => {
        fn of_bytes(bytes: &[u8], scale: Self, offset: Self, x: &mut [Self]) {
            for (x, &byte) in x.iter_mut().zip(bytes) {
                *x = Self::from(byte) * scale + offset;
            }
        }
    };
}

impl Real for f32 {
    const NAME: &'static str = "f32";

    fn of(value: f64) -> Self {
        value as f32
    }

    fn f64(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn vector_sigmoid(self) -> Self {
        activations::sigmoid(self)
    }

    #[inline(always)]
    fn vector_tanh(self) -> Self {
        activations::tanh(self)
    }

    #[inline(always)]
    fn vector_exp(self) -> Self {
        activations::exp(self)
    }

    #[inline(always)]
    fn vector_erf(self) -> Self {
        activations::erf(self)
    }
    of_bytes!();
}

impl Real for f64 {
    const NAME: &'static str = "f64";

    fn of(value: f64) -> Self {
        value
    }

    fn f64(self) -> f64 {
        self
    }

    fn vector_sigmoid(self) -> Self {
        1.0 / (1.0 + (-self).exp())
    }

    fn vector_tanh(self) -> Self {
        self.tanh()
    }

    fn vector_exp(self) -> Self {
        self.exp()
    }

    fn vector_erf(self) -> Self {
        libm::erf(self)
    }
    of_bytes!();
}
