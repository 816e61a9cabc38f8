//! Normalise, and the bare parse beside it.

use careline_benches::normalise::Case;
use careline_benches::traffic::Kind;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const MESSAGES: usize = 1_000;

fn normalise(criterion: &mut Criterion) {
    for kind in Kind::ALL {
        let case = Case::new(kind, MESSAGES);
        let mut group = criterion.benchmark_group(kind.name());
        group.throughput(Throughput::Elements(MESSAGES as u64));
        group.bench_function("normalise", |bencher| bencher.iter(|| case.normalise()));
        group.bench_function("bare parse", |bencher| bencher.iter(|| case.parse()));
        group.finish();
    }
}

criterion_group!(benches, normalise);
criterion_main!(benches);
