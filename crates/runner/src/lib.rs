//! From a config file to a record: the command line of the workspace.
//!
//! [`execute`] carries out one call of `runner`. Each subcommand has a module of its own ([`run`],
//! [`check`], [`proofs`], [`compare`], [`runs`], [`rerun`], [`table`], [`export`], [`trace`],
//! [`film`], [`graph`], [`surface`], [`sample`], [`draw`], [`evaluate`], [`predict`], [`report`],
//! [`new`], [`list`], [`completions`]); what they share stands beside them.

pub mod activity;
pub mod batches;
pub mod check;
pub mod cli;
pub mod compare;
pub mod completions;
pub mod draw;
pub mod evaluate;
pub mod export;
pub mod failure;
pub mod files;
pub mod film;
pub mod graph;
pub mod implementations;
pub mod interrupt;
mod jacobians;
pub mod lectures;
pub mod list;
pub mod machine;
pub mod memory;
pub mod metrics;
pub mod new;
pub mod numbers;
pub mod order;
pub mod output;
pub mod page;
pub mod pictures;
pub mod predict;
pub mod prepare;
pub mod progress;
pub mod proofs;
pub mod record;
mod recorded;
pub mod report;
pub mod rerun;
pub mod run;
pub mod runs;
pub mod sample;
pub mod sheet;
pub mod surface;
pub mod table;
pub mod tables;
pub mod tensorboard;
pub mod trace;
pub mod training;

use cli::{Cli, Command};
pub use failure::Failure;

/// Carries out what the command line asks for.
///
/// # Errors
/// With the message to show and the exit code.
pub fn execute(cli: Cli) -> Result<(), Failure> {
    interrupt::report_large_files();
    carry_out(cli.command)?;
    output::finished()
}

fn carry_out(command: Command) -> Result<(), Failure> {
    if let Some(arguments) = command.config().filter(|arguments| arguments.cfg) {
        output::line(arguments.read()?.resolved().trim_end());
        return Ok(());
    }
    match command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Proofs(arguments) => proofs::proofs(&arguments),
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::Table(arguments) => table::table(&arguments),
        Command::Runs(arguments) => runs::runs(&arguments),
        Command::Draw(arguments) => draw::draw(&arguments),
        Command::Evaluate(arguments) => evaluate::evaluate(&arguments),
        Command::Predict(arguments) => predict::predict(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Sample(arguments) => sample::sample(&arguments),
        Command::Rerun(arguments) => rerun::rerun(&arguments),
        Command::Export(arguments) => export::export(&arguments),
        Command::Trace(arguments) => trace::trace(&arguments),
        Command::Film(arguments) => film::film(&arguments),
        Command::New(arguments) => new::new(&arguments),
        Command::Graph(arguments) => graph::graph(&arguments),
        Command::Surface(arguments) => surface::surface(&arguments),
        Command::List(arguments) => list::list(&arguments),
        Command::Completions(arguments) => {
            completions::completions(&arguments);
            Ok(())
        }
    }
}
