//! Closure parameters without a type, whose body is the first to say what they are.
fn main() {
    let tell = |flag| {
        if flag {
            println!("set");
        } else {
            println!("not set");
        }
    };
    tell(true);
    tell(false);
    let tell_boxed: Box<dyn Fn(_)> = Box::new(|flag| {
        if flag {
            println!("boxed");
        } else {
            println!("not boxed");
        }
    });
    tell_boxed(true);
    let put = |list: &mut Vec<_>, is_new: bool| {
        if is_new {
            list.push(7_u16);
        } else {
            println!("{}", list.iter().map(|n| n.count_ones()).sum::<u32>());
        }
    };
    let mut list = vec![3];
    put(&mut list, true);
    put(&mut list, false);
    let pair = (Default::default(), 3);
    if pair.0 {
        println!("first of {}", pair.1);
    } else {
        println!("not the first of {}", pair.1);
    }
}
