//= extracted
fn sums(rows: &[Vec<i64>]) -> Vec<i64> {
    let mut sums = vec![];
    for row in rows {
        //{
        let Some(first) = row.first() else {
            continue;
        };
        let sum: i64 = row.iter().sum();
        //}
        sums.push(first * sum);
    }
    sums
}

fn main() {
    println!("{:?}", sums(&[vec![1, 2], vec![], vec![3]]));
}
