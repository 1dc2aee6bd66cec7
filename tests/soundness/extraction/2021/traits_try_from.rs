//= extracted
#[derive(Debug)]
struct Even(u32);

impl TryFrom<&str> for Even {
    type Error = String;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        //{
        let number: u32 = text.parse().map_err(|_| format!("bad {text}"))?;
        if number % 2 == 1 {
            return Err(format!("{number} is odd"));
        }
        //}
        Ok(Self(number))
    }
}

fn main() {
    println!("{:?}", Even::try_from("4"));
    println!("{:?} {:?}", Even::try_from("5"), Even::try_from("x"));
}
