"""Benchmarks: measured here, reported as ratios of one run; timings never stand in tests."""
