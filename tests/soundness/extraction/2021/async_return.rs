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

async fn first(numbers: &[u32]) -> u32 {
    //{
    for number in numbers {
        if let Some(found) = ask(*number).await {
            return found;
        }
    }
    //}
    println!("none");
    0
}

fn main() {
    println!("{} {}", block_on(first(&[1, 2])), block_on(first(&[1])));
}
