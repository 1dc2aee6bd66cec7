//= repeated: extracted
#[derive(Debug, Default)]
struct Style {
    width: u32,
    names: Vec<String>,
}

fn set(style: &mut Style, width: u32) {
    style.width = width;
}

fn thin(style: &mut Style) {
    //{
    set(style, 1);
    style.names.push("thin".to_owned());
    style.names.sort_unstable();
    style.names.dedup();
    println!("{} of {:?}", style.width, style.names);
    //}
    println!("done");
}

fn thick(style: &mut Style) {
    println!("thick");
    set(style, 20);
    style.names.push("thick".to_owned());
    style.names.sort_unstable();
    style.names.dedup();
    println!("{} of {:?}", style.width, style.names);
}

fn other(style: &mut Style) -> u32 {
    set(style, 300);
    style.names.push("other".to_owned());
    style.names.sort_unstable();
    style.names.dedup();
    println!("{} of {:?}", style.width, style.names);
    style.width
}

fn main() {
    let mut style = Style::default();
    thin(&mut style);
    thick(&mut style);
    println!("{}", other(&mut style));
}
