//! Guards, measure and compose, and the bare parse beside them; a thousand of each.

use careline_benches::normalise::Case;
use careline_benches::traffic::Kind;
use careline_benches::verdict::{Desk, Step};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const ANSWERS: usize = 1_000;

fn verdict(criterion: &mut Criterion) {
    let (desk, parse) = (Desk::default(), Case::new(Kind::X, ANSWERS));
    let mut group = criterion.benchmark_group("verdict");
    group.throughput(Throughput::Elements(ANSWERS as u64));
    group.bench_function("bare parse", |bencher| bencher.iter(|| parse.parse()));
    for step in Step::ALL {
        group.bench_function(step.name(), |bencher| bencher.iter(|| desk.take(step)));
    }
    group.finish();
}

criterion_group!(benches, verdict);
criterion_main!(benches);
