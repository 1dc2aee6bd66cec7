//= refused: at the end of the new function
use std::cell::RefCell;

fn update(cell: &RefCell<Vec<u32>>) -> usize {
    //{
    let mut held = cell.borrow_mut();
    held.push(1);
    //}
    let is_held = cell.try_borrow().is_err();
    println!("{is_held}");
    usize::from(is_held)
}

fn main() {
    println!("{}", update(&RefCell::new(Vec::new())));
}
