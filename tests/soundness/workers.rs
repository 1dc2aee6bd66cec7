//! Work side by side.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Compilers need much memory and a core each, so there are never many.
const WORKERS: usize = 2;

/// What `work` makes of each item, in their order.
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
