//= extracted
use std::collections::HashMap;

enum Command {
    Set { key: String, value: i64 },
    Add { key: String, by: i64 },
    Clear,
}

struct Store {
    values: HashMap<String, i64>,
    writes: usize,
}

impl Store {
    fn apply(&mut self, command: Command) -> Result<Option<i64>, String> {
        match command {
            Command::Set { key, value } => Ok(self.values.insert(key, value)),
            Command::Add { key, by } => {
                //{
                let Some(value) = self.values.get_mut(&key) else {
                    return Err(format!("no {key}"));
                };
                *value = value.checked_add(by).ok_or("overflow")?;
                self.writes += 1;
                let after = *value;
                //}
                Ok(Some(after))
            }
            Command::Clear => {
                self.values.clear();
                Ok(None)
            }
        }
    }
}

fn main() {
    let mut store = Store {
        values: HashMap::new(),
        writes: 0,
    };
    let set = |key: &str, value| Command::Set {
        key: key.into(),
        value,
    };
    let add = |key: &str, by| Command::Add {
        key: key.into(),
        by,
    };
    println!("{:?}", store.apply(set("a", 1)));
    println!("{:?}", store.apply(add("a", 2)));
    println!("{:?}", store.apply(add("b", 2)));
    println!("{:?}", store.apply(add("a", i64::MAX)));
    println!("{:?} {}", store.apply(Command::Clear), store.writes);
}
