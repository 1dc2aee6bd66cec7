//! Single flight: a lookup of a key that is already being looked up waits for that result.

use std::hash::BuildHasherDefault;
use std::sync::Arc;

use dashmap::{DashMap, Entry as Slot};
use tokio::sync::watch;

use crate::memory::First64Bits;
use crate::{Key, Lookup};

type Landing = watch::Receiver<Option<Arc<[Lookup]>>>;

/// The lookups in progress.
#[derive(Default)]
pub(super) struct Flights(DashMap<Key, Follower, BuildHasherDefault<First64Bits>>);

/// A key that another batch is looking up.
#[derive(Clone)]
pub(super) struct Follower {
    landing: Landing,
    index: usize,
}

impl Follower {
    /// Returns the result, or `None` if the other lookup was cancelled.
    pub(super) async fn wait(mut self) -> Option<Lookup> {
        let answers = self.landing.wait_for(Option::is_some).await.ok()?;
        answers.as_ref()?.get(self.index).cloned()
    }
}

/// The keys that a batch looks up itself; others wait for them until this is dropped.
pub(super) struct Flight<'a> {
    flights: &'a Flights,
    keys: Vec<Key>,
    landing: watch::Sender<Option<Arc<[Lookup]>>>,
}

impl Flights {
    /// Splits a batch into keys to look up now and keys that others are looking up; the latter with their indices in `keys`.
    pub(super) fn board(&self, keys: &[Key]) -> (Flight<'_>, Vec<(usize, Follower)>) {
        let (sender, landing) = watch::channel(None);
        let mut flight = Flight {
            flights: self,
            keys: Vec::with_capacity(keys.len()),
            landing: sender,
        };
        let mut followers = Vec::new();
        for (place, key) in keys.iter().enumerate() {
            match self.0.entry(*key) {
                Slot::Occupied(other) => followers.push((place, other.get().clone())),
                Slot::Vacant(vacant) => {
                    vacant.insert(Follower {
                        landing: landing.clone(),
                        index: flight.keys.len(),
                    });
                    flight.keys.push(*key);
                }
            }
        }
        (flight, followers)
    }
}

impl Flight<'_> {
    pub(super) fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Sends the results, one per key, to all waiters. The entries must already be stored where later lookups find them.
    pub(super) fn land(self, answers: Arc<[Lookup]>) {
        self.landing.send_replace(Some(answers));
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        for key in &self.keys {
            self.flights.0.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Entry, Tier};

    fn key(number: u8) -> Key {
        Key::from([number; 32])
    }

    fn hit(text: &str) -> Lookup {
        Lookup::Hit(Entry::from(text.as_bytes()), Tier::Local)
    }

    #[tokio::test]
    async fn the_second_waits_for_the_first() {
        let flights = Flights::default();
        let (first, none) = flights.board(&[key(1), key(2)]);
        assert!(none.is_empty());
        let (second, mut followers) = flights.board(&[key(3), key(2)]);
        assert_eq!(second.keys(), [key(3)]);
        first.land(vec![hit("one"), hit("two")].into());
        let (place, follower) = followers.remove(0);
        assert_eq!((place, follower.wait().await), (1, Some(hit("two"))));
    }

    #[tokio::test]
    async fn a_key_twice_in_one_batch_is_looked_up_once() {
        let flights = Flights::default();
        let (flight, followers) = flights.board(&[key(1), key(1)]);
        assert_eq!((flight.keys().len(), followers.len()), (1, 1));
    }

    #[tokio::test]
    async fn who_gives_up_leaves_nobody_waiting() {
        let flights = Flights::default();
        let (first, _) = flights.board(&[key(1)]);
        let (_, followers) = flights.board(&[key(1)]);
        drop(first);
        for (_, follower) in followers {
            assert_eq!(follower.wait().await, None);
        }
        let (again, _) = flights.board(&[key(1)]);
        assert_eq!(again.keys(), [key(1)]);
    }
}
