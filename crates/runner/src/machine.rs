//! The machine: its processor, its memory, and the threads that work.

use backprop::{InstructionSet, Unavailable};
use rayon::ThreadPoolBuilder;
use serde::{Deserialize, Serialize};
use spec::training::{self, TrainingSpec};
use spec::{Config, NetworkSpec, Problem};
use sysinfo::System;

use crate::Failure;

/// What a record says of the machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Machine {
    /// The processor's name.
    pub processor: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Memory in bytes.
    pub memory_bytes: u64,
    /// Operating system and architecture.
    pub system: String,
    /// Vector instructions that the processor has.
    pub vector_instructions: Vec<String>,
    /// Those that the hand-written implementation used; empty in records from before it was chosen.
    #[serde(default)]
    pub instruction_set: String,
}

impl Machine {
    /// This machine.
    pub fn here() -> Self {
        let mut system = System::new();
        system.refresh_cpu_all();
        system.refresh_memory();
        let processor = system.cpus().first().map_or("", |cpu| cpu.brand());
        Self {
            processor: processor.trim().into(),
            cores: cores(),
            memory_bytes: system.total_memory(),
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            vector_instructions: vector_instructions(),
            instruction_set: InstructionSet::in_use().name().into(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn vector_instructions() -> Vec<String> {
    let all = [
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
    ];
    let present = all.iter().filter(|(_, present)| *present);
    present.map(|(name, _)| (*name).into()).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn vector_instructions() -> Vec<String> {
    Vec::new()
}

/// Cores that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Threads that an experiment asks for.
pub fn threads(training: &TrainingSpec) -> usize {
    training.threads.unwrap_or_else(cores)
}

/// Has the hand-written implementation compute with the vector instructions that a config asks for,
/// in this process from now on.
///
/// # Errors
/// [`Failure::Input`] with the place of the setting, when the processor does not have them.
pub fn use_instruction_set(config: &Config, network: &NetworkSpec) -> Result<(), Failure> {
    let set = match network.training.instruction_set {
        None => return Ok(()),
        Some(training::InstructionSet::Scalar) => InstructionSet::Scalar,
        Some(training::InstructionSet::Avx2) => InstructionSet::Avx2,
        Some(training::InstructionSet::Avx512) => InstructionSet::Avx512,
        Some(training::InstructionSet::Neon) => InstructionSet::Neon,
    };
    set.choose().map_err(|unavailable: Unavailable| {
        let problem = Problem::new("training.instruction_set", unavailable.to_string());
        let hint = "choose one of these, or leave it out for the best of them";
        config.locate(problem.hint(hint)).into()
    })
}

/// Does some work on a pool of so many threads: the hand-written implementation and burn take
/// theirs from it.
///
/// # Errors
/// When the system gives no threads.
pub fn in_pool<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> Result<R, Failure> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| {
        Failure::Input(format!(
            "cannot start {threads} threads ({error}); set fewer in training.threads"
        ))
    })?;
    Ok(pool.install(work))
}

/// Largest memory of this process so far in bytes, where the system tells (Linux).
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
