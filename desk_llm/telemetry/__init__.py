"""Numbers over time: one Sample per second of the machine, its GPUs and the engine.

`sampler.Sampler` owns the thread "telemetry"; `sampled` is emitted there. system.py asks psutil,
nvidia.py the driver, devices.py the engine where there is no driver library. Anybody may read
`Sampler.history`.

`watch.Watch` makes an Insight of the engine's steps: steps.py says which of them measure a speed,
curve.py collects it over the context, history.py keeps it in the database, and slowdown.py raises
an alarm when a model is far slower than it could be (expected.py, bandwidth.py), with the cause
(machine.py) and the setting that helps (fixes.py).
"""
