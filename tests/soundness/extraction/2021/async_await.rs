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

async fn sum(numbers: &[u32]) -> u32 {
    let mut sum = 0;
    //{
    for number in numbers {
        sum += ask(*number).await.unwrap_or(1);
    }
    //}
    sum + 1
}

fn main() {
    println!("{}", block_on(sum(&[1, 2, 3])));
}
