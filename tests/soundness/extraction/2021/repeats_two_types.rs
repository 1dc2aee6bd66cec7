//= repeated: extracted
struct Celsius(f64);
struct Kelvin(f64);

impl Celsius {
    fn tell(&self, step: f64) -> String {
        let degrees = self.0;
        //{
        let rounded = (degrees / step).round() * step;
        let bar = "#".repeat(rounded.abs() as usize % 9);
        println!("{rounded:.1} {bar} by {step:.2}");
        println!("{:.1} off", (rounded - degrees).abs() / step);
        println!("{}", (bar.len() + 1) * (step * 4.0) as usize);
        format!("{rounded:.1} C")
    }
}

impl Kelvin {
    fn tell(&self, step: f64) -> String {
        let degrees = self.0 - 273.15;
        let rounded = (degrees / step).round() * step;
        let bar = "#".repeat(rounded.abs() as usize % 9);
        println!("{rounded:.1} {bar} by {step:.2}");
        println!("{:.1} off", (rounded - degrees).abs() / step);
        println!("{}", (bar.len() + 1) * (step * 4.0) as usize);
        format!("{rounded:.1} K")
    }
}

fn main() {
    println!("{} {}", Celsius(21.3).tell(0.5), Kelvin(290.0).tell(0.5));
}
