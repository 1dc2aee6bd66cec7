//! Searches that fit on the line below the name that they are bound to.
#![allow(dead_code)]
struct Store {
    entries: Vec<Entry>,
}
struct Entry {
    name: String,
    size: u64,
}
impl Store {
    fn a(&self, limit: u64) -> usize {
        let mut is_there_an_entry_that_is_larger_than_the_limit_of_all = false;
        for entry in &self.entries {
            if entry.size > limit && entry.name.len() > 3 {
                is_there_an_entry_that_is_larger_than_the_limit_of_all = true;
                break;
            }
        }
        println!("{is_there_an_entry_that_is_larger_than_the_limit_of_all}");
        1
    }
    fn b(&self, limit: u64) -> usize {
        let mut the_place_of_the_first_one_of_them_that_is_larger = None;
        for (index, entry) in self.entries.iter().enumerate() {
            if entry.size > limit {
                the_place_of_the_first_one_of_them_that_is_larger = Some(index);
                break;
            }
        }
        println!("{the_place_of_the_first_one_of_them_that_is_larger:?}");
        1
    }
    fn c(&self, limit: u64) -> usize {
        let mut the_first_one_of_them_that_is_larger = None;
        for entry in &self.entries {
            if entry.size > limit {
                the_first_one_of_them_that_is_larger = Some(entry);
                break;
            }
        }
        println!("{}", the_first_one_of_them_that_is_larger.is_some());
        1
    }
}
fn d(xs: &[u8]) -> usize {
    let mut is_there_any_number_among_them_that_is_a_power_of_two_at_all = false;
    for x in xs {
        if x.is_power_of_two() {
            is_there_any_number_among_them_that_is_a_power_of_two_at_all = true;
            break;
        }
    }
    println!("{is_there_any_number_among_them_that_is_a_power_of_two_at_all}");
    1
}
fn e(xs: &[u8]) -> usize {
    let mut is_none_of_all_these_numbers_here_one_that_is_a_power_of_two_at_all = true;
    for x in xs {
        if x.is_power_of_two() && x.count_ones() > 3 {
            is_none_of_all_these_numbers_here_one_that_is_a_power_of_two_at_all = false;
            break;
        }
    }
    println!("{is_none_of_all_these_numbers_here_one_that_is_a_power_of_two_at_all}");
    1
}
fn main() {
    let s = Store {
        entries: vec![Entry {
            name: "abcd".into(),
            size: 3,
        }],
    };
    println!("{} {} {} {} {}", s.a(1), s.b(1), s.c(1), d(&[1]), e(&[1]));
}
