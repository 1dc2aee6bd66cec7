//! (in preparation)
use crate::smells::{Limits, Smell};
#[derive(Debug, Clone, Default)]
pub struct Rules;
#[derive(Debug, Clone, Copy)]
pub struct Judgement {
    pub limits: Limits,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    Calm,
    Full,
}
impl Rules {
    pub fn judgement(&self, smell: &Smell) -> Option<Judgement> {
        Some(Judgement {
            limits: smell.limits,
        })
    }
    pub fn profile(&self) -> Profile {
        Profile::Calm
    }
}
