"""Print every part: `make bench-guardrails`."""

from benchmarks.guardrails.injection import bench_injection
from benchmarks.guardrails.speed import bench_speed

if __name__ == "__main__":
    bench_injection()
    bench_speed()
