//= repeated: extracted
fn evens(rows: &[Vec<u32>], seen: &mut u32) -> u32 {
    let mut sum = 0;
    for row in rows {
        //{
        let Some(first) = row.first() else {
            continue;
        };
        let size = row.len() as u32 + first;
        println!("{size} of {row:?}");
        *seen += size;
        sum += size * 2;
    }
    sum
}

fn odds(rows: &[Vec<u32>], seen: &mut u32) -> u32 {
    let mut sum = 0;
    for row in rows.iter().rev() {
        let Some(first) = row.first() else {
            continue;
        };
        let size = row.len() as u32 + first;
        println!("{size} of {row:?}");
        *seen += size;
        sum += size * 2 + 1;
    }
    sum
}

fn main() {
    let rows = [vec![1, 2], vec![], vec![5]];
    let mut seen = 0;
    println!("{} {} {seen}", evens(&rows, &mut 0), odds(&rows, &mut seen));
}
