//! A list under the name of the standard library's that an import brings.
#![allow(dead_code)]
mod m {
    #[derive(Debug)]
    pub struct List<T>(pub std::vec::Vec<T>);
    impl<T> List<T> {
        pub fn new() -> Self {
            List(std::vec::Vec::new())
        }
        pub fn len(&self) -> usize {
            self.0.len()
        }
    }
    impl<T> std::ops::Deref for List<T> {
        type Target = std::vec::Vec<T>;
        fn deref(&self) -> &std::vec::Vec<T> {
            &self.0
        }
    }
    impl<T> std::ops::DerefMut for List<T> {
        fn deref_mut(&mut self) -> &mut std::vec::Vec<T> {
            println!("deref");
            &mut self.0
        }
    }
}
use m::List as Vec;
fn f(a: &[u8]) -> usize {
    let mut all = Vec::new();
    for x in a {
        all.push(x.count_ones() + 1);
    }
    println!("{:?}", all);
    all.len()
}
fn main() {
    println!("{}", f(&[1, 2]));
}
