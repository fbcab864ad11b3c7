//! What each thread has one of, whoever works with it in the end.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Things of which each belongs to one thread at a time. A thread gets the one that it had last,
/// which is still in its cache, unless another thread has that now.
pub struct PerThread<W> {
    make: Box<dyn Fn() -> W + Send + Sync>,
    /// Those that nobody has, and who had them last.
    idle: Mutex<Vec<(Option<usize>, W)>>,
}

impl<W> PerThread<W> {
    /// One of them.
    pub fn new(make: impl Fn() -> W + Send + Sync + 'static) -> Self {
        let first = make();
        Self {
            make: Box::new(make),
            idle: Mutex::new(vec![(None, first)]),
        }
    }

    /// Makes one for each of so many threads, and says whether there was one missing.
    pub fn provide(&mut self, threads: usize) -> bool {
        let idle = self.idle.get_mut().unwrap_or_else(PoisonError::into_inner);
        let missing = threads.saturating_sub(idle.len());
        idle.extend((0..missing).map(|_| (None, (self.make)())));
        missing > 0
    }

    /// All of them.
    pub fn each(&mut self) -> impl Iterator<Item = &mut W> {
        let idle = self.idle.get_mut().unwrap_or_else(PoisonError::into_inner);
        idle.iter_mut().map(|(_, own)| own)
    }

    /// The first one: the only one where no other was provided.
    pub fn first(&mut self) -> &mut W {
        let first = self.each().next();
        first.expect("one is made at the beginning, and no thread has it now")
    }

    /// Calls `run` with one of them, which no other thread has meanwhile.
    pub fn with<R>(&self, run: impl FnOnce(&mut W) -> R) -> R {
        let thread = rayon::current_thread_index();
        let mut own = self.take(thread).unwrap_or_else(&self.make);
        let result = run(&mut own);
        self.idle().push((thread, own));
        result
    }

    fn take(&self, thread: Option<usize>) -> Option<W> {
        let mut idle = self.idle();
        let own = idle.iter().position(|(last, _)| *last == thread);
        let other = idle.len().checked_sub(1)?;
        Some(idle.swap_remove(own.unwrap_or(other)).1)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(Option<usize>, W)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::ThreadPoolBuilder;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Numbers from 0 on, in the order in which they are made.
    fn numbered() -> PerThread<usize> {
        let next = AtomicUsize::new(0);
        PerThread::new(move || next.fetch_add(1, Ordering::Relaxed))
    }

    #[test]
    fn a_thread_gets_its_own_again() {
        let mut numbers = numbered();
        assert!(numbers.provide(3) && !numbers.provide(2));
        let pool = ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        let all_at_once = Barrier::new(3);
        let numbers_of_threads = || {
            pool.broadcast(|_| {
                numbers.with(|&mut own| {
                    all_at_once.wait();
                    own
                })
            })
        };
        let before = numbers_of_threads();
        assert_eq!(before.iter().sum::<usize>(), 3, "{before:?}");
        assert_eq!(numbers_of_threads(), before);
    }

    #[test]
    fn who_has_one_gets_another() {
        let numbers = numbered();
        let both = numbers.with(|&mut first| numbers.with(|&mut second| [first, second]));
        assert_eq!(both, [0, 1]);
    }

    #[test]
    fn what_is_done_to_one_stays() {
        let mut numbers = numbered();
        numbers.with(|own| *own = 7);
        assert_eq!(*numbers.first(), 7);
    }
}
