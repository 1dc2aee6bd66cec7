//= extracted
fn name(code: u8, loud: bool) -> String {
    let mut text = String::from("code ");
    if loud {
        //{
        text.push('!');
        match code {
            0 => return text + "none",
            1 => {
                text.push_str("one");
                return text;
            }
            _ => return format!("{text}{code}"),
        }
        //}
    }
    text.push_str("quiet");
    text
}

fn main() {
    for code in 0..3 {
        println!("{}", name(code, true));
    }
    println!("{}", name(9, false));
}
