//! The files that ship are the ones their README describes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

/// (file, SHA-256) of every table row that ends with a digest.
fn listed(readme: &str) -> Vec<(String, String)> {
    readme
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let (file, digest) = (cells.first()?, cells.last()?);
            let is_digest = digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
            is_digest.then(|| (file.to_string(), digest.to_string()))
        })
        .collect()
}

#[test]
fn every_file_has_the_digest_of_the_readme() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let listed = listed(&fs::read_to_string(data.join("README.md")).unwrap());
    for (file, digest) in &listed {
        let bytes = fs::read(data.join(file)).unwrap();
        let found: String = Sha256::digest(&bytes)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(&found, digest, "{file}");
    }
    let listed: BTreeSet<String> = listed.into_iter().map(|(file, _)| file).collect();
    let mut found = BTreeSet::new();
    for folder in ["mnist", "csv", "text"] {
        for entry in fs::read_dir(data.join(folder)).unwrap() {
            found.insert(format!("{folder}/{}", entry.unwrap().file_name().display()));
        }
    }
    assert_eq!(found, listed);
}
