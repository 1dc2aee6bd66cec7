//! Parallel execution.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Number of workers; compilers need a lot of memory and a core each.
const WORKERS: usize = 2;

/// The results of `work` for each item, in order.
pub(crate) fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results: Mutex<BTreeMap<usize, R>> = Mutex::default();
    let run = || {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(place) else {
                return;
            };
            let result = work(item);
            let mut results = results.lock().expect("no worker panics with the lock");
            results.insert(place, result);
        }
    };
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(run);
        }
    });
    let results = results.into_inner().expect("no worker panicked");
    results.into_values().collect()
}
