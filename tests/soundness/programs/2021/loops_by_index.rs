//! Loops over the indices of lists of all kinds; what each element is used for, and what is dropped, is seen.
use std::collections::VecDeque;
use std::fmt::Debug;

const LEVEL_NAMES: [&str; 3] = ["a", "b", "c"];
const WORDS: &[&str] = &["x", "y"];

#[derive(Debug, Clone, PartialEq)]
struct Point {
    x: i32,
    y: i32,
    tags: Vec<String>,
}
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
struct Small(i32);
impl From<Small> for i32 {
    fn from(s: Small) -> i32 {
        s.0
    }
}
struct Noisy(&'static str);
impl Drop for Noisy {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn consts() {
    for i in 0..LEVEL_NAMES.len() {
        show(LEVEL_NAMES[i]);
    }
    for i in 0..WORDS.len() {
        show((i, WORDS[i].to_owned(), WORDS[i].len()));
    }
}
fn show<T: Debug>(t: T) {
    println!("{t:?}");
}
fn show_ref<T: Debug + ?Sized>(t: &T) {
    println!("{t:?}");
}

fn points(points: &[Point]) {
    for i in 0..points.len() {
        if points[i].x > 1 && !points[i].tags.is_empty() {
            show_ref(&points[i].tags[0]);
            show(points[i].clone());
        }
    }
    for i in 0..points.len() {
        let Point { x, y, .. } = &points[i];
        show((x, y));
    }
    'out: for i in 0..points.len() {
        for j in 0..3 {
            if points[i].x == j {
                continue 'out;
            }
            show(points[i].y + j);
        }
    }
}
fn smalls(smalls: &[Small]) -> i32 {
    let mut sum = 0;
    for i in 0..smalls.len() {
        let a = smalls[i];
        let b: i32 = a.into();
        sum += b;
    }
    for i in 0..smalls.len() {
        if smalls[i] > Small(1) {
            sum += smalls[i].0;
            show(smalls[i]);
        }
    }
    for i in 0..smalls.len() {
        match smalls[i] {
            Small(1) => sum += 10,
            Small(n) => sum += n,
        }
    }
    sum
}
fn nums(nums: &[f64], out: &mut Vec<f64>) {
    for i in 0..nums.len() {
        out.push(nums[i].max(1.5) * -nums[i]);
    }
    for i in 0..nums.len() {
        let f = |k: f64| k + nums[i];
        show(f(i as f64));
    }
}
fn boxes(fs: &[Box<dyn Fn(i32) -> i32>]) {
    for i in 0..fs.len() {
        show(fs[i](i as i32));
    }
}
fn generic<T: Clone + Debug + Ord>(items: &mut Vec<T>, other: T) {
    for i in 0..items.len() {
        if items[i].clone() > other {
            items[i] = other.clone();
        }
    }
    for i in 0..items.len() {
        let item = &mut items[i];
        *item = other.clone();
        show(item);
    }
    for i in 0..items.len() {
        show(items[i].clone().max(other.clone()));
    }
}
fn first_big<'a>(points: &'a mut Vec<Point>, n: i32) -> Option<&'a mut Point> {
    for i in 0..points.len() {
        show(i);
        if points[i].x > n {
            return Some(&mut points[i]);
        }
    }
    points.push(Point {
        x: n,
        y: 0,
        tags: vec![],
    });
    points.last_mut()
}
struct Owner {
    points: Vec<Point>,
    count: usize,
    names: Vec<String>,
    grid: Vec<Vec<u8>>,
}
impl Owner {
    fn bump(&mut self) {
        self.count += 1;
    }
    fn a(&mut self) {
        for i in 0..self.points.len() {
            self.count += i;
            self.points[i].x += 1;
        }
        for i in 0..self.points.len() {
            self.bump();
            show(self.points[i].x);
        }
        for i in 0..self.names.len() {
            self.names[i].push('!');
            self.names[i] += "?";
        }
        for i in 0..self.grid.len() {
            for j in 0..self.grid[i].len() {
                self.grid[i][j] += 1;
            }
        }
    }
    fn b(&self) {
        for i in 0..self.names.len() {
            self.c(&self.names[i]);
        }
        for i in 0..self.grid.len() {
            show(
                self.grid[i]
                    .iter()
                    .map(|x| *x as usize + self.count)
                    .sum::<usize>(),
            );
        }
    }
    fn c(&self, s: &str) {
        show(s);
    }
}
fn noisy() {
    let mut guards = vec![Noisy("a"), Noisy("b")];
    for i in 0..guards.len() {
        guards[i] = Noisy("c");
        show(i);
    }
    let names: [String; 2] = ["p".into(), "q".into()];
    for i in 0..names.len() {
        // Why this.
        let name = &names[i];

        // Then this.
        show(name);
    }
    for i in 0..names.len() {
        let name = &names[i]; // trailing
        show(name);
    }
    let mut queue: VecDeque<u8> = VecDeque::new();
    queue.push_back(1);
    for i in 0..queue.len() {
        queue[i] = queue[i].wrapping_add(i as u8);
    }
    show(&queue);
    let mut zeros = vec![0; 3];
    for i in 0..zeros.len() {
        zeros[i] = i;
    }
    show(zeros);
    let xs = vec![1, 2, 3];
    for i in 0..xs.len() {
        show(xs[i] as u8);
    }
    show(xs);
}
fn escaping<'a>(names: &'a [String], out: &mut Vec<Box<dyn Fn() -> usize + 'a>>) {
    for i in 0..names.len() {
        out.push(Box::new(move || names[i].len() + i));
    }
}
fn closure_list() {
    let mut all: Vec<Vec<u8>> = vec![vec![1], vec![2]];
    for i in 0..all.len() {
        let mut f = || all[i].push(3);
        f();
    }
    show(&all);
    for i in 0..all.len() {
        show_ref(&all[i]);
        show(all[i].len());
    }
    let tags: &[&String] = &[&String::from("t")];
    for i in 0..tags.len() {
        show(tags[i].clone());
        show_ref(&tags[i]);
    }
}
fn main() {
    consts();
    let ps = vec![
        Point {
            x: 1,
            y: 2,
            tags: vec![],
        },
        Point {
            x: 3,
            y: 4,
            tags: vec!["t".into()],
        },
    ];
    points(&ps);
    show(smalls(&[Small(1), Small(2)]));
    let mut out = vec![];
    nums(&[1.0, 2.0], &mut out);
    show(out);
    boxes(&[Box::new(|x| x + 1)]);
    generic(&mut vec![1, 5, 9], 4);
    let mut v = ps.clone();
    show(first_big(&mut v, 2));
    show(first_big(&mut v, 20));
    let mut o = Owner {
        points: ps,
        count: 0,
        names: vec!["n".into()],
        grid: vec![vec![1, 2]],
    };
    o.a();
    o.b();
    noisy();
    let names = vec!["ab".to_string()];
    let mut fs: Vec<Box<dyn Fn() -> usize>> = vec![];
    escaping(&names, &mut fs);
    show(fs[0]());
    closure_list();
}
