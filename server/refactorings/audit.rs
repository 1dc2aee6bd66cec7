//! The audit: what every edit has to show before it is offered.

use super::{Change, Context, Refactoring, Refusal, Target};

/// What a refactoring may add to and drop from the identifiers, literals and comments of the code it touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delta {}

/// A change that passed the audit.
#[derive(Debug, Clone)]
pub struct Offer {
    refactoring: &'static Refactoring,
    change: Change,
}

impl Offer {
    pub fn refactoring(&self) -> &'static Refactoring {
        self.refactoring
    }

    pub fn change(&self) -> &Change {
        &self.change
    }
}

/// Derives a refactoring's change at the target and audits it.
pub fn offer(
    refactoring: &'static Refactoring,
    context: &Context<'_>,
    target: Target<'_>,
) -> Result<Offer, Refusal> {
    let change = (refactoring.derive)(context, target)?;
    Ok(Offer {
        refactoring,
        change,
    })
}

impl std::fmt::Debug for Refactoring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}
