//= extracted
#[derive(Debug, Clone, Default)]
struct Config {
    name: String,
    level: u8,
}

impl Config {
    fn read(text: &str) -> Result<Self, String> {
        let mut config = Self::default();
        for line in text.lines() {
            //{
            let Some((key, value)) = line.split_once('=') else {
                return Err(format!("no `=` in {line}"));
            };
            match key {
                "name" => config.name = value.to_owned(),
                "level" => config.level = value.parse().map_err(|_| value.to_owned())?,
                _ => return Err(format!("unknown {key}")),
            }
            //}
        }
        Ok(config)
    }
}

fn main() {
    println!("{:?}", Config::read("name=a\nlevel=3"));
    println!("{:?} {:?}", Config::read("x"), Config::read("level=q"));
}
