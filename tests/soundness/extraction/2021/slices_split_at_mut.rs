//= extracted
fn swap_halves(data: &mut [i32]) -> i32 {
    let middle = data.len() / 2;
    let (left, right) = data.split_at_mut(middle);
    let mut moved = 0;
    //{
    for (one, other) in left.iter_mut().zip(right.iter_mut()) {
        std::mem::swap(one, other);
        moved += 1;
    }
    //}
    moved + data[0]
}

fn main() {
    let mut data = [1, 2, 3, 4];
    println!("{} {data:?}", swap_halves(&mut data));
}
