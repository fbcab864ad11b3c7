//! Where each trainee of a run stands, so that a run that was cut off can go on.
//!
//! `<implementation>.checkpoint` in the folder of a run is a sequence of CBOR items (RFC 8949): the
//! version, what is recorded of the trainee so far, and what the trainee itself saved. Numbers are
//! kept bit by bit. The file is written aside, synced and renamed, at the end of a pass; random
//! streams have no state, since every choice has a stream of its own by its name and number.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::trainee::Trainee;
use crate::record::Trained;
use crate::{Failure, failure};

/// Of the layout of this file and of the numbers that go on from it.
const VERSION: u32 = 1;

/// What stands before the trainee's own state.
#[derive(Serialize, Deserialize)]
struct Head {
    version: u32,
    trained: Trained,
}

/// The bytes of a checkpoint; none where the trainee cannot be saved.
///
/// # Errors
/// When something in it cannot be written.
pub fn bytes(trainee: &dyn Trainee, trained: &Trained) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let head = Head {
        version: VERSION,
        trained: trained.clone(),
    };
    encode(&head, &mut bytes)?;
    Ok(trainee.save(&mut bytes)?.then_some(bytes))
}

/// Goes on from the checkpoint in a file: what is recorded of the trainee until there. None where
/// there is no checkpoint.
///
/// # Errors
/// [`Failure::Input`] when it cannot be read or is of something else.
pub fn read(file: &Path, trainee: &mut dyn Trainee) -> Result<Option<Trained>, Failure> {
    let told = |why: String| {
        let file = file.display();
        Failure::Input(format!(
            "{file}: cannot go on from this checkpoint ({why}); remove it to begin again"
        ))
    };
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(told(failure::cause(&error))),
    };
    let mut rest = bytes.as_slice();
    let head: Head = decode(&mut rest).map_err(|_| told("it is damaged".into()))?;
    if head.version != VERSION {
        let version = head.version;
        return Err(told(format!("it has version {version}, not {VERSION}")));
    }
    trainee
        .restore(rest)
        .map_err(|error| told(error.to_string()))?;
    Ok(Some(head.trained))
}

/// Adds a value to what is saved.
///
/// # Errors
/// When it has no CBOR.
pub fn encode(value: &impl Serialize, to: &mut Vec<u8>) -> io::Result<()> {
    ciborium::into_writer(value, to).map_err(io::Error::other)
}

/// Takes the next value off what was saved.
///
/// # Errors
/// When it is damaged, or another value.
pub fn decode<T: DeserializeOwned>(from: &mut &[u8]) -> io::Result<T> {
    ciborium::from_reader(from).map_err(io::Error::other)
}
