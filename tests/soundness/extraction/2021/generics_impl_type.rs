//= extracted
struct Stack<T> {
    items: Vec<T>,
}

impl<T: Clone + PartialEq> Stack<T> {
    fn replace(&mut self, old: &T, new: T) -> usize {
        let mut count = 0;
        //{
        for item in &mut self.items {
            if item == old {
                *item = new.clone();
                count += 1;
            }
        }
        //}
        count
    }
}

fn main() {
    let mut stack = Stack {
        items: vec![1, 2, 1],
    };
    println!("{} {:?}", stack.replace(&1, 5), stack.items);
}
