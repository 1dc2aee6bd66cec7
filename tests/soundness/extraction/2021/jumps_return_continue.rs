//= extracted
fn first_pair(values: &[Option<u32>], wanted: u32) -> u32 {
    let mut carry = 0;
    for (at, value) in values.iter().enumerate() {
        //{
        let Some(value) = value else {
            continue;
        };
        if value + carry == wanted {
            return at as u32;
        }
        //}
        carry = *value;
    }
    99
}

fn main() {
    println!("{}", first_pair(&[Some(1), None, Some(3), Some(4)], 7));
    println!("{}", first_pair(&[None], 7));
}
