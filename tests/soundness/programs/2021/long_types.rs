//! Types that are written out: with lifetimes, with parameters, lent, held, in traits and beside names that are taken.
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

struct Router<'a, T> {
    routes: HashMap<&'a str, Vec<Box<dyn Fn(&str, T) -> String + 'a>>>,
    fallback: Option<Arc<Mutex<BTreeMap<String, Vec<Option<T>>>>>>,
}

impl<'a, T: Copy + std::fmt::Debug> Router<'a, T> {
    fn new(routes: HashMap<&'a str, Vec<Box<dyn Fn(&str, T) -> String + 'a>>>) -> Self {
        Self {
            routes,
            fallback: None,
        }
    }

    fn with(mut self, fallback: Arc<Mutex<BTreeMap<String, Vec<Option<T>>>>>) -> Self {
        self.fallback = Some(fallback);
        self
    }

    fn call(&self, path: &str, value: T) {
        for route in self.routes.get(path).into_iter().flatten() {
            println!("{}", route(path, value));
        }
        if let Some(fallback) = &self.fallback {
            println!("{:?}", fallback.lock().unwrap());
        }
    }
}

trait Waits {
    fn waiting(&self, queue_lines: &Rc<RefCell<HashMap<u32, Vec<Result<String, u8>>>>>) -> usize;
}

struct Queue;

impl Waits for Queue {
    fn waiting(&self, queue_lines: &Rc<RefCell<HashMap<u32, Vec<Result<String, u8>>>>>) -> usize {
        queue_lines.borrow().values().map(Vec::len).sum()
    }
}

fn longest<U>(
    by_length: &BTreeMap<String, Vec<Option<Box<dyn Fn(U) -> U>>>>,
    start: U,
) -> Option<U> {
    let (_, all) = by_length.iter().max_by_key(|(name, _)| name.len())?;
    let first = all.iter().flatten().next()?;
    Some(first(start))
}

fn borrowed(pending: &HashMap<&str, Vec<Option<Result<&str, std::num::ParseIntError>>>>) -> usize {
    pending.len()
}

enum Step {
    Run {
        plan_steps: Vec<Box<dyn Fn(Option<u8>) -> Result<u8, String>>>,
    },
    Stop(Vec<Box<dyn Fn(Option<u8>) -> Result<u8, String>>>),
}

fn main() {
    let mut routes: HashMap<&str, Vec<Box<dyn Fn(&str, u8) -> String>>> = HashMap::new();
    routes.insert("a", vec![Box::new(|path, value| format!("{path} {value}"))]);
    let mut stored = BTreeMap::new();
    stored.insert("x".to_owned(), vec![Some(1), None]);
    let router = Router::new(routes).with(Arc::new(Mutex::new(stored)));
    router.call("a", 3);
    router.call("b", 4);
    let mut queue_lines = HashMap::new();
    queue_lines.insert(1, vec![Ok("y".to_owned()), Err(2)]);
    println!("{}", Queue.waiting(&Rc::new(RefCell::new(queue_lines))));
    let mut by_length: BTreeMap<String, Vec<Option<Box<dyn Fn(u8) -> u8>>>> = BTreeMap::new();
    by_length.insert("z".to_owned(), vec![None, Some(Box::new(|n| n + 1))]);
    println!("{:?}", longest(&by_length, 1));
    let mut pending = HashMap::new();
    pending.insert(
        "k",
        vec![Some(Ok("v")), Some("x".parse::<u8>().map(|_| "n"))],
    );
    println!("{}", borrowed(&pending));
    for step in [
        Step::Run {
            plan_steps: vec![Box::new(|n| n.ok_or_else(|| "none".to_owned()))],
        },
        Step::Stop(Vec::new()),
    ] {
        match step {
            Step::Run { plan_steps } => println!("{:?}", plan_steps[0](None)),
            Step::Stop(all) => println!("{}", all.len()),
        }
    }
}
