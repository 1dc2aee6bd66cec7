//! A `!` that takes a reference to a `bool`.
struct Door {
    is_open: bool,
    names: Vec<&'static str>,
}

impl Door {
    fn is_open(&self) -> &bool {
        &self.is_open
    }

    fn has_name(&self, name: &str) -> Option<&bool> {
        if self.names.contains(&name) {
            Some(&self.is_open)
        } else {
            None
        }
    }
}

fn knock(door: &Door) {
    if !door.is_open() {
        println!("closed");
        println!("knock");
        println!("wait");
    }
}

fn call(door: &Door, name: &str) -> Option<u8> {
    if !*door.has_name(name)? {
        println!("{} is at home", name);
    } else {
        println!("{} is out", name);
    }
    Some(1)
}

fn main() {
    for is_open in [true, false].iter() {
        let door = Door {
            is_open: *is_open,
            names: vec!["Ann"],
        };
        knock(&door);
        println!("{:?} {:?}", call(&door, "Ann"), call(&door, "Bob"));
    }
}
