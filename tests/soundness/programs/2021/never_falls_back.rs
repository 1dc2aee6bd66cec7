//! A type that is `()` only because one arm never returns.
#![allow(dependency_on_unit_never_type_fallback)]

fn make<T: Default>(is_ready: bool) -> Result<T, &'static str> {
    if is_ready {
        Ok(T::default())
    } else {
        Err("not ready")
    }
}

fn work(is_ready: bool) {
    let _result = match make(is_ready) {
        Ok(result) => result,
        Err(_) => return,
    };
    println!("worked");
}

fn work_on(is_ready: bool) -> Result<(), &'static str> {
    let _result = match make(is_ready) {
        Ok(result) => result,
        Err(why) => return Err(why),
    };
    println!("worked on");
    Ok(())
}

fn main() {
    work(true);
    work(false);
    println!("{:?} {:?}", work_on(true), work_on(false));
}
