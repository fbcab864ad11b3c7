//! A network that learns: an implementation, with one escape if the config lists any.

use std::io;
use std::time::Duration;

use contract::{Batch, Evaluation, Implementation, Mode, NamedTensors};
use contract::{TensorError, TrainingState};
use serde::{Deserialize, Serialize};
use spec::escapes::EscapeSpec;
use spec::measures::{Measure, Part};
use spec::stopping::StoppingSpec;
use spec::{ImplementationName, NetworkSpec};

use super::Stop;
use super::averaging::Average;
use super::checkpoint::{decode, encode};
use super::divergence::{expect_losses, expect_parameters};
use super::escapes::{self, Escape, initial_of_run};
use super::histograms::{self, Histograms, Recorder};
use super::pocket::Pocket;
use super::stopping::{Best, Stopping};
use super::trainee::Trainee;
use super::trainer::{Resources, Shared, Trainer};
use crate::Failure;
use crate::implementations::build;
use crate::record::{Early, Epoch, Kept, Trained, Values};

/// A row of the table of a run: who learns, and with which escape.
#[derive(Clone, Debug)]
pub struct Entry {
    implementation: ImplementationName,
    /// Its name is that of its kind, and a number if the kind is listed again.
    escape: Option<(EscapeSpec, String)>,
}

/// The entries of a network: of each implementation one for each escape.
pub fn entries(network: &NetworkSpec) -> Vec<Entry> {
    let listed = &network.training.escapes;
    let mut escapes: Vec<_> = (0..listed.len())
        .map(|index| {
            let (spec, kind) = (listed[index], listed[index].kind());
            let before = listed[..index].iter().filter(|e| e.kind() == kind).count();
            Some(match before {
                0 => (spec, kind.to_string()),
                before => (spec, format!("{kind}-{}", before + 1)),
            })
        })
        .collect();
    if escapes.is_empty() {
        escapes.push(None);
    }
    let implementations = network.implementations.iter();
    let entry = |&implementation| {
        let escapes = escapes.iter().cloned();
        escapes.map(move |escape| Entry {
            implementation,
            escape,
        })
    };
    implementations.flat_map(entry).collect()
}

impl Entry {
    /// Whether the hand-written implementation learns.
    pub fn is_by_hand(&self) -> bool {
        self.implementation == ImplementationName::Backprop
    }

    /// Its record before the first epoch.
    pub fn trained(&self) -> Trained {
        let implementation = self.implementation.as_str();
        let (name, file) = match &self.escape {
            None => (implementation.to_string(), implementation.to_string()),
            Some((_, escape)) => (
                format!("{implementation}/{escape}"),
                format!("{implementation}-{escape}"),
            ),
        };
        Trained {
            implementation: name,
            escape: self.escape.as_ref().map(|(_, name)| name.clone()),
            weights: format!("{file}.safetensors"),
            ..Trained::default()
        }
    }
}

/// A network at work.
pub struct Network<'a> {
    resources: Shared<'a>,
    model: Box<dyn Implementation<f32>>,
    escape: Box<dyn Escape>,
    escape_name: String,
    /// Epochs of a run.
    epochs: usize,
    stopping: StoppingSpec,
    /// Of the hand-written network without an escape.
    recorder: Option<Recorder<'a>>,
    at: Position,
}

/// How far a network is, apart from its weights.
#[derive(Serialize, Deserialize)]
struct Position {
    stopping: Stopping,
    /// From 0.
    run: usize,
    /// Epochs of this run that are done.
    epoch: usize,
    /// Of several runs the best so far.
    kept: Option<Best>,
    /// The mean of the weights so far, where that comes back.
    #[serde(default)]
    average: Option<Average>,
    /// The best weights of all updates, where those come back.
    #[serde(default)]
    pocket: Option<Pocket>,
    /// What its layers looked like now and then.
    #[serde(default)]
    histograms: Histograms,
    /// Whether nothing is left to do.
    done: bool,
}

impl<'a> Network<'a> {
    /// A network at the initial parameters.
    ///
    /// # Errors
    /// When they do not fit.
    pub fn new(entry: &Entry, resources: &Shared<'a>) -> Result<Self, Failure> {
        let prepared = resources.borrow().prepared;
        let training = &prepared.network.training;
        let streams = prepared.streams();
        let mut model = build(entry.implementation, &prepared.plan, training, streams)?;
        model.load(&prepared.initial.cast())?;
        let (spec, name) = entry.escape.clone().unzip();
        let escape_name = name.unwrap_or_default();
        let recorded = entry.is_by_hand() && entry.escape.is_none();
        Ok(Self {
            resources: Shared::clone(resources),
            model,
            escape: escapes::build(spec, &escape_name, prepared),
            escape_name,
            epochs: training.epochs,
            stopping: training.stopping.clone(),
            recorder: recorded.then(|| Recorder::new(prepared)).flatten(),
            at: Position {
                stopping: Stopping::new(training.stopping.clone(), prepared),
                run: 0,
                epoch: 0,
                kept: None,
                average: training.averaging.then(Average::default),
                pocket: training.pocket.then(Pocket::default),
                histograms: Histograms::default(),
                done: false,
            },
        })
    }

    /// What it answers to some samples, as it is now.
    pub fn evaluate(&mut self, batch: Batch<f32>) -> Evaluation<f32> {
        self.model.evaluate(Mode::Evaluation, batch)
    }

    /// What is measured of it, as it is now.
    ///
    /// # Errors
    /// When the run is to end.
    pub fn measures(&mut self) -> Result<Values, Stop> {
        let shared = Shared::clone(&self.resources);
        shared.borrow_mut().evaluator.measures(&mut *self.model)
    }

    /// The best weights of this run, where the best come back: by the measure of early stopping,
    /// by training loss if the escape asks for it, or those in the pocket.
    fn best(&self) -> Option<&Best> {
        let of_epochs = self.at.stopping.best().or_else(|| self.escape.best());
        of_epochs.or_else(|| self.at.pocket.as_ref().and_then(Pocket::best))
    }

    fn epoch(
        &mut self,
        resources: &mut Resources,
        trained: &mut Trained,
        tick: &dyn Fn(),
    ) -> Result<Epoch, Stop> {
        let number = match self.epochs {
            0 => 0,
            _ => trained.epochs.len() + 1,
        };
        let mut trainer = Trainer {
            model: &mut *self.model,
            resources,
            first_losses: &mut trained.first_losses,
            average: self.at.average.as_mut(),
            pocket: self.at.pocket.as_mut(),
            tick,
            time: Duration::ZERO,
            learning_rate: None,
        };
        let train_loss = match self.epochs {
            // Nothing learns, and it is only measured.
            0 => trainer.training_loss()?,
            _ => self.escape.epoch(&mut trainer, self.at.epoch + 1)?,
        };
        let (time, learning_rate) = (trainer.time, trainer.learning_rate);
        let after = format!("after epoch {}", self.at.epoch + 1);
        expect_parameters(&self.model.parameters(), &after)?;
        let mut measures = resources.evaluator.measures(&mut *self.model)?;
        expect_losses(&measures, &after)?;
        measures.insert(Measure::loss(Part::Train).key, train_loss);
        measures.insert(Measure::seconds().key, time.as_secs_f64());
        measures.extend(learning_rate.map(|rate| (Measure::learning_rate().key, rate)));
        let several = self.escape.runs() > 1;
        Ok(Epoch {
            epoch: number,
            run: several.then_some(self.at.run + 1),
            measures,
        })
    }

    /// Takes histograms of the layers, if it is time.
    fn look(&mut self) -> Result<(), Stop> {
        let Some(recorder) = &self.recorder else {
            return Ok(());
        };
        let parameters = || self.model.parameters();
        let looked = recorder.look(self.at.epoch, parameters, &mut self.at.histograms);
        looked.map_err(|failure| Stop::Broken(failure.to_string()))
    }

    fn end_run(
        &mut self,
        early: Option<Early>,
        resources: &mut Resources,
        trained: &mut Trained,
    ) -> Result<(), Stop> {
        let last = trained.epochs.len();
        if self.escape.runs() == 1 {
            trained.stopped_early = early;
            // Beside an escape that brings its best weights back, plain training is measured alike.
            let compared = trained.escape.is_some();
            let as_it_is = compared.then(|| (last, self.model.parameters()));
            let best = self.best().map(|best| (best.epoch, best.weights.clone()));
            let averaged = self.at.average.as_ref();
            let averaged = averaged.map(|average| (last, average.weights()));
            return self.finish(best.or(averaged).or(as_it_is), resources, trained);
        }
        let (epoch, weights) = match self.at.stopping.best() {
            Some(best) => (best.epoch, best.weights.clone()),
            None => (last, self.model.parameters()),
        };
        self.model.load(&weights)?;
        let loss = resources.evaluator.training_loss(&mut *self.model)?;
        let before = self.at.kept.as_ref().map(|kept| kept.value);
        Best::improve_loss(&mut self.at.kept, epoch, loss, || weights);
        if self.at.kept.as_ref().map(|kept| kept.value) != before {
            trained.stopped_early = early;
        }
        self.next_run(resources, trained)
    }

    /// Begins the next run, or ends with the best of them.
    fn next_run(&mut self, resources: &mut Resources, trained: &mut Trained) -> Result<(), Stop> {
        self.at.run += 1;
        if self.at.run == self.escape.runs() {
            let kept = self.at.kept.take().map(|kept| (kept.epoch, kept.weights));
            return self.finish(kept, resources, trained);
        }
        let prepared = resources.prepared;
        let initial = initial_of_run(prepared, &self.escape_name, self.at.run);
        self.model.load(&initial)?;
        self.at.stopping = Stopping::new(self.stopping.clone(), prepared);
        self.at.epoch = 0;
        Ok(())
    }

    /// Brings the best weights, of that epoch, back, and measures what they are worth.
    fn finish(
        &mut self,
        best: Option<(usize, NamedTensors<f32>)>,
        resources: &mut Resources,
        trained: &mut Trained,
    ) -> Result<(), Stop> {
        if let Some((best_epoch, weights)) = best {
            self.model.load(&weights)?;
            let mut measures: Values = resources.evaluator.measures(&mut *self.model)?;
            let train_loss = resources.evaluator.training_loss(&mut *self.model)?;
            measures.insert(Measure::loss(Part::Train).key, train_loss);
            expect_losses(&measures, "with the best weights")?;
            trained.kept = Some(Kept {
                best_epoch,
                measures,
            });
        }
        self.at.done = true;
        Ok(())
    }
}

impl Trainee for Network<'_> {
    fn passes(&self) -> usize {
        self.epochs * self.escape.runs()
    }

    fn ticks(&self) -> usize {
        self.escape.ticks(self.resources.borrow().batches.steps())
    }

    fn is_done(&self) -> bool {
        self.at.done
    }

    /// Learns for an epoch; ends a run, or everything, when it is time.
    fn pass(&mut self, trained: &mut Trained, tick: &dyn Fn()) -> Result<(), Stop> {
        let shared = Shared::clone(&self.resources);
        let resources = &mut *shared.borrow_mut();
        if self.at.epoch == 0 {
            self.look()?;
        }
        match self.epoch(resources, trained, tick) {
            Ok(epoch) => {
                let early = self.at.stopping.after(&epoch, || self.model.parameters());
                trained.epochs.push(epoch);
                self.at.epoch += 1;
                self.look()?;
                match self.at.epoch >= self.epochs {
                    true => self.end_run(None, resources, trained),
                    false if early.is_some() => self.end_run(early, resources, trained),
                    false => Ok(()),
                }
            }
            Err(Stop::Diverged(mut divergence)) if self.escape.runs() > 1 => {
                trained.diverged_runs += 1;
                if trained.diverged_runs == self.escape.runs() {
                    let (runs, what) = (self.escape.runs(), divergence.what);
                    divergence.what = format!("in the last of {runs} runs {what}");
                    return Err(Stop::Diverged(divergence));
                }
                self.next_run(resources, trained)
            }
            Err(stop) => Err(stop),
        }
    }

    fn safetensors(&self) -> Result<Vec<u8>, TensorError> {
        let best = self.at.kept.as_ref().or_else(|| self.best());
        match best {
            Some(best) if !self.at.done => best.weights.to_safetensors(),
            _ => match self.at.average.as_ref().filter(|_| !self.at.done) {
                Some(average) => average.weights().to_safetensors(),
                None => self.model.parameters().to_safetensors(),
            },
        }
    }

    fn files(&self) -> Vec<(&'static str, String)> {
        let some = (!self.at.histograms.moments.is_empty()).then_some(&self.at.histograms);
        let json = some.and_then(|histograms| serde_json::to_string(histograms).ok());
        json.map(|json| (histograms::FILE, json + "\n"))
            .into_iter()
            .collect()
    }

    fn save(&self, to: &mut Vec<u8>) -> io::Result<bool> {
        let Some(state) = self.model.state() else {
            return Ok(false);
        };
        encode(&self.at, to)?;
        encode(&state, to)?;
        self.escape.save(to)?;
        Ok(true)
    }

    fn restore(&mut self, mut saved: &[u8]) -> io::Result<()> {
        let at = decode(&mut saved)?;
        let state: TrainingState<f32> = decode(&mut saved)?;
        self.model.restore(&state).map_err(io::Error::other)?;
        self.escape.restore(&mut saved)?;
        self.at = at;
        Ok(())
    }
}
