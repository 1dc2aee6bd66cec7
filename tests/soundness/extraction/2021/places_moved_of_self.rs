//= extracted
#[derive(Debug, Default, Clone)]
struct Config {
    host: Option<String>,
    port: Option<u16>,
    tags: Vec<String>,
}

#[derive(Debug)]
enum BuildError {
    Missing(&'static str),
    BadTag(String),
}

#[derive(Debug)]
struct Server {
    address: String,
    tags: Vec<String>,
}

impl Config {
    fn build(self) -> Result<Server, BuildError> {
        //{
        let host = self.host.ok_or(BuildError::Missing("host"))?;
        let port = self.port.ok_or(BuildError::Missing("port"))?;
        let address = format!("{host}:{port}");
        //}
        for tag in &self.tags {
            if tag.contains(' ') {
                return Err(BuildError::BadTag(tag.clone()));
            }
        }
        Ok(Server {
            address,
            tags: self.tags,
        })
    }
}

fn main() {
    let config = Config {
        host: Some("localhost".into()),
        port: Some(80),
        tags: vec!["a".into()],
    };
    println!("{:?}", config.clone().build());
    println!("{:?}", Config::default().build());
    let bad = Config {
        tags: vec!["a b".into()],
        ..config
    };
    println!("{:?}", bad.build());
}
