//! The whole path: verify, normalise, judge, decide, commit.
#![expect(clippy::unwrap_used, reason = "without its files there is nothing to measure")]

use careline_benches::desk::Desk;
use careline_benches::path::{Bench, MEASURED, take_in};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

fn path(criterion: &mut Criterion) {
    let bench = Bench::new().unwrap();
    let mut group = criterion.benchmark_group("path");
    group.throughput(Throughput::Elements(MEASURED as u64));
    group.sample_size(10);
    group.bench_function("1,000 a transaction", |bencher| {
        bencher.iter_batched(
            || Desk::open(&bench.copy().unwrap()).unwrap(),
            |desk| take_in(&desk, bench.requests()).unwrap(),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, path);
criterion_main!(benches);
