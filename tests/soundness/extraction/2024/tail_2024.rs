//= extracted
use std::sync::Mutex;

fn take(values: &Mutex<Vec<u32>>) -> Option<u32> {
    println!("take");
    //{
    let count = values.lock().unwrap().len();
    println!("{count}");
    values.lock().unwrap().pop()
    //}
}

fn main() {
    println!("{:?}", take(&Mutex::new(vec![1, 2])));
}
