//= extracted
fn log(level: u8, message: &str) {
    println!("[{level}] {message}");
}

fn handle(code: u32) {
    let message = format!("code {code}");
    if code > 10 {
        //{
        let shown = message.to_uppercase();
        log(2, &shown)
        //}
    } else {
        log(0, &message)
    }
}

fn main() {
    handle(1);
    handle(11);
}
