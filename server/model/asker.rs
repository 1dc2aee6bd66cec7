//! Processes a question: cached answers, the ledgers, the server, and the cost.

use std::future::Future;

use super::{
    budget::{Budget, nothing_allowed},
    client::{Client, Cost, NoAnswer},
    kept::{Kept, Memory},
    protocol::Question,
    savings::Savings,
};
use crate::config::ModelOptions;

/// Sends questions to one model.
pub struct Asker {
    client: Client,
    budget: Budget,
    memory: Option<Memory>,
    savings: Option<Savings>,
}

/// A model's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub text: String,
    /// Its cost, now or when it was first given.
    pub tokens: u64,
    pub source: AnswerSource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerSource {
    Model,
    /// From the cache.
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

    /// Enables the cache of answers.
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

    /// Whether a question may be sent, as far as known before consulting the ledgers: cached answers are free.
    pub async fn check(&self, question: &Question) -> Result<(), NoAnswer> {
        let Err(why) = self.affordable(question) else {
            return Ok(());
        };
        let kept = match &self.memory {
            Some(memory) => memory.find(self.options(), question).await,
            None => None,
        };
        kept.map(|_| ()).ok_or(why)
    }

    /// Returns the cached answer, or else the server's, calling `before` first. Returns `None` if the question is known to be
    /// fruitless.
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
                        // The recorded cost is trusted only up to the estimate.
                        savings.add(tokens.min(question.estimate(self.options())));
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

    /// Sends the question to the server, bypassing the cache.
    pub async fn send(
        &self,
        question: &Question,
        stopped: impl Future<Output = ()>,
    ) -> Result<Answer, NoAnswer> {
        let estimate = self.affordable(question)?;
        let held = self.budget.hold(estimate, self.options().timeout).await?;
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

    /// The estimated cost of a question, if the configuration allows it.
    fn affordable(&self, question: &Question) -> Result<u64, NoAnswer> {
        let options = self.options();
        let budget = options.budget;
        for (window, limit) in [("day", budget.day), ("month", budget.month)] {
            if limit == 0 {
                return Err(NoAnswer::OverBudget(nothing_allowed(window)));
            }
        }
        let estimate = question.estimate(options);
        if estimate > budget.request {
            let most = budget.request;
            return Err(NoAnswer::OverBudget(format!(
                "the request would take about {estimate} tokens, and `model.budget.request` allows {most}. Nothing was sent."
            )));
        }
        if estimate > options.context {
            let most = options.context;
            return Err(NoAnswer::OverBudget(format!(
                "the request would take about {estimate} tokens, and the model's context has {most} \
                 (`model.context`). Nothing was sent."
            )));
        }
        Ok(estimate)
    }

    /// Caches an answer that was parsed successfully.
    pub async fn keep(&self, question: &Question, answer: &Answer) {
        if let (Some(memory), AnswerSource::Model) = (&self.memory, answer.source) {
            let Answer { text, tokens, .. } = answer;
            memory.keep(self.options(), question, text, *tokens).await;
        }
    }

    /// Records that a question was fruitless.
    pub async fn keep_fruitless(&self, question: &Question) {
        if let Some(memory) = &self.memory {
            memory.keep_fruitless(self.options(), question).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use serde_json::json;

    use super::*;
    use crate::{
        cache::{
            Fault, FaultKind,
            ledger::{Limits, SqliteLedger, TokenLedger, clock},
        },
        config::ModelBudget,
        migrations,
        model::{
            Purse,
            scripted::{Act, Scripted, options},
        },
    };

    fn question() -> Question {
        Question {
            task: "Choose.".to_owned(),
            subject: "one two three".to_owned(),
            schema: json!({}),
            reply: 100,
        }
    }

    fn answer() -> Act {
        let answer = json!({
            "choices": [{ "message": { "content": "{}" }, "finish_reason": "stop" }],
            "usage": { "prompt_tokens": 30, "completion_tokens": 12 },
        });
        Act::Say("200 OK", answer.to_string())
    }

    struct Room {
        folder: tempfile::TempDir,
        server: Scripted,
    }

    impl Room {
        async fn new(act: Act) -> Self {
            Self {
                folder: tempfile::tempdir().unwrap(),
                server: Scripted::start([act]).await,
            }
        }

        async fn ledger(&self, name: &str, day: u64) -> Result<Box<dyn TokenLedger>, Fault> {
            let limits = Limits {
                day: Some(day),
                month: None,
            };
            let path = self.folder.path().join(name);
            let ledger = SqliteLedger::open(path, limits, &migrations::LEDGER, clock()).await;
            ledger.map(|ledger| Box::new(ledger) as Box<dyn TokenLedger>)
        }

        async fn asker(&self, machine: u64, team: u64) -> Asker {
            let budget = Budget::default()
                .with(Purse::Machine, self.ledger("machine.db", machine).await)
                .with(Purse::Team, self.ledger("team.db", team).await);
            Asker::new(options(&self.server.url), budget)
        }
    }

    async fn spent(asker: &Asker) -> Vec<(u64, u64)> {
        let spent = asker.budget().spent().await.into_iter();
        let days = spent.map(|(_, windows)| windows.unwrap()[0]);
        days.map(|day| (day.used, day.held)).collect()
    }

    #[tokio::test]
    async fn what_was_used_is_charged_to_all() {
        let room = Room::new(answer()).await;
        let asker = room.asker(10_000, 10_000).await;
        let answer = asker.send(&question(), pending()).await.unwrap();
        assert_eq!((answer.tokens, answer.source), (42, AnswerSource::Model));
        assert_eq!(spent(&asker).await, [(42, 0), (42, 0)]);
    }

    #[tokio::test]
    async fn all_have_to_agree_before_anything_is_sent() {
        for (machine, team, whose) in [
            (10, 10_000, "the budget"),
            (10_000, 10, "the team's budget"),
        ] {
            let room = Room::new(answer()).await;
            let asker = room.asker(machine, team).await;
            let why = asker
                .send(&question(), pending())
                .await
                .unwrap_err()
                .to_string();
            assert!(
                why.starts_with(&format!("{whose} of the day doesn't allow about")),
                "{why}"
            );
            assert!(why.contains("0 of 10 are used"), "{why}");
            assert_eq!(spent(&asker).await, [(0, 0), (0, 0)]);
            assert!(room.server.asked().await.is_empty());
        }
    }

    #[tokio::test]
    async fn without_a_ledger_nothing_is_sent() {
        let room = Room::new(answer()).await;
        let broken = Err(FaultKind::NoBudget.into());
        let one = Budget::default().with(Purse::Machine, room.ledger("a.db", 10_000).await);
        for budget in [Budget::default(), one.with(Purse::Team, broken)] {
            let asker = Asker::new(options(&room.server.url), budget);
            let why = asker.send(&question(), pending()).await.unwrap_err();
            assert!(matches!(why, NoAnswer::OverBudget(_)), "{why}");
        }
        assert!(room.server.asked().await.is_empty());
    }

    #[tokio::test]
    async fn one_request_has_a_limit_of_its_own() {
        let room = Room::new(answer()).await;
        for (request, context, key) in [
            (50, 9_999, "model.budget.request"),
            (9_999, 50, "model.context"),
        ] {
            let budget = Budget::default().with(Purse::Machine, room.ledger("a.db", 10_000).await);
            let own = options(&room.server.url);
            let own = ModelOptions {
                budget: ModelBudget {
                    request,
                    ..own.budget
                },
                context,
                ..own
            };
            let why = Asker::new(own, budget).send(&question(), pending()).await;
            assert!(why.unwrap_err().to_string().contains(key));
        }
        assert!(room.server.asked().await.is_empty());
    }

    #[tokio::test]
    async fn what_a_person_stops_is_charged_as_estimated() {
        let room = Room::new(Act::Wait(std::time::Duration::from_secs(30))).await;
        let asker = room.asker(10_000, 10_000).await;
        let soon = tokio::time::sleep(std::time::Duration::from_millis(100));
        let why = asker.send(&question(), soon).await.unwrap_err();
        assert_eq!(why, NoAnswer::Stopped);
        let estimate = question().estimate(asker.options());
        assert_eq!(spent(&asker).await, [(estimate, 0), (estimate, 0)]);
    }
}
