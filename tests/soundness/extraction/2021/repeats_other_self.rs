//= repeated: refused: `self` has a different type there.
struct Dog {
    name: String,
    age: u32,
}

struct Cat {
    name: String,
    age: u32,
}

impl Dog {
    fn tell(&mut self) -> u32 {
        //{
        self.age += self.name.len() as u32;
        println!("{} is {}", self.name, self.age);
        self.name.push_str(&format!(" {}", self.age));
        println!("{} barks", self.name);
        self.age
    }
}

impl Cat {
    fn tell(&mut self) -> u32 {
        self.age += self.name.len() as u32;
        println!("{} is {}", self.name, self.age);
        self.name.push_str(&format!(" {}", self.age));
        println!("{} barks", self.name);
        self.age * 2
    }
}

fn main() {
    let name = "a".to_owned();
    let mut dog = Dog {
        name: name.clone(),
        age: 1,
    };
    println!("{} {}", dog.tell(), Cat { name, age: 2 }.tell());
}
