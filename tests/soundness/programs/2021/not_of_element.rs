//! Elements, fields and closure parameters that are references to a `bool`.
use std::collections::HashMap;

struct Lamp<'a> {
    is_lit: &'a bool,
}

fn look(lamps: &[&bool], lamp: &Lamp<'_>) {
    if !lamps[0] {
        println!("the first is dark");
    } else {
        println!("the first is lit");
    }
    if !lamp.is_lit {
        println!("dark");
    } else {
        println!("lit");
    }
}

fn look_up(rooms: &HashMap<&str, bool>, room: &str) {
    let Some(is_lit) = rooms.get(room) else {
        return;
    };
    if !is_lit {
        println!("{room} is dark");
        println!("careful");
        println!("there is a step");
    }
}

fn count(lamps: &[bool]) -> usize {
    let dark = lamps.iter().filter(|is_lit| {
        if !**is_lit {
            println!("dark");
            true
        } else {
            println!("lit");
            false
        }
    });
    dark.count()
}

fn main() {
    for is_lit in [true, false] {
        look(&[&is_lit], &Lamp { is_lit: &is_lit });
        look_up(&HashMap::from([("hall", is_lit)]), "hall");
        println!("{}", count(&[is_lit, true]));
    }
}
