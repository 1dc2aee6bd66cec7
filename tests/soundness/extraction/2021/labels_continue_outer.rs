//= extracted
fn primes(limit: u32) -> Vec<u32> {
    let mut primes = Vec::new();
    'numbers: for number in 2..limit {
        //{
        for prime in &primes {
            if number % prime < 1 {
                continue 'numbers;
            }
        }
        //}
        primes.push(number);
    }
    primes
}

fn main() {
    println!("{:?}", primes(20));
}
