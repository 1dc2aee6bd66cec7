//= extracted
fn area(r: f64) -> f64 {
    use std::f64::consts::PI;
    //{
    let square = r * r;
    let area = PI * square;
    //}
    area.round()
}

fn main() {
    println!("{}", area(2.0));
}
