//! The same in bodies that wait: what is alive while they do is seen.
use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

struct Seen(&'static str);

impl Drop for Seen {
    fn drop(&mut self) {
        println!("{} goes", self.0);
    }
}

fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

async fn next(number: u8) -> Option<u8> {
    number.checked_sub(2)
}

async fn tell(seen: &Seen) {
    println!("{} is told", seen.0);
}

async fn work(number: u8) {
    let _outer = Seen("outer");
    if let Some(left) = next(number).await {
        let inner = Seen("inner");
        tell(&inner).await;
        println!("{left}");
        tell(&Seen("temporary")).await
    }
}

async fn sum(number: u8) -> u8 {
    let left = match next(number).await {
        Some(left) => left,
        None => {
            tell(&Seen("nothing")).await;
            return 0;
        }
    };
    left + 1
}

async fn both(number: u8) {
    if number > 1 {
        if next(number).await.is_some() {
            tell(&Seen("both")).await;
        }
    }
    let later = async {
        if number > 2 {
            println!("later");
            return 1;
        } else {
            println!("now");
            number
        }
    };
    println!("{}", later.await);
}

fn is_sent<T: Send>(value: T) -> T {
    value
}

fn main() {
    for number in [1, 2, 5] {
        run(is_sent(work(number)));
        println!("{}", run(is_sent(sum(number))));
        run(is_sent(both(number)));
    }
}
