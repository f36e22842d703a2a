"""The Benchmark window: choose tests, watch them run, look at results and compare them."""
