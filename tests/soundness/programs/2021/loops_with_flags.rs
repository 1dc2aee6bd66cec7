//! Loops that end by a flag; what is dropped and in which order, and where the loop goes on, is seen.
use std::fmt::Debug;
use std::sync::Mutex;
fn show<T: Debug>(t: T) {
    println!("{t:?}");
}
struct Noisy(&'static str);
impl Drop for Noisy {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn one(mut n: i32) -> i32 {
    let _a = Noisy("outer");
    let mut done = false;
    while !done {
        let _b = Noisy("inner");
        n += 1;
        if n > 3 {
            let _c = Noisy("block");
            done = true;
        } else if n == 2 {
            continue;
        } else {
            show(n);
        }
    }
    n
}
fn two(xs: &[i32]) -> usize {
    let mut i = 0;
    let mut searching = true;
    while searching && i < xs.len() {
        i += 1;
        match xs[i - 1] {
            7 => searching = false,
            8 => {
                show("eight");
                searching = false
            }
            9 if i > 1 => {}
            _ => {}
        }
    }
    i
}
fn three(m: &Mutex<Vec<i32>>) {
    let mut done = false;
    'outer: while !done {
        show(1);
        for k in 0..3 {
            if k == 2 {
                show(k);
            }
        }
        match m.lock().unwrap().pop() {
            Some(3) => done = true,
            None => {
                done = true;
            }
            Some(n) => {
                if n == 5 {
                    continue 'outer;
                }
                show(n);
            }
        }
    }
}
fn four(xs: &mut [i32], name: i32) -> bool {
    let _g = Noisy("g");
    let mut found = false;
    for x in xs.iter_mut() {
        let _h = Noisy("h");
        if *x == name {
            *x += 1;
            found = true;
            break;
        }
        if *x == 100 {
            break;
        }
    }
    found
}
fn five(m: &Mutex<Vec<i32>>) -> bool {
    let mut empty = true;
    while let Some(x) = m.lock().unwrap().pop() {
        if x > 1 {
            show(x);
            empty = false;
            break;
        }
    }
    !empty
}
fn six(xs: &[Vec<i32>]) -> Vec<bool> {
    xs.iter()
        .map(|ys| {
            let mut all = true;
            for y in ys {
                if *y < 0 {
                    show(y);
                    all = false;
                    break;
                }
            }
            all
        })
        .collect()
}
fn seven(n: Option<i32>) -> bool {
    if let Some(n) = n {
        let mut hit = false;
        for k in 0..n {
            for l in 0..k {
                if l * k == 6 {
                    break;
                }
            }
            if k * k == n {
                show(k);
                hit = true;
                break;
            }
        }
        hit
    } else {
        false
    }
}
fn eight(n: i32) -> i32 {
    let x = {
        let mut hit = false;
        for k in 0..n {
            if k * k == n {
                show(k);
                hit = true;
                break;
            }
        }
        hit
    };
    let mut done = false;
    let mut k = 0;
    while k < n && !done {
        k += 1;
        if k == 3 {
            done = true;
        }
    }
    k + i32::from(x)
}
#[allow(dead_code)]
async fn nine(n: i32) -> bool {
    let mut hit = false;
    for k in 0..n {
        if k * k == n {
            show(k);
            hit = true;
            break;
        }
    }
    hit
}
fn main() {
    show(one(0));
    show(two(&[1, 7, 2]));
    show(two(&[1, 8]));
    show(two(&[]));
    three(&Mutex::new(vec![3, 1, 5, 2]));
    three(&Mutex::new(vec![]));
    show(four(&mut [1, 2], 2));
    show(four(&mut [1, 2], 3));
    show(five(&Mutex::new(vec![1, 2, 1])));
    show(five(&Mutex::new(vec![1])));
    show(six(&[vec![1], vec![-1, 2]]));
    show(seven(Some(9)));
    show(seven(None));
    show(eight(9));
    show(eight(2));
}
