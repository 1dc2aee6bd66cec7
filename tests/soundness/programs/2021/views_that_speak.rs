//! `iter`, `as_ref` and `lines` that are guards.
struct Book(Vec<&'static str>);

struct Pages<'a> {
    pages: &'a [&'static str],
    name: &'static str,
}

impl Book {
    fn iter(&self) -> Pages<'_> {
        Pages {
            pages: &self.0,
            name: "iter",
        }
    }

    fn as_ref(&self) -> Pages<'_> {
        Pages {
            pages: &self.0,
            name: "as_ref",
        }
    }

    fn lines(&self) -> Pages<'_> {
        Pages {
            pages: &self.0,
            name: "lines",
        }
    }
}

impl Pages<'_> {
    fn next(&self) -> Option<&'static str> {
        self.pages.first().copied()
    }

    fn len(&self) -> usize {
        self.pages.len()
    }
}

impl Drop for Pages<'_> {
    fn drop(&mut self) {
        println!("{} is put away", self.name);
    }
}

fn open(book: &Book) -> usize {
    let page = match book.iter().next() {
        Some(page) => page,
        None => {
            println!("an empty book");
            return 0;
        }
    };
    page.len()
}

fn glance(book: &Book) {
    for round in 0..2 {
        if let Some(page) = book.as_ref().next() {
            println!("{round}");
            println!("{page}");
            println!("enough");
        }
    }
}

fn count(is_bored: bool) -> usize {
    let book = Book(vec!["one", "two"]);
    if is_bored {
        println!("later");
        return 0;
    } else {
        println!("now");
        book.lines().len()
    }
}

fn main() {
    for pages in [vec![], vec!["title"]] {
        let book = Book(pages);
        println!("{}", open(&book));
        glance(&book);
    }
    println!("{} {}", count(true), count(false));
}
