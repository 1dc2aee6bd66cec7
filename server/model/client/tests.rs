use std::time::Duration;

use serde_json::json;

use super::*;
use crate::{
    cache::Secret,
    config::ModelProvider,
    model::scripted::{Act, Scripted, options},
};

fn question() -> Question {
    Question {
        task: "Choose.".to_owned(),
        subject: "one two three".to_owned(),
        schema: json!({ "type": "object" }),
        reply: 100,
    }
}

fn answer(text: &str) -> Act {
    let answer = json!({
        "choices": [{ "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 30, "completion_tokens": 12 },
    });
    Act::Say("200 OK", answer.to_string())
}

fn error(status: &'static str, message: &str) -> Act {
    Act::Say(
        status,
        json!({ "error": { "message": message } }).to_string(),
    )
}

/// The outcome of a question to a server that performs these acts.
async fn exchange(acts: impl IntoIterator<Item = Act>) -> (Exchange, Scripted) {
    let server = Scripted::start(acts).await;
    let client = Client::new(options(&server.url));
    (client.exchange(&question()).await, server)
}

#[tokio::test]
async fn an_answer_and_its_cost_are_read() {
    let (exchange, server) = exchange([answer("{}")]).await;
    assert_eq!(
        (exchange.text, exchange.cost),
        (Ok("{}".to_owned()), Cost::Tokens(42))
    );
    let asked = server.asked().await;
    assert_eq!(asked.len(), 1);
    assert!(
        asked[0].head.starts_with("post /chat/completions "),
        "{}",
        asked[0].head
    );
    assert!(!asked[0].head.contains("authorization"));
    assert_eq!(asked[0].body["store"], false);
    assert_eq!(asked[0].body["max_completion_tokens"], 100);
}

#[tokio::test]
async fn what_an_older_server_does_not_know_is_left_out() {
    let (exchange, server) = exchange([
        error(
            "400 Bad Request",
            "Unrecognized request argument supplied: max_completion_tokens",
        ),
        error("400 Bad Request", "response_format is not supported"),
        answer("{}"),
    ])
    .await;
    assert!(exchange.text.is_ok());
    let last = &server.asked().await[2].body;
    assert_eq!(last["max_tokens"], 100);
    assert!(last["response_format"].is_null() && last["max_completion_tokens"].is_null());
}

#[tokio::test]
async fn a_request_that_is_wrong_is_not_sent_for_ever() {
    let refused = error(
        "400 Bad Request",
        "max_completion_tokens response_format store, all wrong",
    );
    let (exchange, server) = exchange([refused]).await;
    assert!(matches!(exchange.text, Err(NoAnswer::Refused(_))));
    assert_eq!(
        (exchange.cost, server.asked().await.len()),
        (Cost::Nothing, 4)
    );
}

#[tokio::test]
async fn a_server_that_is_busy_is_asked_once_more() {
    let busy = || Act::Say("529 Overloaded\r\nretry-after: 0", String::new());
    let (first, _) = exchange([busy(), answer("{}")]).await;
    assert!(first.text.is_ok());
    let (second, server) = exchange([busy()]).await;
    assert!(matches!(second.text, Err(NoAnswer::Busy(_))));
    assert_eq!(
        (second.cost, server.asked().await.len()),
        (Cost::Nothing, 2)
    );
    let late = Act::Say("429 Too Many Requests\r\nretry-after: 60", String::new());
    let (third, server) = exchange([late]).await;
    assert!(matches!(third.text, Err(NoAnswer::Throttled(_))));
    assert_eq!(server.asked().await.len(), 1);
}

#[tokio::test]
async fn what_is_no_answer_is_charged_as_estimated() {
    for act in [
        Act::Say("200 OK", "<html>Sign in</html>".to_owned()),
        Act::Say("200 OK", "{\"content\":[]}".to_owned()),
        Act::BreakOff,
        Act::Flood,
    ] {
        let (exchange, _) = exchange([act]).await;
        assert!(
            matches!(exchange.text, Err(NoAnswer::Useless(_))),
            "{exchange:?}"
        );
        assert_eq!(exchange.cost, Cost::Unknown);
    }
}

#[tokio::test]
async fn a_part_of_the_question_is_not_enough() {
    let cut = json!({
        "choices": [{ "message": { "content": "{}" }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 2, "completion_tokens": 1 },
    });
    let (exchange, _) = exchange([Act::Say("200 OK", cut.to_string())]).await;
    let why = exchange.text.unwrap_err().to_string();
    assert!(why.contains("the server truncated the request"), "{why}");
    assert_eq!(exchange.cost, Cost::Tokens(3));
}

#[tokio::test]
async fn whoever_is_slow_is_not_waited_for() {
    let server = Scripted::start([Act::Wait(Duration::from_secs(30))]).await;
    let client = Client::new(ModelOptions {
        timeout: Duration::from_millis(200),
        ..options(&server.url)
    });
    let exchange = client.exchange(&question()).await;
    assert!(
        matches!(exchange.text, Err(NoAnswer::Late(_))),
        "{exchange:?}"
    );
    assert_eq!(exchange.cost, Cost::Unknown);
}

#[tokio::test]
async fn nobody_sends_us_elsewhere() {
    let target = Scripted::start([answer("{}")]).await;
    let status = format!(
        "307 Temporary Redirect\r\nlocation: {}/chat/completions",
        target.url
    );
    let (exchange, _) = exchange([Act::Say(String::leak(status), String::new())]).await;
    assert!(
        matches!(exchange.text, Err(NoAnswer::Refused(_))),
        "{exchange:?}"
    );
    assert!(target.asked().await.is_empty());
}

#[tokio::test]
async fn nothing_says_the_key() {
    for (status, denied) in [
        ("401 Unauthorized", true),
        ("403 Forbidden", true),
        ("404 Not Found", false),
    ] {
        for provider in [ModelProvider::OpenAi, ModelProvider::Anthropic] {
            let server = Scripted::start([error(status, "the key s3cret-key is wrong")]).await;
            let options = ModelOptions {
                api_key: Some(Secret::text("s3cret-key")),
                provider,
                ..options(&server.url)
            };
            let shown = question().shown(&options);
            assert!(
                shown.contains(": (the key)") && !shown.contains("s3cret"),
                "{shown}"
            );
            let why = Client::new(options)
                .exchange(&question())
                .await
                .text
                .unwrap_err();
            assert_eq!(matches!(why, NoAnswer::Denied(401 | 403)), denied);
            assert!(!format!("{why} {why:?}").contains("s3cret"), "{why}");
            assert!(server.asked().await[0].head.contains("s3cret-key"));
        }
    }
}

#[tokio::test]
async fn a_key_goes_to_nobody_on_the_way() {
    for url in [
        "http://models.example.com",
        "https://user:pass@models.example.com",
        "https://a.b/?key=1",
    ] {
        let client = Client::new(ModelOptions {
            api_key: Some(Secret::text("s3cret")),
            ..options(url)
        });
        let exchange = client.exchange(&question()).await;
        assert!(
            matches!(exchange.text, Err(NoAnswer::Setting(_))),
            "{exchange:?}"
        );
        assert_eq!(exchange.cost, Cost::Nothing);
    }
    let without_key = Client::new(options("https://models.example.com"));
    let why = without_key.exchange(&question()).await.text.unwrap_err();
    assert!(why.to_string().contains("set `model.api_key`"), "{why}");
}

#[tokio::test]
async fn a_server_that_is_not_there_costs_nothing() {
    let exchange = Client::new(options("http://127.0.0.1:1"))
        .exchange(&question())
        .await;
    assert!(matches!(exchange.text, Err(NoAnswer::Unreachable(_))));
    assert_eq!(exchange.cost, Cost::Nothing);
}
