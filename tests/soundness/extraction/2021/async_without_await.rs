//= extracted
use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

async fn ask(number: u32) -> Option<u32> {
    (number > 1).then_some(number * 2)
}

async fn label(number: u32) -> String {
    let found = ask(number).await;
    //{
    let text = match found {
        Some(found) => format!("found {found}"),
        None => "nothing".to_owned(),
    };
    //}
    println!("{}", text.len());
    text
}

fn main() {
    println!("{} {}", block_on(label(1)), block_on(label(5)));
}
