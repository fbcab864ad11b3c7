//! The machine: its processor, its memory, and the threads that work.

use rayon::ThreadPoolBuilder;
use serde::{Deserialize, Serialize};
use spec::training::TrainingSpec;
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
    /// Vector instructions that the kernels can choose from.
    pub vector_instructions: Vec<String>,
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
