//= extracted
fn attempt(n: u32) -> Result<u32, String> {
    if n < 3 { Err(format!("try {n}")) } else { Ok(n * 10) }
}

fn retry(limit: u32) -> Option<u32> {
    let mut tries = 0;
    let value = loop {
        //{
        tries += 1;
        match attempt(tries) {
            Ok(value) => break Some(value),
            Err(why) => println!("{why}"),
        }
        if tries == limit {
            break None;
        }
        //}
    };
    println!("{tries} tries");
    value
}

fn main() {
    println!("{:?} {:?}", retry(5), retry(2));
}
