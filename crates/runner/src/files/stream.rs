//! What is written into, and not replaced: pipes, devices, files that are open already.

#[cfg(unix)]
pub use unix::{expect_pipe_or_device, expect_writable, open};

#[cfg(unix)]
mod unix {
    use std::fs::{File, Metadata};
    use std::io::{self, Error};
    use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
    use std::path::Path;

    use rustix::fs::{Access, OFlags, access, fcntl_getfl, fcntl_setfl};
    use rustix::io::Errno;

    /// # Errors
    /// For what else is no regular file.
    pub fn expect_pipe_or_device(found: &Metadata) -> io::Result<()> {
        let kind = found.file_type();
        match kind {
            _ if kind.is_fifo() || kind.is_char_device() => Ok(()),
            _ if kind.is_block_device() => Err(Error::other("it is a disk")),
            _ if kind.is_socket() => Err(Error::other("it is a socket")),
            _ => Err(Error::other("it is no file")),
        }
    }

    /// Whether we may write to it, without opening it.
    ///
    /// # Errors
    /// When we may not.
    pub fn expect_writable(path: &Path) -> io::Result<()> {
        Ok(access(path, Access::WRITE_OK)?)
    }

    /// Opens it for writing at its end. To open a pipe without a reader would wait for one.
    ///
    /// # Errors
    /// When it cannot be opened, or nobody reads it.
    pub fn open(path: &Path) -> io::Result<File> {
        let mut options = File::options();
        options.append(true);
        options.custom_flags(OFlags::NONBLOCK.bits().cast_signed());
        let file = options.open(path).map_err(|error| {
            let nobody = error.raw_os_error() == Some(Errno::NXIO.raw_os_error());
            match nobody {
                true => Error::other("nobody reads it: start its reader first"),
                false => error,
            }
        })?;
        // From here on a full pipe is waited for.
        fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
        Ok(file)
    }
}

#[cfg(not(unix))]
pub use other::{expect_pipe_or_device, expect_writable, open};

#[cfg(not(unix))]
mod other {
    use std::fs::{File, Metadata};
    use std::io;
    use std::path::Path;

    pub fn expect_pipe_or_device(_: &Metadata) -> io::Result<()> {
        Ok(())
    }

    pub fn expect_writable(path: &Path) -> io::Result<()> {
        match path.is_dir() {
            true => tempfile::tempfile_in(path).map(|_| ()),
            false => open(path).map(|_| ()),
        }
    }

    pub fn open(path: &Path) -> io::Result<File> {
        File::options().append(true).open(path)
    }
}
