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

async fn pair(left: u32, right: u32) -> Option<u32> {
    println!("pair");
    //{
    let left = ask(left).await?;
    let right = ask(right).await?;
    Some(left + right)
    //}
}

fn main() {
    println!("{:?} {:?}", block_on(pair(2, 3)), block_on(pair(1, 3)));
}
