//= extracted
#[derive(Debug)]
struct Job {
    name: String,
    payload: Vec<u8>,
    retries: u32,
}

fn run(job: Job) -> (String, usize) {
    //{
    let payload = job.payload;
    let size = payload.len() * job.retries as usize;
    drop(payload);
    //}
    (job.name, size)
}

fn main() {
    let job = Job {
        name: "x".into(),
        payload: vec![1, 2, 3],
        retries: 2,
    };
    println!("{:?}", run(job));
}
