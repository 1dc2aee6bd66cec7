//! The start and end of a session, and what it survives.

use std::process::Command;

use serde_json::{Value, json};

use crate::{
    client::{Client, cursor, edit, frame, pull_params},
    clients,
    samples::long,
};

#[test]
fn the_encoding_is_the_narrowest_that_the_client_offers() {
    for (capabilities, encoding) in [
        (clients::vscode(), "utf-16"),
        (clients::neovim(), "utf-8"),
        (clients::helix(), "utf-8"),
        (clients::pulling("utf-32"), "utf-32"),
        (json!({}), "utf-16"),
    ] {
        let result = Client::start().initialize(capabilities);
        assert_eq!(result["capabilities"]["positionEncoding"], encoding);
    }
}

#[test]
fn diagnostics_are_pulled_or_pushed_and_never_both() {
    for (capabilities, pulls) in [
        (clients::vscode(), true),
        (clients::neovim(), false),
        (clients::helix(), false),
    ] {
        let result = Client::start().initialize(capabilities);
        assert_eq!(
            result["capabilities"].get("diagnosticProvider").is_some(),
            pulls
        );
    }
}

#[test]
fn words_that_the_types_do_not_know_refuse_no_session() {
    let mut capabilities = clients::vscode();
    capabilities["workspace"]["workspaceEdit"]["resourceOperations"] = json!(["teleport"]);
    capabilities["textDocument"]["hover"] = json!({"contentFormat": ["hologram"]});
    capabilities["textDocument"]["foldingRange"] =
        json!({"foldingRangeKind": {"valueSet": ["everything"]}});
    let result = Client::start().initialize(capabilities);
    assert!(result["capabilities"]["codeActionProvider"].is_object());
}

#[test]
fn before_initialize_requests_are_refused_and_notifications_dropped() {
    let mut client = Client::start();
    let refused = client.call("textDocument/codeAction", json!({}));
    assert_eq!(refused.unwrap_err().code, -32002);
    let refused = client.call("rustassistant/nothing", json!({}));
    assert_eq!(refused.unwrap_err().code, -32002);
    client.open("file:///early.rs", "fn main() {}");
    client.notify("initialized", json!({}));
    client.initialize(clients::vscode());
}

#[test]
fn a_second_initialize_is_refused() {
    let mut client = Client::ready(clients::vscode());
    let refused = client.call("initialize", json!({"capabilities": {}}));
    assert_eq!(refused.unwrap_err().code, -32600);
}

#[test]
fn unknown_methods_are_refused_and_unknown_notifications_ignored() {
    let mut client = Client::ready(clients::vscode());
    client.notify("rustassistant/nothing", json!({}));
    client.notify("$/setTrace", json!({"value": "off"}));
    client.settle();
    let refused = client.call("$/nothing", json!({}));
    assert!(refused.is_err());
}

#[test]
fn after_shutdown_requests_are_refused() {
    let mut client = Client::ready(clients::vscode());
    client.request("shutdown", Value::Null);
    let refused = client.call("textDocument/codeAction", json!({}));
    assert_eq!(refused.unwrap_err().code, -32600);
    client.notify("exit", Value::Null);
    assert_eq!(client.exit_code(), 0);
}

#[test]
fn shutdown_takes_null_and_empty_parameters() {
    for params in [Value::Null, json!({}), json!([])] {
        let mut client = Client::ready(clients::vscode());
        assert_eq!(client.request("shutdown", params), Value::Null);
        client.notify("exit", Value::Null);
        assert_eq!(client.exit_code(), 0);
    }
}

#[test]
fn exit_without_shutdown_is_code_1() {
    let mut client = Client::ready(clients::vscode());
    client.notify("exit", Value::Null);
    assert_eq!(client.exit_code(), 1);
}

#[test]
fn exit_ends_the_process_although_the_input_stays_open() {
    let mut client = Client::start();
    client.notify("exit", Value::Null);
    assert_eq!(client.exit_code(), 1);
}

#[test]
fn shutdown_and_exit_without_waiting_still_get_the_reply() {
    let mut client = Client::ready(clients::helix());
    let id = client.send_request("shutdown", Value::Null);
    client.notify("exit", Value::Null);
    assert_eq!(client.exit_code(), 0);
    assert_eq!(client.wait(id), Ok(Value::Null));
}

#[test]
fn the_end_of_the_input_ends_the_process() {
    let mut client = Client::ready(clients::vscode());
    client.close_input();
    assert_eq!(client.exit_code(), 1);

    let mut client = Client::ready(clients::vscode());
    client.request("shutdown", Value::Null);
    client.close_input();
    assert_eq!(client.exit_code(), 0);
}

#[test]
fn the_end_of_the_input_inside_a_message_ends_the_process() {
    let mut client = Client::ready(clients::vscode());
    client.send_raw(b"Content-Length: 100\r\n\r\n{");
    client.close_input();
    assert_eq!(client.exit_code(), 1);
    client.expect_error("ended inside a message");
}

#[test]
fn a_client_that_never_answers_is_served_and_left() {
    let mut client = Client::start();
    client.hold_answers(|_| true);
    client.initialize(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, "fn main() {}\n");
    let ids: Vec<i64> = (0..300)
        .map(|_| client.send_request("textDocument/diagnostic", pull_params(&uri)))
        .collect();
    for id in ids {
        client.wait(id).unwrap();
    }
    assert!(!client.asked().is_empty(), "nothing was asked at all");
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_cancelled_request_is_answered_at_once_and_work_holds_up_nobody() {
    let mut client = Client::ready(clients::vscode());
    let (big, small) = (client.uri("big.rs"), client.uri("small.rs"));
    client.open(&big, &long(30_000));
    client.open(&small, "");
    let pull = client.prepare("textDocument/diagnostic", pull_params(&big));
    let cancelled = client.prepare("textDocument/diagnostic", pull_params(&big));
    let cancel = json!({"method": "$/cancelRequest", "params": {"id": cancelled["id"]}});
    let bytes = [frame(&pull), frame(&cancelled), frame(&cancel)].concat();
    client.send_raw(&bytes);
    let id = |message: &Value| message["id"].as_i64().unwrap();
    assert_eq!(client.wait(id(&cancelled)).unwrap_err().code, -32800);
    client.settle();
    assert!(!client.has_reply(id(&pull)), "30,000 lines were that fast");
    client.cancel(id(&pull));
    assert_eq!(client.wait(id(&pull)).unwrap_err().code, -32800);
    assert_eq!(client.pulled_items(&small), Vec::<Value>::new());
}

#[test]
fn replies_to_nobody_and_replies_twice_harm_nothing() {
    let mut client = Client::ready(clients::vscode());
    for id in [json!(0), json!(0), json!(77), json!("x"), Value::Null] {
        client.send(&json!({"jsonrpc": "2.0", "id": id, "result": null}));
        client.send(&json!({"jsonrpc": "2.0", "id": id}));
        client.send(&json!({"jsonrpc": "2.0", "id": id, "error": {"code": 1, "message": ""}}));
    }
    client.settle();
}

#[test]
fn a_body_that_is_no_json_is_answered_and_the_session_goes_on() {
    let mut client = Client::ready(clients::vscode());
    for body in ["{", "", "nonsense", "\u{0}"] {
        let frame = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        client.send_raw(frame.as_bytes());
        assert_eq!(client.wait_anonymous().code, -32700, "{body:?}");
    }
    client.send_raw(b"Content-Length: 2\r\n\r\n\xff\xfe");
    assert_eq!(client.wait_anonymous().code, -32700);
    client.settle();
}

#[test]
fn json_that_is_no_message_is_answered_and_the_session_goes_on() {
    let mut client = Client::ready(clients::vscode());
    for message in [
        json!([]),
        json!(1),
        json!({}),
        json!({"method": 7}),
        json!({"method": "shutdown", "id": {}}),
    ] {
        client.send(&message);
        assert_eq!(client.wait_anonymous().code, -32600, "{message}");
    }
    client.settle();
}

#[test]
fn headers_of_any_case_and_kind_are_read() {
    let mut client = Client::ready(clients::vscode());
    let message = client.prepare("rustassistant/nothing", json!({}));
    let body = message.to_string();
    let header = format!(
        "content-type: application/vscode-jsonrpc\r\nCONTENT-LENGTH: {}\r\n\r\n",
        body.len()
    );
    client.send_raw(header.as_bytes());
    client.send_raw(body.as_bytes());
    let refused = client.wait(message["id"].as_i64().unwrap());
    assert_eq!(refused.unwrap_err().code, -32601);
}

#[test]
fn a_header_without_a_length_ends_the_session_with_code_1() {
    for header in ["hello\r\n\r\n", "Content-Length: 99999999999\r\n\r\n"] {
        let mut client = Client::ready(clients::vscode());
        client.send_raw(header.as_bytes());
        assert_eq!(client.exit_code(), 1);
        client.expect_error("the session ends");
    }
}

#[test]
fn parameters_of_the_wrong_shape_are_refused() {
    let mut client = Client::ready(clients::vscode());
    for params in [Value::Null, json!([]), json!({"textDocument": 3})] {
        let refused = client.call("textDocument/diagnostic", params.clone());
        assert_eq!(refused.unwrap_err().code, -32602, "{params}");
        client.notify("textDocument/didOpen", params.clone());
        client.notify("textDocument/didChange", params.clone());
        client.notify("textDocument/didClose", params.clone());
        client.notify("workspace/didChangeConfiguration", params.clone());
        client.notify("workspace/didChangeWorkspaceFolders", params.clone());
        client.notify("workspace/didChangeWatchedFiles", params);
    }
    client.settle();
}

#[test]
fn documents_that_are_not_open_have_nothing() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("closed.rs");
    assert_eq!(client.pulled_items(&uri), Vec::<Value>::new());
    assert_eq!(client.actions(&uri, &cursor(0, 0)), Vec::<Value>::new());
    client.change(&uri, 7, &json!([edit(&cursor(0, 0), "x")]));
    client.close(&uri);
    client.settle();
}

#[test]
fn a_client_that_stops_reading_is_left_in_peace() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, &"fn f() { g(); }\n".repeat(5_000));
    client.close_output();
    // The pipe is closed after the first response was read, and fails on the next write.
    while !client.has_ended() {
        let message = client.prepare("textDocument/diagnostic", pull_params(&uri));
        client.try_send_raw(&frame(&message));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(client.exit_code(), 1);
    client.forget_replies();
}

#[test]
fn a_parent_that_is_gone_ends_the_session() {
    let mut parent = Command::new(env!("CARGO_BIN_EXE_rustassistant"))
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let id = parent.id();
    parent.wait().unwrap();

    let mut client = Client::start_with(&[&format!("--clientProcessId={id}")], &[]);
    assert_eq!(client.exit_code(), 1);

    let mut client = Client::start();
    client.send_request("initialize", json!({"processId": id, "capabilities": {}}));
    assert_eq!(client.exit_code(), 1);
    client.forget_replies();
}

#[test]
fn logs_go_to_the_file_that_was_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log");
    let argument = format!("--log-file={}", file.display());
    let mut client = Client::start_with(&["--stdio", &argument], &[]);
    client.initialize(clients::vscode());
    client.send_raw(b"Content-Length: 1\r\n\r\n{");
    assert_eq!(client.wait_anonymous().code, -32700);
    assert_eq!(client.leave(), 0);
    let log = std::fs::read_to_string(&file).unwrap();
    assert!(
        log.contains("not JSON") && !log.contains('\u{1b}'),
        "{log:?}"
    );
    assert_eq!(client.errors(), "");
}
