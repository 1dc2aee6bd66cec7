//= extracted
enum Event {
    Key(char),
    Tick,
    Quit(i32),
}

fn run(events: Vec<Event>) -> i32 {
    let mut typed = String::new();
    for event in events {
        println!("next");
        //{
        match event {
            Event::Key('\n') => break,
            Event::Key(c) => {
                typed.push(c);
                continue;
            }
            Event::Tick => continue,
            Event::Quit(code) => return code,
        }
        //}
    }
    println!("{typed}");
    -1
}

fn main() {
    let key = Event::Key;
    println!("{}", run(vec![key('a'), Event::Tick, key('b'), key('\n'), Event::Quit(1)]));
    println!("{}", run(vec![key('a'), Event::Quit(7)]));
}
