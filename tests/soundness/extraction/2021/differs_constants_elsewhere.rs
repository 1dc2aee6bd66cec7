//= repeated: extracted
use std::f64::consts::{E, PI};

fn around(lines: &[f64], most: usize) -> Vec<f64> {
    //{
    let mut found = Vec::new();
    for line in lines {
        if line.is_nan() || found.len() > most {
            continue;
        }
        found.push(line * std::f64::consts::FRAC_1_PI + 2.5);
    }
    found.reverse();
    found.push(found.len() as f64);
    //}
    found.push(PI);
    found
}

fn along(lines: &[f64], most: usize) -> Vec<f64> {
    let mut found = Vec::new();
    for line in lines {
        if line.is_nan() || found.len() > most {
            continue;
        }
        found.push(line * std::f64::consts::FRAC_PI_2 + 2.5);
    }
    found.reverse();
    found.push(found.len() as f64);
    found.push(E);
    found
}

fn main() {
    println!("{:?} {:?}", around(&[1.0, f64::NAN], 3), along(&[2.0], 4));
}
