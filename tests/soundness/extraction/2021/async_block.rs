//= extracted
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

#[derive(Debug)]
struct Failure(u32);

async fn step(n: u32) -> Result<u32, Failure> {
    if n > 5 { Err(Failure(n)) } else { Ok(n + 1) }
}

fn task(start: u32, name: String) -> impl Future<Output = Result<String, Failure>> {
    async move {
        //{
        let first = step(start).await?;
        let second = step(first).await?;
        let sum = first + second;
        //}
        Ok(format!("{name}: {sum}"))
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

fn main() {
    println!("{:?}", block_on(task(1, "a".into())));
    println!("{:?}", block_on(task(5, "b".into())));
}
