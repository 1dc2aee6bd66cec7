//! An `if let` with `else`, whose value is still there in both blocks.

struct Seen(&'static str);

impl Drop for Seen {
    fn drop(&mut self) {
        println!("{} goes", self.0);
    }
}

fn open(is_there: bool) -> Result<Seen, Seen> {
    if is_there {
        Ok(Seen("door"))
    } else {
        Err(Seen("wall"))
    }
}

fn enter(is_there: bool) -> u8 {
    let _lamp = Seen("lamp");
    if let Ok(door) = open(is_there) {
        println!("through the {}", door.0);
        return 1;
    } else {
        println!("nowhere");
        2
    }
}

fn enter_all(doors: &[bool]) {
    for is_there in doors {
        let _torch = Seen("torch");
        if let Ok(door) = open(*is_there) {
            println!("first {}", door.0);
            println!("second");
            println!("third");
        }
    }
}

fn main() {
    println!("{}", enter(true));
    println!("{}", enter(false));
    enter_all(&[true, false]);
}
