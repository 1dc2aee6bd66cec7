//! The protocols of providers, independent of connections: request bodies, and the interpretation of responses.

use reqwest::header::{HeaderMap, HeaderValue, InvalidHeaderValue};
use serde_json::Value as Json;

use super::{anthropic::Anthropic, openai::OpenAi};
use crate::config::{ModelOptions, ModelProvider};

/// Bytes of a request per token, chosen so that estimates are rarely too low.
const BYTES_OF_A_TOKEN: u64 = 3;

/// A question for a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The instructions, which are the same for every question of a kind.
    pub task: String,
    /// The subject of the question.
    pub subject: String,
    /// The format of the answer, as a JSON schema.
    pub schema: Json,
    /// Maximum tokens of the answer, including reasoning.
    pub reply: u64,
}

/// Factor by which reasoning, which counts towards the answer, may extend it.
pub(super) fn room_to_reason(effort: Option<&str>) -> u64 {
    match effort {
        None => 1,
        Some("low") => 2,
        Some("medium") => 4,
        Some(_) => 8,
    }
}

/// The content of a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    /// The text of the answer, or why there is none.
    pub(super) text: Result<String, String>,
    /// Input and output tokens, as billed by the provider.
    pub(super) cost: Option<u64>,
    /// Tokens of the request, as counted by the provider.
    pub(super) read: Option<u64>,
}

/// The protocol of a provider.
pub(super) trait Protocol: Sync {
    /// The path that is appended to the address.
    fn path(&self) -> &'static str;

    fn headers(&self, key: Option<&str>) -> Result<HeaderMap, InvalidHeaderValue>;

    /// The request body, without the fields that the server reported as unknown.
    fn body(&self, options: &ModelOptions, question: &Question, unknown: &[&str]) -> Json;

    /// Optional fields that a server may not support.
    fn dispensable(&self) -> &'static [&'static str];

    /// Parses a complete response; returns `None` if it is malformed.
    fn read(&self, answer: &Json) -> Option<Told>;
}

pub(super) fn protocol(provider: ModelProvider) -> &'static dyn Protocol {
    match provider {
        ModelProvider::Anthropic => &Anthropic,
        ModelProvider::OpenAi => &OpenAi,
    }
}

impl Question {
    /// The maximum tokens that a request costs, as far as known before it is sent.
    pub fn estimate(&self, options: &ModelOptions) -> u64 {
        let body = protocol(options.provider)
            .body(options, self, &[])
            .to_string();
        (body.len() as u64).div_ceil(BYTES_OF_A_TOKEN) + self.reply
    }

    /// A lower bound for the tokens: each run of letters is at least one, minus a quarter for tokenizers that merge some.
    pub(super) fn least_tokens(&self) -> u64 {
        let runs = |text: &str| {
            text.split(|c: char| !c.is_alphabetic())
                .filter(|run| !run.is_empty())
                .count()
        };
        (runs(&self.task) + runs(&self.subject)) as u64 * 3 / 4
    }

    /// The request as it would be sent, without the key.
    pub fn shown(&self, options: &ModelOptions) -> String {
        let protocol = protocol(options.provider);
        let body = protocol.body(options, self, &[]);
        let url = options.url.to_string();
        format!(
            "POST {}{}\n{}\n\n{body:#}\n",
            url.trim_end_matches('/'),
            protocol.path(),
            shown_headers(protocol, options),
        )
    }
}

fn shown_headers(protocol: &dyn Protocol, options: &ModelOptions) -> String {
    let key = options.api_key.as_ref().map(|_| "hidden");
    let headers = protocol.headers(key).unwrap_or_default();
    let mut lines = vec!["content-type: application/json".to_owned()];
    lines.extend(headers.iter().map(|(name, value)| match value.to_str() {
        Ok(text) if !value.is_sensitive() => format!("{name}: {text}"),
        _ => format!("{name}: (the key)"),
    }));
    lines.join("\n")
}

/// A header value that is redacted in logs.
pub(super) fn secret_header(text: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(text)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The error message of a server that refuses a request.
pub(super) fn complaint(answer: &Json) -> Option<&str> {
    let error = answer.get("error")?;
    error.get("message").unwrap_or(error).as_str()
}

/// The parameter that the error refers to.
pub(super) fn parameter(answer: &Json) -> Option<&str> {
    answer.get("error")?.get("param")?.as_str()
}
