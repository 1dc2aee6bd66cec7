//! The server's status, for clients that show it.

use serde_json::{Value, json};

use crate::{client::Client, clients, samples::nested};

fn with_status() -> Value {
    let mut capabilities = clients::vscode();
    capabilities["experimental"] = json!({"serverStatusNotification": true});
    capabilities
}

fn status(client: &mut Client) -> Value {
    client.take_notification("experimental/serverStatus")
}

#[test]
fn work_in_the_background_is_told() {
    let mut client = Client::start();
    for at in 0..100 {
        client.write_file(&format!("src/m{at}.rs"), &nested(&format!("f{at}")));
    }
    client.initialize(with_status());
    let busy = json!({"health": "ok", "quiescent": false});
    let idle = json!({"health": "ok", "quiescent": true});
    assert_eq!(status(&mut client), busy);
    assert_eq!(status(&mut client), idle);
    client.execute("reindex", &json!([])).unwrap();
    assert_eq!(status(&mut client), busy);
    assert_eq!(status(&mut client), idle);
}

#[test]
fn a_cache_that_is_left_out_is_a_warning() {
    let mut client = Client::start();
    std::fs::create_dir(client.home().join("cache.db")).unwrap();
    client.write_file("a.rs", &nested("a"));
    client.initialize(with_status());
    loop {
        let told = status(&mut client);
        if told["quiescent"] == true {
            assert_eq!(told["health"], "warning", "{told}");
            let message = told["message"].as_str().unwrap();
            assert!(message.contains("cache"), "{message}");
            break;
        }
    }
}

#[test]
fn clients_that_do_not_show_it_are_not_told() {
    let mut client = Client::start();
    client.write_file("a.rs", &nested("a"));
    client.initialize(clients::vscode());
    client.execute("reindex", &json!([])).unwrap();
    // Leftover notifications fail the test at the end of the session.
    client.settle();
}
