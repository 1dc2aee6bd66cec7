//= extracted
fn newest<'a>(lists: &'a [Vec<u32>], limit: u32) -> Option<&'a Vec<u32>> {
    let mut best = None;
    let mut most = 0;
    //{
    for list in lists {
        let sum: u32 = list.iter().sum();
        if sum > most && sum < limit {
            most = sum;
            best = Some(list);
        }
    }
    //}
    println!("{most}");
    best
}

fn main() {
    println!("{:?}", newest(&[vec![1], vec![2, 3], vec![90]], 50));
}
