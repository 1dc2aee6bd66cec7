//= repeated: extracted
fn main() {
    let rows = vec![vec![1_u32, 2], vec![9]];
    let sums: Vec<u32> = rows
        .iter()
        .map(|row| {
            //{
            let sum: u32 = row.iter().sum();
            let size = row.len() as u32;
            println!("{sum} of {size} in {row:?}");
            let share = sum * 100 / size.max(1);
            share + 1
        })
        .collect();
    let shares: Vec<u32> = rows
        .iter()
        .rev()
        .map(|row| {
            let sum: u32 = row.iter().sum();
            let size = row.len() as u32;
            println!("{sum} of {size} in {row:?}");
            let share = sum * 100 / size.max(1);
            share * 2
        })
        .collect();
    println!("{sums:?} {shares:?}");
}
