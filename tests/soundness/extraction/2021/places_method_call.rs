//= extracted
struct Queue {
    jobs: Vec<u32>,
    done: u32,
}

impl Queue {
    fn run(&mut self, limit: u32) -> u32 {
        println!("{limit}");
        //{
        while let Some(job) = self.jobs.pop() {
            if job > limit {
                self.jobs.push(job);
                return self.done;
            }
            self.finish(job);
        }
        //}
        self.done * 100
    }

    fn finish(&mut self, job: u32) {
        self.done += job;
    }
}

fn main() {
    let mut queue = Queue {
        jobs: vec![9, 1, 2],
        done: 0,
    };
    println!("{} {}", queue.run(5), queue.run(10));
}
