//! Extends statements that occur in several places to the longest runs.

use std::collections::HashMap;

use crate::survey::{FEWEST_STATEMENTS, Print};

/// Maximum number of steps. Without it, a statement that is repeated ten thousand times in a row would be followed that far
/// from each place.
const MOST_STEPS: usize = 100_000;

/// The longest runs that begin with the first statements of these places, with their number of statements. `print` returns the
/// print of the statement at an offset from a place. Places that are all preceded by the same statement are skipped.
pub(super) fn longest<P: Copy>(
    places: Vec<P>,
    print: impl Fn(P, isize) -> Option<Print>,
) -> Vec<(Vec<P>, usize)> {
    let most_steps = MOST_STEPS + 32 * places.len();
    let mut steps = 0;
    let mut found = Vec::new();
    let mut open = vec![(places, FEWEST_STATEMENTS)];
    while let Some((places, length)) = open.pop() {
        steps += places.len();
        if places.len() < 2 || go_on_before(&places, &print) || steps > most_steps {
            continue;
        }
        let mut next: HashMap<Option<Print>, Vec<P>> = HashMap::new();
        for place in &places {
            let behind = isize::try_from(length).unwrap_or(isize::MAX);
            next.entry(print(*place, behind)).or_default().push(*place);
        }
        let go_on = next.len() == 1 && !next.contains_key(&None);
        if !go_on {
            found.push((places, length));
        }
        next.remove(&None);
        open.extend(next.into_values().map(|places| (places, length + 1)));
    }
    found
}

/// Whether all places are preceded by the same statement, so that they are found from there.
fn go_on_before<P: Copy>(places: &[P], print: &impl Fn(P, isize) -> Option<Print>) -> bool {
    let first = print(places[0], -1);
    first.is_some() && places.iter().all(|place| print(*place, -1) == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By start and length, longest first.
    fn runs(text: &str) -> Vec<(Vec<usize>, usize)> {
        let prints: Vec<Print> = text.bytes().map(u64::from).collect();
        let print = |at: usize, behind: isize| {
            let at = at.checked_add_signed(behind)?;
            prints.get(at).copied().filter(|it| *it != u64::from(b'.'))
        };
        let start = text.get(..FEWEST_STATEMENTS).unwrap();
        let places = text.match_indices(start).map(|(at, _)| at).collect();
        let mut runs = longest(places, print);
        runs.sort_by_key(|(_, length)| std::cmp::Reverse(*length));
        runs
    }

    #[test]
    fn each_set_of_places_is_told_at_its_longest() {
        assert_eq!(
            runs("abcde.abcdx.abc.x"),
            [(vec![0, 6], 4), (vec![0, 6, 12], 3)]
        );
        assert!(runs("abc.abd").is_empty());
    }

    #[test]
    fn what_goes_on_before_is_left_to_those_before() {
        let print = |at: usize, behind: isize| {
            let at = at.checked_add_signed(behind)?;
            b"xabc.xabc".get(at).map(|it| u64::from(*it))
        };
        assert!(longest(vec![1, 6], print).is_empty());
    }
}
