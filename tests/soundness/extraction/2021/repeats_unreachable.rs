//= repeated: extracted
fn first(size: usize, words: &[&str]) -> usize {
    if size == 0 {
        return 0;
    }
    //{
    if size == 0 {
        // The optimizer understands this better.
        unsafe { std::hint::unreachable_unchecked() }
    }
    let share = words.len() / size;
    let bar = "-".repeat(share + 1);
    println!("{bar} {words:?} {bar}");
    share + 1
}

fn second(size: usize, words: &[&str]) -> usize {
    assert!(size > 0);
    if size == 0 {
        // The optimizer understands this better.
        unsafe { std::hint::unreachable_unchecked() }
    }
    let share = words.len() / size;
    let bar = "-".repeat(share + 1);
    println!("{bar} {words:?} {bar}");
    share * 2
}

fn main() {
    println!("{} {}", first(0, &["a"]), first(1, &["a"]));
    println!("{}", second(2, &["a", "b"]));
}
