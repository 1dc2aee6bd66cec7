//= extracted
fn act(code: u8, log: &mut Vec<String>) -> usize {
    match code {
        0 => 0,
        1 => /*{*/{
            log.push("one".to_owned());
            log.len() * 2
        }/*}*/
        _ => log.len(),
    }
}

fn main() {
    let mut log = Vec::new();
    println!("{} {}", act(0, &mut log), act(1, &mut log));
}
