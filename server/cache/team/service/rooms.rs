//! Memory for request bodies, limited in total and per key. It is reserved as bytes arrive, so announcing a long body reserves
//! nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::refusal::Refusal;
use crate::locks::lock;

/// Maximum bytes of bodies in memory; further ones wait.
const ALL: usize = 256 << 20;
/// Maximum bytes of bodies of one key.
const OF_ONE_KEY: usize = ALL / 4;
/// Granularity of reservations in bytes.
const UNIT: usize = 16 << 10;
/// Time that a body waits for memory.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Rooms {
    all: Arc<Semaphore>,
    of_keys: Mutex<HashMap<Arc<str>, Arc<Semaphore>>>,
}

impl Rooms {
    pub(super) fn new() -> Rooms {
        Rooms {
            all: Arc::new(Semaphore::new(ALL / UNIT)),
            of_keys: Mutex::default(),
        }
    }

    /// Returns the reservation of a body before anything has arrived.
    pub(super) fn none_yet(&self, key: Option<&Arc<str>>) -> Room {
        let of_key = key.map(|key| {
            let mut of_keys = lock(&self.of_keys);
            // An unused semaphore is equivalent to a new one.
            of_keys.retain(|_, room| Arc::strong_count(room) > 1);
            let room = of_keys.entry(Arc::clone(key));
            Arc::clone(room.or_insert_with(|| Arc::new(Semaphore::new(OF_ONE_KEY / UNIT))))
        });
        let from = [of_key, Some(Arc::clone(&self.all))];
        Room {
            from: from.into_iter().flatten().collect(),
            permits: Vec::new(),
            units: 0,
        }
    }
}

/// Memory reserved for one body; released on drop.
pub(super) struct Room {
    from: Vec<Arc<Semaphore>>,
    permits: Vec<OwnedSemaphorePermit>,
    units: usize,
}

impl Room {
    /// Waits until the body may have this many bytes.
    pub(super) async fn grow_to(&mut self, bytes: usize) -> Result<(), Refusal> {
        let units = bytes.div_ceil(UNIT);
        let Some(more) = units.checked_sub(self.units).filter(|more| *more > 0) else {
            return Ok(());
        };
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        for room in &self.from {
            let permit = Arc::clone(room).acquire_many_owned(more);
            let permit = tokio::time::timeout(PATIENCE, permit).await;
            let permit = permit.ok().and_then(Result::ok);
            self.permits.push(permit.ok_or_else(Refusal::overloaded)?);
        }
        self.units = units;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_key_leaves_room_for_others() {
        let rooms = Rooms::new();
        let (one, other): (Arc<str>, Arc<str>) = ("one".into(), "other".into());
        let mut held = Vec::new();
        for _ in 0..4 {
            let mut room = rooms.none_yet(Some(&one));
            room.grow_to(OF_ONE_KEY / 4).await.ok().unwrap();
            held.push(room);
        }
        let mut later = rooms.none_yet(Some(&one));
        let waits = tokio::time::timeout(Duration::from_millis(50), later.grow_to(1));
        assert!(waits.await.is_err());
        assert!(rooms.none_yet(Some(&other)).grow_to(1).await.is_ok());
        held.pop();
        assert!(rooms.none_yet(Some(&one)).grow_to(1).await.is_ok());
    }

    #[tokio::test]
    async fn room_is_taken_once_for_each_byte() {
        let rooms = Rooms::new();
        let key: Arc<str> = "one".into();
        let mut room = rooms.none_yet(Some(&key));
        for bytes in (0..OF_ONE_KEY).step_by(UNIT / 2) {
            room.grow_to(bytes).await.ok().unwrap();
        }
    }
}
