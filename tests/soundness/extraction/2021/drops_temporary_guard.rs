//= refused: would be dropped earlier
use std::cell::RefCell;

fn show(cell: &RefCell<Vec<u32>>) -> bool {
    compare(/*{*/cell.borrow().len()/*}*/, cell.try_borrow_mut().is_err())
}

fn compare(length: usize, held: bool) -> bool {
    println!("{length} {held}");
    held
}

fn main() {
    println!("{}", show(&RefCell::new(vec![1])));
}
