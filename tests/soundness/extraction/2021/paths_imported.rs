//= extracted
mod io {
    #[derive(Debug)]
    pub struct Error(pub u8);
    pub fn read(n: u8) -> Result<u8, Error> {
        if n > 3 { Err(Error(n)) } else { Ok(n * 2) }
    }
}

use self::io::Error;

fn load(items: &[u8]) -> Vec<Error> {
    let mut errors = Vec::new();
    //{
    for &item in items {
        match io::read(item) {
            Ok(value) => println!("{value}"),
            Err(error) => errors.push(error),
        }
    }
    //}
    errors
}

fn main() {
    for error in load(&[1, 4, 2, 9]) {
        println!("{error:?} {}", error.0);
    }
}
