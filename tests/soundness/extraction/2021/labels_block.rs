//= extracted
fn level(text: &str) -> u32 {
    let level = 'level: {
        println!("{text}");
        //{
        if text.is_empty() {
            break 'level 0;
        }
        if text.len() > 3 {
            break 'level text.len() as u32;
        }
        //}
        println!("short");
        1
    };
    level + 1
}

fn main() {
    println!("{} {} {}", level(""), level("ab"), level("abcd"));
}
