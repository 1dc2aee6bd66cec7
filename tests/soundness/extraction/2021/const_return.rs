//= extracted
const fn position(bytes: &[u8], wanted: u8) -> usize {
    let mut at = 0;
    //{
    while at < bytes.len() {
        if bytes[at] == wanted {
            return at;
        }
        at += 1;
    }
    //}
    usize::MAX - at
}

const FOUND: usize = position(b"abc", b'b');

fn main() {
    println!("{FOUND} {}", position(b"abc", b'x') == usize::MAX - 3);
}
