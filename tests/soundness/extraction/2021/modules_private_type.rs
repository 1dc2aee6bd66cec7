//= extracted
mod store {
    pub mod item {
        #[derive(Debug, Clone, PartialEq)]
        pub struct Item {
            pub name: String,
        }
    }

    pub fn load(names: &[&str]) -> usize {
        let mut items = Vec::new();
        //{
        for name in names {
            let item = self::item::Item {
                name: name.to_string(),
            };
            if !items.contains(&item) {
                items.push(item);
            }
        }
        //}
        println!("{items:?}");
        items.len()
    }
}

fn main() {
    println!("{}", store::load(&["a", "a", "b"]));
}
