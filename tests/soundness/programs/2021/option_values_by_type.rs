//! What is converted where a value goes, and what nothing but its place gives a type.
use std::collections::HashMap;
use std::fmt::{Debug, Display};
use std::rc::Rc;

struct Named {
    name: String,
    list: Vec<u8>,
    all: HashMap<String, String>,
}

impl Named {
    fn name_if(&self, is_open: bool) -> Option<&str> {
        println!("name");
        if is_open {
            Some(&self.name)
        } else {
            None
        }
    }

    fn list_if(&self, is_open: bool) -> Option<&[u8]> {
        println!("list");
        if is_open {
            Some(self.own())
        } else {
            None
        }
    }

    fn own(&self) -> &Vec<u8> {
        &self.list
    }

    fn found(&self, name: &str) -> Result<&str, String> {
        println!("found");
        match self.all.get(name) {
            Some(found) => Ok(found),
            None => Err(name.to_string()),
        }
    }

    fn or_nothing(&self, name: &str) -> &str {
        println!("or nothing");
        match self.all.get(name) {
            Some(found) => found,
            None => "no such name, and none like it",
        }
    }

    fn or_other<'a>(&'a self, name: &'a str) -> &'a str {
        println!("or other");
        match self.all.get(name) {
            Some(found) => found,
            None => self.other(name),
        }
    }

    fn other<'a>(&self, name: &'a str) -> &'a str {
        name.trim_start_matches(char::is_numeric)
    }
}

fn boxed(is_open: bool, number: u8) -> Option<Box<dyn Display>> {
    println!("boxed");
    if is_open {
        Some(Box::new(number.to_string()))
    } else {
        None
    }
}

fn counted(is_open: bool, text: &str) -> Option<Rc<dyn Debug>> {
    println!("counted");
    if is_open {
        Some(Rc::new(text.to_string()))
    } else {
        None
    }
}

fn called(is_open: bool) -> Option<fn(u8) -> u8> {
    println!("called");
    if is_open {
        Some(|number| number + 1)
    } else {
        None
    }
}

fn shown(is_open: bool, number: u8) -> Option<impl Display> {
    println!("shown");
    if is_open {
        Some(number.to_string())
    } else {
        None
    }
}

fn wanted(text: &str) -> u16 {
    println!("wanted");
    match text.parse() {
        Ok(number) => number,
        Err(_) => u16::from_str_radix(text, 16).unwrap_or(3),
    }
}

fn into(is_open: bool, text: &str) -> Option<String> {
    println!("into");
    if is_open {
        Some(text.into())
    } else {
        None
    }
}

fn arrays(is_open: bool) -> Option<&'static [u8]> {
    println!("arrays");
    if is_open {
        Some(&[1, 2, 3])
    } else {
        None
    }
}

fn main() {
    let named = Named {
        name: "name".to_owned(),
        list: vec![1],
        all: HashMap::from([("a".to_owned(), "b".to_owned())]),
    };
    println!("{:?} {:?}", named.name_if(true), named.name_if(false));
    println!("{:?} {:?}", named.list_if(true), named.list_if(false));
    println!("{:?} {:?}", named.found("a"), named.found("b"));
    println!("{} {}", named.or_nothing("a"), named.or_nothing("b"));
    println!("{} {}", named.or_other("a"), named.or_other("1b"));
    println!("{:?}", boxed(true, 1).map(|it| it.to_string()));
    println!("{:?}", counted(true, "a"));
    println!("{:?}", called(true).map(|it| it(1)));
    println!("{:?}", shown(true, 1).map(|it| it.to_string()));
    println!("{} {}", wanted("12"), wanted("ff"));
    println!("{:?} {:?}", into(true, "a"), into(false, "a"));
    println!("{:?} {:?}", arrays(true), arrays(false));
}
