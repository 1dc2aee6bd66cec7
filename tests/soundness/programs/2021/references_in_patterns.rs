//! Patterns that borrow, and values that are borrowed afterwards.
#[derive(Debug)]
enum Node {
    Leaf(String),
    Pair(Box<Node>, Box<Node>),
    Empty,
}

fn rename(node: &mut Node) {
    println!("rename");
    if let Node::Leaf(ref mut name) = *node {
        name.push('!');
        println!("{name}");
        println!("renamed");
    }
}

fn first(node: &Node) -> &str {
    let (left, right) = match node {
        Node::Pair(left, right) => (left, right),
        Node::Leaf(name) => return name,
        Node::Empty => return "",
    };
    let name = first(left);
    if name.is_empty() {
        return first(right);
    } else {
        println!("left of {name}");
    }
    name
}

fn take(node: &mut Node) -> Option<String> {
    let name = match std::mem::replace(node, Node::Empty) {
        Node::Leaf(name) => name,
        other => {
            *node = other;
            return None;
        }
    };
    Some(name)
}

fn longest<'a>(left: &'a Option<String>, right: &'a Option<String>) -> &'a str {
    let left = match left {
        Some(left) => left.as_str(),
        None => return "none",
    };
    let right = match right {
        Some(ref right) => right,
        None => return left,
    };
    if left.len() >= right.len() {
        left
    } else {
        right
    }
}

fn main() {
    let leaf = |name: &str| Box::new(Node::Leaf(name.to_owned()));
    let mut nodes = [
        Node::Empty,
        *leaf("a"),
        Node::Pair(leaf(""), leaf("b")),
        Node::Pair(leaf("c"), Box::new(Node::Empty)),
    ];
    for node in &mut nodes {
        rename(node);
        println!("{:?}", first(node));
        println!("{:?} {node:?}", take(node));
    }
    let words = [None, Some("a".to_owned()), Some("bc".to_owned())];
    for left in &words {
        for right in &words {
            println!("{}", longest(left, right));
        }
    }
}
