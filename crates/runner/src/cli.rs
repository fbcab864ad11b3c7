//! What can be typed.

mod new;
mod recorded;
mod surface;
mod table;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, Parser, Subcommand};
use spec::{Config, ConfigError, Overrides};

use crate::{Failure, output};

pub use new::NewArguments;
pub use recorded::{
    CompareArguments, DrawArguments, EvaluateArguments, FormatArgument, PartArgument,
    PredictArguments, ReportArguments, RerunArguments, RunsArguments, SampleArguments,
};
pub use surface::SurfaceArguments;
pub use table::TableArguments;

const AFTER_HELP: &str = "\
Examples:
  runner configs/mnist.toml                       train MNIST by hand and in burn
  runner configs/mnist.toml --set training.epochs=1
  runner run --resume mnist                       go on with the newest run that was cut off
  runner configs/mnist.toml --unset training.schedule --cfg
                                                  print the config as it would run
  runner check configs/iris.toml                  prove the gradients of a config
  runner proofs                                   prove every layer, loss and learning rule
  runner compare mnist mnist-softmax              the newest runs side by side, seeds as a mean
  runner runs mnist --sort -test_accuracy         the recorded runs, the best first
  runner rerun mnist                              run a record again: are the bits the same?
  runner evaluate iris                            where a run errs: confusion, F1, ROC-AUC, intervals
  runner evaluate iris --data new.csv             the same on other data of the same form
  runner predict iris new.csv                     what it answers to new rows, or pictures
  runner report iris                              all of a run as one page for a browser
  runner sample names --count 10                  draw texts from what a run has learned
  runner draw mnist --out pictures                confusion, ROC, worst mistakes, weights, gradients
  runner table experiments/nielsen.toml           a published table: the runs it needs, ours beside theirs
  runner trace configs/xor.toml --updates 8       each update: samples, loss, parameters
  runner film configs/surface.toml --out film.svg what a network over two inputs answers, epoch by epoch
  runner new flowers.csv                          a config for a table of your own
  runner graph \"sigmoid(w*x + b)\" --at w=2 --at x=-1 --at b=1
                                                  values and gradients of an expression, step by step
  runner surface \"x^2 + 3*y^2\" --at x=1 --at y=1 --out surface.svg
                                                  a function of two variables, and descent on it
  runner export configs/iris.toml --out iris      weights, batch and gradients as safetensors

Exit codes: 0 success; 1 the run failed (diverged, gradients disagree, bits differ);
2 the input is wrong; 130 interrupted; 143 asked to stop (SIGTERM).";

/// Neural networks by hand: trains the hand-written implementation and burn from the same weights
/// on the same batches, holds their gradients against each other, and records the result.
#[derive(Debug, Parser)]
#[command(name = "runner", version, after_help = AFTER_HELP, arg_required_else_help = true)]
#[command(override_usage = "runner [run] <CONFIG> [OPTIONS]\n       runner <COMMAND> [OPTIONS]")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Reads the arguments of a process, the program's name first. What does not begin with a
    /// subcommand is the config of a `run`.
    ///
    /// # Errors
    /// For what cannot be done, and where help or the version is asked for: [`show`] shows both.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut arguments: Vec<OsString> = arguments.into_iter().collect();
        let known = |argument: &OsString| {
            let global = ["-h", "--help", "-V", "--version", "help"];
            let text = argument.to_string_lossy();
            global.contains(&&*text) || Self::command().find_subcommand(&*text).is_some()
        };
        if arguments.get(1).is_some_and(|first| !known(first)) && !begins_with_a_word(&arguments) {
            arguments.insert(1, "run".into());
        }
        Self::try_parse_from(arguments).map_err(advised)
    }
}

/// Prints help or the version; of arguments that are wrong says why and ends the process.
///
/// # Errors
/// [`Failure::Run`] when standard output cannot be written.
pub fn show(error: &clap::Error) -> Result<(), Failure> {
    if error.use_stderr() {
        error.exit();
    }
    output::note(error.print());
    output::finished()
}

/// Whether the first argument is no file, but a word before one: `train configs/mnist.toml`.
fn begins_with_a_word(arguments: &[OsString]) -> bool {
    let is_option = |argument: &OsString| argument.to_string_lossy().starts_with('-');
    let is_file = |argument: &OsString| {
        let path = std::path::Path::new(argument);
        path.extension().is_some() || path.exists() || path.components().count() > 1
    };
    match arguments {
        [_, word, next, ..] => ![word, next].into_iter().any(is_option) && !is_file(word),
        _ => false,
    }
}

/// Says how a key of the config is set where an argument is none of ours.
fn advised(mut error: clap::Error) -> clap::Error {
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let usage = error.get(ContextKind::Usage).map(ToString::to_string);
    let tip = match argument.strip_prefix('-') {
        _ if error.kind() != ErrorKind::UnknownArgument => return error,
        _ if error.get(ContextKind::SuggestedArg).is_some() => return error,
        _ if usage.is_some_and(|usage| usage.contains("<EXPRESSION>")) => {
            "the expression is one word: put it in quotes, e.g. \"w*x + b\""
        }
        Some(_) => "a key of the config is set with --set, e.g. --set training.epochs=3",
        None => {
            "there is one config, and what follows --set is one word: put it in single quotes, \
             e.g. --set 'model.layers=[{ linear = { units = 3 } }]'"
        }
    };
    let tip = ContextValue::StyledStrs(vec![tip.into()]);
    error.insert(ContextKind::Suggested, tip);
    error
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Train a config and record the result (the bare config path does the same)
    #[command(alias = "train")]
    Run(RunArguments),
    /// Prove the gradients of a config: central differences, burn's autodiff, trajectories
    Check(CheckArguments),
    /// Prove every layer, loss and learning rule on small networks of their own
    Proofs(ProofsArguments),
    /// Show recorded runs side by side
    Compare(CompareArguments),
    /// List recorded runs: filter, sort, choose columns, compare two configs
    Runs(RunsArguments),
    /// Run the config of a record again, and say whether the bits are the same
    Rerun(RerunArguments),
    /// Measure what a recorded run has learned: by class, with intervals; or errors of numbers
    Evaluate(EvaluateArguments),
    /// Answer to new samples: rows of a table, pictures; classes with probabilities, or numbers
    Predict(PredictArguments),
    /// Write all that is known of a run, or of a table, as one page for a browser
    Report(ReportArguments),
    /// Draw texts from what a recorded run has learned, character by character
    Sample(SampleArguments),
    /// Draw what a recorded run has learned, what it answers, where it errs
    Draw(DrawArguments),
    /// Carry out the runs of a published table, and make it from their rows
    Table(TableArguments),
    /// Write weights, a batch and its gradients in f64, for any other framework
    Export(ExportArguments),
    /// Show a small network learn, update by update
    Trace(TraceArguments),
    /// Draw what a network over two inputs answers while it learns: surfaces, or regions of classes
    Film(FilmArguments),
    /// Look at a table, and write a config that learns from it
    New(NewArguments),
    /// Draw an expression as a computational graph: values forward, gradients backward
    Graph(GraphArguments),
    /// Draw a function of two variables, its tangent plane and the path of gradient descent
    Surface(SurfaceArguments),
    /// List the configs, a line each
    List(ListArguments),
    /// Print what completes these commands in a shell
    Completions(CompletionsArguments),
}

impl Command {
    /// The config that it works on, if it works on one.
    pub fn config(&self) -> Option<&ConfigArguments> {
        match self {
            Self::Run(arguments) => Some(&arguments.config),
            Self::Check(arguments) => Some(&arguments.config),
            Self::Export(arguments) => Some(&arguments.config),
            Self::Trace(arguments) => Some(&arguments.config),
            Self::Film(arguments) => Some(&arguments.config),
            _ => None,
        }
    }
}

/// A config and what is changed in it.
#[derive(Debug, Args)]
pub struct ConfigArguments {
    /// The experiment, a TOML file; - reads it from standard input
    #[arg(value_name = "CONFIG")]
    pub config: PathBuf,
    /// Give a key of the config another value, e.g. training.epochs=1; with += append to a list
    /// (repeatable)
    #[arg(long, value_name = "KEY.PATH=VALUE")]
    pub set: Vec<String>,
    /// Take a key out of the config, before --set is applied (repeatable)
    #[arg(long, value_name = "KEY.PATH")]
    pub unset: Vec<String>,
    /// Only print the config as it would run, defaults written out, and write nothing
    #[arg(long)]
    pub cfg: bool,
}

impl ConfigArguments {
    /// Reads and checks the config, what the command line changes in it first.
    ///
    /// # Errors
    /// What is wrong with it, with its place.
    pub fn read(&self) -> Result<Config, ConfigError> {
        let overrides = Overrides {
            set: self.set.clone(),
            unset: self.unset.clone(),
        };
        Config::read(&self.config, &overrides)
    }
}

/// `runner run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// Config and overrides.
    #[command(flatten)]
    pub config: ConfigArguments,
    /// Folder of the records; each run gets NAME/RUN-ID in it
    #[arg(long, value_name = "DIR", default_value = "results/runs")]
    pub results: PathBuf,
    /// Also draw the result table as an SVG picture
    #[arg(long, value_name = "FILE")]
    pub picture: Option<PathBuf>,
    /// Go on with a run that was cut off; CONFIG is then the run: a name (its newest run that did
    /// not finish), name/run-id, or the folder of a record
    #[arg(long, conflicts_with_all = ["set", "unset", "cfg"])]
    pub resume: bool,
    /// Write no report.html, which is drawn after the training
    #[arg(long)]
    pub no_report: bool,
    /// End well when standard input is closed: for programs that start runs
    #[arg(long, hide = true)]
    pub while_input_is_open: bool,
}

/// `runner check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Config and overrides.
    #[command(flatten)]
    pub config: ConfigArguments,
    /// Also write every comparison as JSON; - writes it to standard output
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// `runner proofs`.
#[derive(Debug, Args)]
pub struct ProofsArguments {
    /// Write the rows as JSON, and the tables beside them: results/proofs.json, results/proofs.md
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    pub write: Option<PathBuf>,
    /// Fail if a file of rows lacks one, if an error became much worse, or if the tables beside it
    /// are not those of its rows
    #[arg(long, value_name = "FILE")]
    pub check: Option<PathBuf>,
    /// Only the rows with this in their name
    #[arg(long, value_name = "NAME", conflicts_with_all = ["write", "check"])]
    pub only: Option<String>,
}

/// `runner trace`.
#[derive(Debug, Args)]
pub struct TraceArguments {
    /// Config and overrides.
    #[command(flatten)]
    pub config: ConfigArguments,
    /// Updates that are printed
    #[arg(long, value_name = "N", default_value = "30")]
    pub updates: usize,
    /// Also write all updates as trace.csv to this folder, made if it is not there, and, of one
    /// unit over two inputs, its line as it moves, trace.svg
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// `runner film`.
#[derive(Debug, Args)]
pub struct FilmArguments {
    /// Config and overrides.
    #[command(flatten)]
    pub config: ConfigArguments,
    /// Picture to write, an SVG
    #[arg(long, value_name = "FILE", required_unless_present = "cfg")]
    pub out: Option<PathBuf>,
    /// One frame after the other in the same place, moved by CSS, instead of side by side
    #[arg(long)]
    pub animated: bool,
    /// Frames, the first before training, the last at its end, those between ever further apart
    #[arg(long, value_name = "N", default_value = "8", value_parser = frames)]
    pub frames: usize,
}

fn frames(text: &str) -> Result<usize, String> {
    let number = text.parse().ok();
    let number = number.filter(|number| (2..=64).contains(number));
    number.ok_or_else(|| "expected 2 to 64".into())
}

/// `runner export`.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// Config and overrides.
    #[command(flatten)]
    pub config: ConfigArguments,
    /// Folder to write to; made if it is not there
    #[arg(long, value_name = "DIR", required_unless_present = "cfg")]
    pub out: Option<PathBuf>,
}

/// `runner graph`.
#[derive(Debug, Args)]
pub struct GraphArguments {
    /// Numbers, names, + - * / ^, parentheses, and sigmoid, tanh, relu, softplus, exp, log, sqrt,
    /// sin, cos, abs, max, min
    #[arg(value_name = "EXPRESSION", allow_hyphen_values = true)]
    pub expression: String,
    /// The value of a name (repeatable)
    #[arg(long, value_name = "NAME=NUMBER")]
    pub at: Vec<String>,
    /// Draw the graph as a picture, on each edge the value above the gradient
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Write the graph for Graphviz; - writes it to standard output
    #[arg(long, value_name = "FILE")]
    pub dot: Option<PathBuf>,
}

/// `runner list`.
#[derive(Debug, Args)]
pub struct ListArguments {
    /// Folder of the configs
    #[arg(value_name = "DIR", default_value = "configs")]
    pub folder: PathBuf,
}

/// `runner completions`.
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell; for bash: eval "$(runner completions bash)"
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}
