"""Benchmarks: tokens/s of a model by prompt length and depth, and load tests by concurrency.

`service.BenchmarkService` runs one at a time on a thread of its own: `session` loads the model for
it, `speed` and `load_test` measure, `store` keeps what was found. A load test asks a `target`: the
own engine, or a server that speaks the OpenAI API. `report` and `plot` make text and pictures.
"""
