//= extracted
fn log(lines: &[&str], deep: bool) {
    println!("{deep}");
    //{
    if !deep {
        return;
    }
    for line in lines {
        println!("{line}");
    }
    //}
}

fn main() {
    log(&["a"], true);
    log(&["b"], false);
}
