//! Tasks for all threads of the pool.
//!
//! The threads take the tasks one by one, whoever is free: half of the threads from the front, the caller
//! among them, the others from the end. So a thread meets in each round what it had in the last, the
//! weights of the same units or the same rows, in its own cache: where two processors are far apart, a
//! number that the other one has changed takes as long as one from memory. What a task computes must not
//! depend on who runs it.
//!
//! A thread that finds no task left stays awake until the last one is done: a training step has several
//! rounds of tasks a millisecond, and a thread that went to sleep after the first would take longer to wake
//! (0.1 ms where processors are virtual) than the next round lasts.

use std::hint;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Looks at the others before a thread goes on, and may sleep: one or two milliseconds, in which most
/// tasks end. Should a task, against the rule, wait for this thread, no more than that is lost.
const PATIENCE: usize = 1 << 15;

/// Runs every task, on all threads of the pool. A task must not hand tasks on in its turn.
pub fn share<T: Send>(tasks: impl DoubleEndedIterator<Item = T> + Send, run: impl Fn(T) + Sync) {
    let round = Round {
        tasks: Mutex::new(tasks),
        running: AtomicUsize::new(0),
        caller: thread(),
        run,
    };
    on_threads(rayon::current_num_threads(), &|| round.work());
}

/// The same as [`share`] if it is worth waking a thread for; otherwise the caller runs them all.
pub fn share_if<T: Send>(
    worth: bool,
    tasks: impl DoubleEndedIterator<Item = T> + Send,
    run: impl Fn(T) + Sync,
) {
    match worth {
        true => share(tasks, run),
        false => tasks.for_each(run),
    }
}

/// Calls `work` on so many threads, if they have time.
fn on_threads(threads: usize, work: &(impl Fn() + Sync)) {
    match threads {
        0 | 1 => work(),
        _ => {
            let first = threads / 2;
            rayon::join(
                || on_threads(threads - first, work),
                || on_threads(first, work),
            );
        }
    }
}

/// Number of this thread in its pool.
fn thread() -> usize {
    rayon::current_thread_index().unwrap_or_default()
}

struct Round<I, F> {
    tasks: Mutex<I>,
    /// Tasks that are taken and not done.
    running: AtomicUsize,
    /// Number of the thread that shares them.
    caller: usize,
    run: F,
}

impl<I: DoubleEndedIterator, F: Fn(I::Item)> Round<I, F> {
    fn work(&self) {
        let from_end = thread().abs_diff(self.caller) % 2 == 1;
        while let Some(task) = self.next(from_end) {
            (self.run)(task);
            self.running.fetch_sub(1, Ordering::Release);
        }
        for look in 1..=PATIENCE {
            if self.running.load(Ordering::Acquire) == 0 {
                return;
            }
            match look % 16 {
                0 => thread::yield_now(),
                _ => hint::spin_loop(),
            }
        }
    }

    fn next(&self, from_end: bool) -> Option<I::Item> {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        let task = match from_end {
            true => tasks.next_back(),
            false => tasks.next(),
        }?;
        self.running.fetch_add(1, Ordering::Relaxed);
        Some(task)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::ThreadPoolBuilder;
    use std::panic;
    use std::sync::Barrier;
    use std::time::{Duration, Instant};

    fn on(threads: usize, work: impl FnOnce() + Send) {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(work);
    }

    #[test]
    fn every_task_is_run_once() {
        for threads in 1..=4 {
            on(threads, || {
                for count in [0, 1, 2, 7, 1000] {
                    let mut done = vec![0; count];
                    share(done.iter_mut().enumerate(), |(index, done)| {
                        *done += index + 1;
                    });
                    assert!(
                        done.iter()
                            .enumerate()
                            .all(|(index, &done)| done == index + 1)
                    );
                }
            });
        }
    }

    #[test]
    fn all_threads_help() {
        on(2, || {
            // The first task ends when another thread has run the second.
            let second = AtomicUsize::new(0);
            let start = Instant::now();
            share([false, true].into_iter(), |is_second| match is_second {
                true => second.store(1, Ordering::Release),
                false => {
                    while second.load(Ordering::Acquire) == 0 {
                        assert!(start.elapsed() < Duration::from_secs(60), "nobody came");
                        thread::yield_now();
                    }
                }
            });
        });
    }

    #[test]
    fn a_thread_meets_the_same_tasks_again() {
        on(2, || {
            let (both, caller) = (Barrier::new(2), thread());
            for _ in 0..10 {
                let mut taken_by = [usize::MAX; 2];
                share(taken_by.iter_mut(), |task| {
                    *task = thread();
                    both.wait();
                });
                assert_eq!(taken_by, [caller, 1 - caller]);
            }
        });
    }

    #[test]
    fn a_task_that_panics_is_heard_of() {
        on(2, || {
            let run = || share(0..10, |task| assert!(task != 3, "task {task}"));
            assert!(panic::catch_unwind(run).is_err());
        });
    }
}
