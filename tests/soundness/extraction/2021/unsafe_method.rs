//= extracted
struct Stack {
    values: Vec<u64>,
    top: usize,
}

impl Stack {
    fn pop(&mut self) -> Option<u64> {
        if self.top == 0 {
            return None;
        }
        //{
        self.top -= 1;
        // SAFETY: `top` was above 0 and at most the length.
        let value = unsafe { *self.values.get_unchecked(self.top) };
        println!("popped {value}");
        //}
        Some(value)
    }
}

fn main() {
    let mut stack = Stack {
        values: vec![4, 5],
        top: 2,
    };
    println!("{:?} {:?} {:?}", stack.pop(), stack.pop(), stack.pop());
}
