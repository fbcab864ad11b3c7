//! The command line as its users meet it: each test runs the binary in a folder of its own and
//! looks at the exit code, at what is printed, and at the files that are left.

mod bad_config;
mod bad_data;
mod check;
mod compare;
mod draw;
mod early;
mod escapes;
mod export;
mod film;
mod learner_data;
mod learners;
mod lstm_1997;
mod neurons;
mod new_config;
mod new_data;
mod outputs;
mod pictures;
mod proofs;
mod rbf;
mod recorded;
mod report;
mod resume;
mod sample;
mod stopping;
mod support;
mod surface;
mod table;
mod table_curves;
mod table_processes;
mod techniques;
mod trace;
mod training;
mod usage;
