"""Numbers over time: one Sample per second of the machine, its GPUs and the engine.

`sampler.Sampler` owns the thread "telemetry"; `sampled` is emitted there. system.py asks psutil,
nvidia.py the driver, devices.py the engine where there is no driver library. Anybody may read
`Sampler.history`. Nothing here computes or waits for the engine.
"""
