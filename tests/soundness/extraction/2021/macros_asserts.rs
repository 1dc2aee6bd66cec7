//= extracted
fn checked(left: &[u8], right: &[u8]) -> usize {
    let mut same = 0;
    //{
    assert_eq!(left.len(), right.len(), "{left:?} and {right:?}");
    for (one, other) in left.iter().zip(right) {
        same += usize::from(matches!((one, other), (a, b) if a == b));
    }
    //}
    assert!(same <= left.len());
    same
}

fn main() {
    println!("{}", checked(&[1, 2], &[1, 3]));
}
