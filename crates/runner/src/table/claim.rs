//! Who works on what, where several processes work on one table over a common folder.
//!
//! A claim is a file, `<key>.claim-1`, that only one process can create; while it works it writes
//! the file again and again. A claim that was not written for some time is stale: its process died,
//! and whoever creates `<key>.claim-2` takes over. The highest number holds. No file of another
//! process is ever removed or renamed before the work is done, so nobody can take over what
//! somebody has just taken over.
//!
//! On Linux the file names the process, so that a process that died on the same machine is not
//! waited for.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A claim of this process; it ends when this is dropped.
pub struct Claim {
    folder: PathBuf,
    key: String,
    number: u64,
}

impl Claim {
    /// Claims a key, unless somebody else has it: claims that were not written for so long are
    /// stale.
    ///
    /// # Errors
    /// When the folder cannot be read or written.
    pub fn take(folder: &Path, key: &str, stale: Duration) -> io::Result<Option<Self>> {
        let highest = numbers(folder, key)?.into_iter().max().unwrap_or(0);
        if highest > 0 && !is_stale(&path(folder, key, highest), stale)? {
            return Ok(None);
        }
        let claim = Self {
            folder: folder.into(),
            key: key.into(),
            number: highest + 1,
        };
        let file = path(folder, key, claim.number);
        match OpenOptions::new().write(true).create_new(true).open(file) {
            Ok(mut file) => {
                file.write_all(here().as_bytes())?;
                Ok(Some(claim))
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                // Not ours: it must not be removed.
                std::mem::forget(claim);
                Ok(None)
            }
            Err(error) => {
                std::mem::forget(claim);
                Err(error)
            }
        }
    }

    /// Shows that the work goes on; false: somebody has taken over.
    ///
    /// # Errors
    /// When the folder cannot be read or written.
    pub fn keep(&self) -> io::Result<bool> {
        let highest = numbers(&self.folder, &self.key)?.into_iter().max();
        if highest != Some(self.number) {
            return Ok(false);
        }
        // What is written gets the time of the machine that has the folder.
        let file = path(&self.folder, &self.key, self.number);
        match OpenOptions::new().write(true).open(file) {
            Ok(mut file) => file.write_all(here().as_bytes()).map(|()| true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        for number in 1..=self.number {
            let _ = fs::remove_file(path(&self.folder, &self.key, number));
        }
    }
}

fn path(folder: &Path, key: &str, number: u64) -> PathBuf {
    folder.join(format!("{key}.claim-{number}"))
}

/// The numbers of a key's claims.
fn numbers(folder: &Path, key: &str) -> io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        let number = name
            .strip_prefix(key)
            .and_then(|rest| rest.strip_prefix(".claim-"));
        numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    Ok(numbers)
}

/// Whether the process of a claim died.
fn is_stale(file: &Path, stale: Duration) -> io::Result<bool> {
    let read =
        fs::read_to_string(file).and_then(|text| Ok((text, fs::metadata(file)?.modified()?)));
    let (holder, written) = match read {
        Ok(read) => read,
        // The work is done, or given up.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    if has_died(&holder) {
        return Ok(true);
    }
    // Clocks of machines differ: now is what the folder says.
    let folder = file.parent().unwrap_or(Path::new("."));
    let now = now_in(folder)?;
    Ok(now.duration_since(written).is_ok_and(|age| age > stale))
}

fn now_in(folder: &Path) -> io::Result<SystemTime> {
    let probe: File = tempfile::tempfile_in(folder)?;
    probe.metadata()?.modified()
}

/// This process, as nobody else is called: machine since it was started, process, its start.
fn here() -> String {
    of_process(std::process::id()).unwrap_or_else(|| "unknown\n".into())
}

/// Whether a process was one of this machine, and is no more.
fn has_died(holder: &str) -> bool {
    let mut words = holder.split_whitespace();
    let (machine, process) = (words.next(), words.next());
    let Some(process) = process.and_then(|process| process.parse().ok()) else {
        return false;
    };
    machine.is_some()
        && machine == machine_here().as_deref()
        && of_process(process).as_deref() != Some(holder)
}

/// `<boot and name space> <process> <start>`, where the system tells (Linux).
fn of_process(process: u32) -> Option<String> {
    let machine = machine_here()?;
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the name in parentheses; the first is field 3, the start is field 22.
    let start = stat.rsplit_once(") ")?.1.split(' ').nth(19)?;
    Some(format!("{machine} {process} {start}\n"))
}

fn machine_here() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let space = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{}/{}", boot.trim(), space.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(1000);

    #[test]
    fn a_claim_is_held_by_one_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let take = |key: &str| Claim::take(folder.path(), key, LONG).unwrap();
        let first = take("a").unwrap();
        assert!(take("a").is_none());
        assert!(take("b").is_some(), "another key is another claim");
        assert!(first.keep().unwrap());
        drop(first);
        assert!(take("a").is_some());
        assert_eq!(
            numbers(folder.path(), "a").unwrap(),
            [0; 0],
            "nothing is left"
        );
    }

    #[test]
    fn a_stale_claim_is_taken_over_and_its_holder_learns_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let slow = Claim::take(folder.path(), "a", LONG).unwrap().unwrap();
        std::thread::sleep(Duration::from_millis(50));
        let short = Duration::from_millis(10);
        let next = Claim::take(folder.path(), "a", short).unwrap().unwrap();
        assert_eq!(next.number, 2);
        assert!(!slow.keep().unwrap());
        drop(slow);
        assert!(next.keep().unwrap(), "the claim of another is not removed");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_that_died_here_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let alive = here();
        let (before, _) = alive.trim().rsplit_once(' ').unwrap();
        fs::write(path(folder.path(), "a", 1), format!("{before} 1\n")).unwrap();
        assert!(Claim::take(folder.path(), "a", LONG).unwrap().is_some());
        fs::write(path(folder.path(), "b", 1), alive).unwrap();
        assert!(Claim::take(folder.path(), "b", LONG).unwrap().is_none());
        fs::write(path(folder.path(), "c", 1), "elsewhere/x 1 1\n").unwrap();
        assert!(Claim::take(folder.path(), "c", LONG).unwrap().is_none());
        // It was killed before it could say who it is.
        fs::write(path(folder.path(), "d", 1), "").unwrap();
        assert!(Claim::take(folder.path(), "d", LONG).unwrap().is_none());
    }
}
