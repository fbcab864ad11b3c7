//! Writes the compiler, the profile and the versions of the dependencies where records find them.

fn main() {
    built::write_built_file().expect("the build's facts could not be written");
}
