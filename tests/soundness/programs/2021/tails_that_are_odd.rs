//! More of what is odd.
use std::fmt::Debug;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

trait Ask {
    fn ask(&self) -> Option<u8>;

    fn twice(&self) -> Option<u8> {
        if let Some(n) = self.ask() {
            let n = n * 2;
            println!("twice {n}");
            Some(n)
        } else {
            None
        }
    }
}

impl Ask for u8 {
    fn ask(&self) -> Option<u8> {
        self.checked_sub(1)
    }
}

fn borrowed<'a>(list: &'a mut Vec<String>, at: usize) -> Option<&'a mut String> {
    if let Some(found) = list.get_mut(at) {
        found.push('!');
        Some(found)
    } else {
        None
    }
}

fn kept<'a>(list: &'a mut Vec<String>, at: usize) -> Option<&'a str> {
    let n = list.len();
    if let Some(found) = list.get_mut(at) {
        found.push_str(&n.to_string());
        return Some(found);
    }
    None
}

fn coerced(at: usize) -> Option<Box<dyn Debug>> {
    if let Some(n) = at.checked_sub(1) {
        println!("{n}");
        Some(Box::new(n))
    } else {
        None
    }
}

fn inferred(text: &str) -> Option<u16> {
    if let Ok(n) = text.parse() {
        println!("parsed");
        Some(n)
    } else {
        None
    }
}

fn nested_types(text: Option<Option<u8>>) -> Option<u8> {
    if let Some(inner) = text {
        if let Some(n) = inner {
            println!("{n}");
            return Some(n);
        }
    }
    None
}

fn chain(text: &str) -> Option<String> {
    match text
        .split_once('=')
        .and_then(|(_, rest)| rest.split_once(';').map(|(a, _)| a.trim_start()))
    {
        Some(word) => {
            println!("{word}");
            Some(word.to_owned())
        }
        None => None,
    }
}

fn with_label(n: u8) -> Option<u8> {
    if let Some(m) = n.checked_add(250) {
        let found = 'a: {
            if m > 252 {
                break 'a 1;
            }
            2
        };
        Some(found)
    } else {
        None
    }
}

fn with_return(n: u8) -> Option<u8> {
    if let Some(m) = n.checked_add(250) {
        if m == 251 {
            return None;
        }
        for i in 0..m {
            if i == 251 {
                return Some(i);
            }
        }
        Some(0)
    } else {
        None
    }
}

fn diverges(n: u8) -> Option<u8> {
    if let Some(m) = n.checked_add(254) {
        println!("{m}");
        panic!("never");
    }
    None
}

async fn waits(n: u8) -> Option<u8> {
    if let Some(m) = later(n).await {
        println!("{m}");
        Some(later(m).await? + 1)
    } else {
        None
    }
}

async fn later(n: u8) -> Option<u8> {
    n.checked_sub(1)
}

async fn handles(n: u8) -> Result<u8, String> {
    match may(n).await {
        Ok(()) => {}
        Err(error) => {
            println!("{error}");
            return Ok(1);
        }
    };
    Ok(2)
}

async fn may(n: u8) -> Result<(), String> {
    if n > 1 {
        Ok(())
    } else {
        Err("small".to_owned())
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!(),
    }
}

fn arms(n: Result<u8, u8>) -> u8 {
    let mut sum = 0;
    match n {
        Ok(_) => {}
        Err(ref e) => sum += e,
    }
    match n {
        Err(_) => (),
        Ok(n) => {
            let n = n + 1;
            sum += n
        }
    }
    for i in 0..3 {
        match n.map(|n| n + i) {
            Ok(_) => {}
            Err(e) if e > 200 => {}
            Err(e) => sum += e,
        }
        match n {
            Ok(_) => {}
            Err(e) => {
                if e == i {
                    break;
                }
                continue;
            }
        }
    }
    sum
}

fn main() {
    let mut list = vec!["a".to_owned()];
    println!("{:?}", borrowed(&mut list, 0));
    println!("{:?}", kept(&mut list, 1));
    println!("{:?}", kept(&mut list, 0));
    for n in [0_u8, 1, 2, 5, 6] {
        println!(
            "{:?} {:?} {:?}",
            n.twice(),
            coerced(usize::from(n)).is_some(),
            with_label(n)
        );
        println!(
            "{:?} {:?} {:?}",
            with_return(n),
            run(waits(n)),
            run(handles(n))
        );
        println!("{} {}", arms(Ok(n)), arms(Err(n)));
        println!("{:?}", diverges(n.max(2)));
    }
    println!("{:?} {:?}", inferred("12"), inferred("x"));
    println!(
        "{:?} {:?}",
        nested_types(Some(Some(1))),
        nested_types(Some(None))
    );
    println!("{:?} {:?}", chain("a= b;c"), chain("a"));
}
