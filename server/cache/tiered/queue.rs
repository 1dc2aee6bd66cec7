//! Entries waiting to be written.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::Notify;

use crate::locks::lock;
use crate::{Entry, Key};

/// Number of entries that are written immediately.
pub(super) const BATCH: usize = 100;
/// Delay before fewer entries are written.
const LINGER: Duration = Duration::from_millis(50);

/// A bounded queue. The owner decides what happens when it is full.
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    some: Notify,
    batch: Notify,
    limit: Bound,
}

/// Limits of the queue.
#[derive(Clone, Copy)]
pub(super) struct Bound {
    pub(super) entries: usize,
    pub(super) bytes: usize,
}

#[derive(Default)]
struct Waiting {
    entries: VecDeque<(Key, Entry)>,
    bytes: usize,
}

impl Queue {
    pub(super) fn new(limit: Bound) -> Queue {
        Queue {
            waiting: Mutex::default(),
            some: Notify::new(),
            batch: Notify::new(),
            limit,
        }
    }

    /// Whether the queue accepts no further entry.
    pub(super) fn is_full(&self) -> bool {
        let waiting = self.waiting();
        waiting.entries.len() >= self.limit.entries || waiting.bytes >= self.limit.bytes
    }

    pub(super) fn push(&self, key: Key, entry: Entry) {
        let length = {
            let mut waiting = self.waiting();
            waiting.bytes += entry.len();
            waiting.entries.push_back((key, entry));
            waiting.entries.len()
        };
        self.some.notify_one();
        if length >= BATCH {
            self.batch.notify_one();
        }
    }

    /// Dequeues at most `count` entries, oldest first.
    pub(super) fn pop(&self, count: usize) -> Vec<(Key, Entry)> {
        let mut waiting = self.waiting();
        let count = count.min(waiting.entries.len());
        let popped: Vec<_> = waiting.entries.drain(..count).collect();
        waiting.bytes -= popped.iter().map(|(_, entry)| entry.len()).sum::<usize>();
        popped
    }

    pub(super) fn clear(&self) {
        *self.waiting() = Waiting::default();
    }

    pub(super) fn len(&self) -> usize {
        self.waiting().entries.len()
    }

    /// Waits until a batch is queued or the oldest entry has waited long enough; also returns after [`Queue::wake`].
    pub(super) async fn ripen(&self) {
        self.some.notified().await;
        if self.len() < BATCH {
            // Usually times out.
            tokio::time::timeout(LINGER, self.batch.notified())
                .await
                .ok();
        }
    }

    /// Ends the wait of [`Queue::ripen`].
    pub(super) fn wake(&self) {
        self.some.notify_one();
        self.batch.notify_one();
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        lock(&self.waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(queue: &Queue, number: u8, length: usize) {
        queue.push(Key::from([number; 32]), Entry::from(vec![0; length]));
    }

    #[test]
    fn both_bounds_count() {
        let queue = Queue::new(Bound {
            entries: 3,
            bytes: 100,
        });
        push(&queue, 1, 10);
        push(&queue, 2, 10);
        assert!(!queue.is_full());
        push(&queue, 3, 10);
        assert!(queue.is_full());
        assert_eq!(queue.pop(2).len(), 2);
        assert!(!queue.is_full());
        push(&queue, 4, 90);
        assert!(queue.is_full());
        queue.clear();
        assert!(!queue.is_full());
    }

    #[test]
    fn the_oldest_leaves_first() {
        let queue = Queue::new(Bound {
            entries: 9,
            bytes: 100,
        });
        for number in 0..3 {
            push(&queue, number, 1);
        }
        let numbers: Vec<u8> = queue
            .pop(9)
            .iter()
            .map(|(key, _)| key.as_bytes()[0])
            .collect();
        assert_eq!(numbers, [0, 1, 2]);
    }
}
