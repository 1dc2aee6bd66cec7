//= extracted
fn type_of<T>(_: T) -> &'static str {
    std::any::type_name::<T>()
}

fn run(values: &[u32]) -> Vec<&'static str> {
    let mut out = vec![];
    for value in values {
        //{
        let name = type_of(value);
        out.push(name);
        //}
    }
    out
}

fn main() {
    println!("{:?}", run(&[1]));
}
