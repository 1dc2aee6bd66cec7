//= extracted
static mut CALLS: u32 = 0;

fn run(n: u32) -> u32 {
    //{
    // SAFETY: there is one thread.
    let calls = unsafe {
        CALLS += 1;
        CALLS
    };
    let sum = calls + n;
    //}
    sum * 2
}

fn main() {
    println!("{} {}", run(1), run(2));
}
