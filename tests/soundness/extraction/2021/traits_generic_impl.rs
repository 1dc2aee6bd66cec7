//= extracted
struct Pair<T> {
    left: T,
    right: T,
}

impl<T: PartialOrd + Copy> Iterator for Pair<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        //{
        let (small, large) = if self.left < self.right {
            (self.left, self.right)
        } else {
            (self.right, self.left)
        };
        //}
        self.left = large;
        self.right = small;
        Some(small)
    }
}

fn main() {
    let pair = Pair { left: 2, right: 1 };
    println!("{:?}", pair.take(2).collect::<Vec<_>>());
}
