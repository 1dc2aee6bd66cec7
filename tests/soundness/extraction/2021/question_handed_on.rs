//= extracted
use std::error::Error;

fn parse(text: &str) -> Result<(String, u16), Box<dyn Error + Send + Sync>> {
    let (host, port) = text.split_once(':').ok_or("no port")?;
    //{
    if host.is_empty() {
        return Err(Box::from(format!("no host in {text:?}")));
    }
    let port: u16 = port.parse()?;
    if port == 0 {
        return Err("port 0".into());
    }
    //}
    Ok((host.to_string(), port))
}

fn main() {
    for text in ["a:1", ":1", "a:x", "a:0", "a"] {
        match parse(text) {
            Ok(it) => println!("{it:?}"),
            Err(error) => println!("{error}"),
        }
    }
}
