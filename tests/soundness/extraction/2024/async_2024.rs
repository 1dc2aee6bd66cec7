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

async fn gather(numbers: Vec<u32>) -> Vec<u32> {
    let mut found = Vec::new();
    for number in numbers {
        //{
        let Some(answer) = ask(number).await else {
            println!("no answer to {number}");
            continue;
        };
        let answer = answer + 1;
        //}
        found.push(answer);
    }
    found
}

fn main() {
    println!("{:?}", block_on(gather(vec![1, 2, 3])));
}
