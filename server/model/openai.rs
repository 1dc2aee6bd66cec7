//! Chat completions, which most servers for local models support too.

use reqwest::header::{AUTHORIZATION, HeaderMap, InvalidHeaderValue};
use serde_json::{Value as Json, json};

use super::protocol::{Protocol, Question, Told, secret_header};
use crate::config::ModelOptions;

const LIMIT: &str = "max_completion_tokens";
const OLD_LIMIT: &str = "max_tokens";
const FORMAT: &str = "response_format";
const EFFORT: &str = "reasoning_effort";
const STORE: &str = "store";

pub(super) struct OpenAi;

impl Protocol for OpenAi {
    fn path(&self) -> &'static str {
        "/chat/completions"
    }

    fn headers(&self, key: Option<&str>) -> Result<HeaderMap, InvalidHeaderValue> {
        let mut headers = HeaderMap::new();
        if let Some(key) = key {
            headers.insert(AUTHORIZATION, secret_header(&format!("Bearer {key}"))?);
        }
        Ok(headers)
    }

    fn body(&self, options: &ModelOptions, question: &Question, unknown: &[&str]) -> Json {
        let mut body = json!({
            "model": options.model,
            "messages": [
                { "role": "system", "content": question.task },
                { "role": "user", "content": question.subject },
            ],
        });
        let is_known = |name: &str| !unknown.contains(&name);
        let limit = if is_known(LIMIT) { LIMIT } else { OLD_LIMIT };
        body[limit] = json!(question.reply);
        if is_known(FORMAT) {
            body[FORMAT] = json!({
                "type": "json_schema",
                "json_schema": { "name": "answer", "strict": true, "schema": question.schema },
            });
        }
        if is_known(STORE) {
            body[STORE] = json!(false);
        }
        if let Some(effort) = options.effort.filter(|_| is_known(EFFORT)) {
            body[EFFORT] = json!(effort);
        }
        body
    }

    fn dispensable(&self) -> &'static [&'static str] {
        &[LIMIT, FORMAT, EFFORT, STORE]
    }

    fn read(&self, answer: &Json) -> Option<Told> {
        let choice = answer.get("choices")?.get(0)?;
        let message = &choice["message"];
        let text = match (
            choice["finish_reason"].as_str(),
            message["content"].as_str(),
        ) {
            _ if message["refusal"].is_string() => Err("it declined to answer".to_owned()),
            (Some("stop"), Some(text)) => Ok(text.to_owned()),
            (Some("stop"), None) => Err("its answer has no text".to_owned()),
            (Some("length"), _) => Err("its answer was cut off at the token limit".to_owned()),
            (Some("content_filter"), _) => Err("it declined to answer".to_owned()),
            _ => Err("its answer is incomplete".to_owned()),
        };
        let usage = &answer["usage"];
        let read = usage["prompt_tokens"].as_u64();
        let written = usage["completion_tokens"].as_u64();
        Some(Told {
            text,
            cost: read
                .zip(written)
                .map(|(read, written)| read.saturating_add(written))
                // A cost of 0 is impossible.
                .filter(|cost| *cost > 0),
            read,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(finish: &str, message: &Json) -> Told {
        let answer = json!({
            "choices": [{ "message": message, "finish_reason": finish }],
            "usage": { "prompt_tokens": 10, "completion_tokens": 5 },
        });
        OpenAi.read(&answer).unwrap()
    }

    #[test]
    fn only_what_ended_by_itself_is_an_answer() {
        let message = json!({ "content": "{}" });
        let answer = told("stop", &message);
        assert_eq!(
            (answer.text, answer.cost, answer.read),
            (Ok("{}".to_owned()), Some(15), Some(10))
        );
        for finish in ["length", "content_filter", "tool_calls", "new"] {
            assert!(told(finish, &message).text.is_err(), "{finish}");
        }
        assert!(told("stop", &json!({ "content": null })).text.is_err());
        let refused = json!({ "content": "{}", "refusal": "no" });
        assert!(told("stop", &refused).text.is_err());
        assert_eq!(OpenAi.read(&json!({ "choices": [] })), None);
    }

    #[test]
    fn a_server_that_counts_nothing_is_charged_as_estimated() {
        let answer =
            json!({ "choices": [{ "message": { "content": "" }, "finish_reason": "stop" }] });
        assert_eq!(OpenAi.read(&answer).unwrap().cost, None);
    }
}
