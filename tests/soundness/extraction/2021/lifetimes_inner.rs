//= extracted
#![deny(warnings, elided_lifetimes_in_paths, unused)]

use std::borrow::Cow;
use std::fmt;

struct Wrapper<'a>(Cow<'a, str>);

impl fmt::Display for Wrapper<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn wrap<'a>(parts: &[&'a str], upper: bool) -> Vec<Wrapper<'a>> {
    let mut all = Vec::new();
    for part in parts {
        //{
        let text: Cow<'a, str> = if upper {
            Cow::Owned(part.to_uppercase())
        } else {
            Cow::Borrowed(*part)
        };
        let wrapper = Wrapper(text);
        //}
        all.push(wrapper);
    }
    all
}

fn main() {
    for it in wrap(&["a", "b"], true).iter().chain(&wrap(&["c"], false)) {
        println!("{it}");
    }
}
