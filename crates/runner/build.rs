//! Writes where records find them: the compiler, the profile, and the versions of the libraries
//! that compute.

use std::{env, fs, path::Path};

/// What an implementation or a data set computes with, ours and burn's.
const COMPUTING: [&str; 9] = [
    "burn",
    "burn-flex",
    "burn-ndarray",
    "gemm",
    "matrixmultiply",
    "ndarray",
    "polars",
    "pulp",
    "rayon",
];

fn main() {
    for file in ["Cargo.toml", "../../Cargo.toml", "../../Cargo.lock"] {
        println!("cargo::rerun-if-changed={file}");
    }
    built::write_built_file().expect("the build's facts could not be written");
    let lock = fs::read_to_string("../../Cargo.lock").expect("Cargo.lock could not be read");
    let libraries = format!("{:#?}", computing(&lock));
    let folder = env::var("OUT_DIR").expect("cargo says where to write");
    fs::write(Path::new(&folder).join("libraries.rs"), libraries)
        .expect("the libraries' versions could not be written");
}

/// Name and version of the packages in a lock file that compute; two of one name are two rows.
fn computing(lock: &str) -> Vec<(&str, &str)> {
    let packages = lock.split("[[package]]\n").skip(1);
    let described = packages.filter_map(|package| {
        let mut lines = package.lines();
        Some((quoted(lines.next()?)?, quoted(lines.next()?)?))
    });
    described
        .filter(|(name, _)| COMPUTING.contains(name) && is_built_in(name))
        .collect()
}

/// Whether a library that computes is compiled: burn is where a feature asks for it.
fn is_built_in(name: &str) -> bool {
    let feature = |name: &str| env::var_os(format!("CARGO_FEATURE_{name}")).is_some();
    let (ndarray, flex) = (feature("BURN_NDARRAY"), feature("BURN_FLEX"));
    match name {
        "burn" => ndarray || flex,
        "burn-ndarray" => ndarray,
        "burn-flex" => flex,
        _ => true,
    }
}

/// What stands in quotation marks.
fn quoted(line: &str) -> Option<&str> {
    line.split('"').nth(1)
}
