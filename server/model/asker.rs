//! A question's way: what is kept, the ledgers, the server, and what it cost.

use std::future::Future;

use super::{
    budget::Budget,
    client::{Client, Cost, NoAnswer},
    kept::{Kept, Memory},
    protocol::Question,
    savings::Savings,
};
use crate::config::ModelOptions;

/// Asks one model.
pub struct Asker {
    client: Client,
    budget: Budget,
    memory: Option<Memory>,
    savings: Option<Savings>,
}

/// What a model says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub text: String,
    /// What it cost, now or when it was given.
    pub tokens: u64,
    pub source: AnswerSource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerSource {
    Model,
    /// It was kept from before.
    Kept,
}

impl Asker {
    pub fn new(options: ModelOptions, budget: Budget) -> Self {
        Self {
            client: Client::new(options),
            budget,
            memory: None,
            savings: None,
        }
    }

    /// The same with what was answered before.
    #[must_use]
    pub fn remembering(self, memory: Memory, savings: Option<Savings>) -> Self {
        Self {
            memory: Some(memory),
            savings,
            ..self
        }
    }

    pub fn options(&self) -> &ModelOptions {
        self.client.options()
    }

    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// The answer that is kept, or what the server says, of which `before` is told; nothing where it is known that nothing comes
    /// of the question.
    pub async fn ask(
        &self,
        question: &Question,
        before: impl FnOnce(),
        stopped: impl Future<Output = ()>,
    ) -> Result<Option<Answer>, NoAnswer> {
        if let Some(memory) = &self.memory {
            match memory.find(self.options(), question).await {
                None => {}
                Some(Kept::Fruitless) => return Ok(None),
                Some(Kept::Answer { text, tokens }) => {
                    if let Some(savings) = &self.savings {
                        savings.add(tokens);
                    }
                    let source = AnswerSource::Kept;
                    return Ok(Some(Answer {
                        text,
                        tokens,
                        source,
                    }));
                }
            }
        }
        before();
        self.send(question, stopped).await.map(Some)
    }

    /// Asks the server, whatever is kept.
    pub async fn send(
        &self,
        question: &Question,
        stopped: impl Future<Output = ()>,
    ) -> Result<Answer, NoAnswer> {
        let options = self.options();
        let estimate = question.estimate(options);
        if estimate > options.budget.request {
            let most = options.budget.request;
            return Err(NoAnswer::OverBudget(format!(
                "the request would take about {estimate} tokens, and `model.budget.request` allows {most}. Nothing was sent."
            )));
        }
        if estimate > options.context {
            let most = options.context;
            return Err(NoAnswer::OverBudget(format!(
                "the request would take about {estimate} tokens, and the model reads {most} at once (`model.context`). Nothing was sent."
            )));
        }
        let held = self.budget.hold(estimate, options.timeout).await?;
        let exchange = tokio::select! {
            exchange = self.client.exchange(question) => exchange,
            () = stopped => {
                held.settle(Cost::Unknown).await;
                return Err(NoAnswer::Stopped);
            }
        };
        let tokens = held.settle(exchange.cost).await;
        Ok(Answer {
            text: exchange.text?,
            tokens,
            source: AnswerSource::Model,
        })
    }

    /// Keeps an answer that could be read.
    pub async fn keep(&self, question: &Question, answer: &Answer) {
        if let (Some(memory), AnswerSource::Model) = (&self.memory, answer.source) {
            let Answer { text, tokens, .. } = answer;
            memory.keep(self.options(), question, text, *tokens).await;
        }
    }

    /// Remembers that nothing came of a question.
    pub async fn keep_fruitless(&self, question: &Question) {
        if let Some(memory) = &self.memory {
            memory.keep_fruitless(self.options(), question).await;
        }
    }
}
