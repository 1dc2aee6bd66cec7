//= extracted
trait Shape {
    fn sides(&self) -> u32;

    fn describe(&self) -> String {
        println!("asked");
        //{
        let sides = self.sides();
        let word = if sides > 4 { "many" } else { "few" };
        //}
        format!("{sides}: {word}")
    }
}

struct Square;

impl Shape for Square {
    fn sides(&self) -> u32 {
        4
    }
}

fn main() {
    println!("{}", Square.describe());
}
