//! Conditions whose type nothing but their place says, and types with methods of these names.
trait Wanted: Sized {
    fn wanted() -> Self;
}

impl Wanted for bool {
    fn wanted() -> Self {
        true
    }
}

impl Wanted for u8 {
    fn wanted() -> Self {
        3
    }
}

fn any<T: Wanted>() -> T {
    T::wanted()
}

struct Source;

impl Source {
    fn random<T: Wanted>(&self) -> T {
        T::wanted()
    }
}

fn by_place(source: &Source, text: &str) -> Option<String> {
    if source.random() {
        Some(text.to_string())
    } else {
        None
    }
}

fn by_function(text: &str) -> Option<String> {
    println!("by function");
    if any() {
        Some(text.to_string())
    } else {
        None
    }
}

fn by_variable(source: &Source, text: &str) -> Option<String> {
    let is_open = source.random();
    if is_open {
        Some(text.to_string())
    } else {
        None
    }
}

enum Maybe {
    Held(u8),
    Gone,
}

impl Maybe {
    fn get(&self) -> Option<u8> {
        match self {
            Self::Held(number) => Some(*number),
            Self::Gone => None,
        }
    }
}

fn of_own(maybe: &Maybe) -> Result<u8, String> {
    println!("of own");
    match maybe.get() {
        Some(number) => Ok(number),
        None => Err("gone".to_string()),
    }
}

const fn in_constant(number: u8) -> Option<u8> {
    if number > 3 {
        Some(number)
    } else {
        None
    }
}

fn with_macro(number: u8) -> Option<String> {
    macro_rules! text {
        () => {
            return None
        };
        ($number:expr) => {
            $number.to_string()
        };
    }
    if number > 3 {
        Some(text!(number))
    } else if number > 1 {
        Some(text!())
    } else {
        None
    }
}

unsafe fn pointed<'a>(pointer: *const u8) -> Option<&'a u8> {
    println!("pointed");
    if !pointer.is_null() {
        Some(unsafe { &*pointer })
    } else {
        None
    }
}

fn read(pointer: *const u8) -> Option<u8> {
    println!("read");
    unsafe {
        if !pointer.is_null() {
            Some(*pointer)
        } else {
            None
        }
    }
}

fn main() {
    println!("{:?} {:?}", by_place(&Source, "a"), by_function("a"));
    println!("{:?}", by_variable(&Source, "a"));
    println!("{:?} {:?}", of_own(&Maybe::Held(1)), of_own(&Maybe::Gone));
    println!("{:?} {:?}", in_constant(3), in_constant(4));
    println!("{:?} {:?}", with_macro(4), with_macro(2));
    println!("{:?}", unsafe { pointed(std::ptr::null()) });
    println!("{:?} {:?}", read(&3), read(std::ptr::null()));
    println!("{}", any::<u8>());
}
