//! The vector instructions that the kernels use: the best that the processor has, or fewer.
//!
//! A wider vector adds up in another order, so that the last bits differ between instruction sets.
//! Whoever wants the bits of another machine chooses the set that it used.

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};

use pulp::Arch;

/// An instruction set that the kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstructionSet {
    /// One number at a time.
    Scalar,
    /// x86-64: vectors of 256 bits, AVX2 with FMA.
    Avx2,
    /// x86-64: vectors of 512 bits, AVX-512 F, BW, CD, DQ and VL.
    Avx512,
    /// ARM: vectors of 128 bits.
    Neon,
}

/// What was chosen for this process: its place in [`InstructionSet::ALL`], from 1 on; 0: nothing.
static CHOSEN: AtomicU8 = AtomicU8::new(0);

impl InstructionSet {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Scalar, Self::Avx2, Self::Avx512, Self::Neon];

    /// Its name in configs and records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Neon => "neon",
        }
    }

    /// Those that this processor has.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|set| set.arch().is_some())
    }

    /// Uses it in this process from now on. Layers of a network lie in memory as its vectors want
    /// it, so none may be there yet.
    ///
    /// # Errors
    /// When the processor does not have it; then nothing changes.
    pub fn choose(self) -> Result<(), Unavailable> {
        self.arch().ok_or(Unavailable(self))?;
        CHOSEN.store(1 + self as u8, Ordering::Relaxed);
        Ok(())
    }

    /// What the kernels use: the one that was chosen, or the best that the processor has.
    pub fn in_use() -> Self {
        let used = arch();
        let is_used = |set: &Self| set.arch().is_some_and(|arch| same(arch, used));
        Self::ALL.into_iter().find(is_used).unwrap_or(Self::Scalar)
    }

    /// pulp's name for it, if the processor has it.
    fn arch(self) -> Option<Arch> {
        match self {
            Self::Scalar => Some(Arch::Scalar),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => pulp::x86::V3::try_new().map(Arch::V3),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => pulp::x86::V4::try_new().map(Arch::V4),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => pulp::aarch64::Neon::try_new().map(Arch::Neon),
            #[allow(unreachable_patterns, reason = "of other processors")]
            _ => None,
        }
    }
}

/// The processor does not have this instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable(pub InstructionSet);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let has: Vec<_> = InstructionSet::available()
            .map(InstructionSet::name)
            .collect();
        let (wanted, has) = (self.0.name(), has.join(", "));
        write!(f, "this processor does not have {wanted}; it has {has}")
    }
}

impl std::error::Error for Unavailable {}

/// What a kernel is dispatched to.
#[inline]
pub fn arch() -> Arch {
    let chosen = usize::from(CHOSEN.load(Ordering::Relaxed)).checked_sub(1);
    let chosen = chosen.map(|index| InstructionSet::ALL[index]);
    chosen
        .and_then(InstructionSet::arch)
        .unwrap_or_else(Arch::new)
}

fn same(a: Arch, b: Arch) -> bool {
    std::mem::discriminant(&a) == std::mem::discriminant(&b)
}
