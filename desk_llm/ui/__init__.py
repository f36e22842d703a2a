"""The window: the only room that knows Qt. Everything here runs on the main thread.

Inside: `chat | settings | telemetry` stand on `widgets`, which stand on `theme`;
`main_window` and `application` stand on all of them. News from other threads enters through
`bridge.on_gui`, slow work leaves through `bridge.run`; nothing may block for more than 4 ms.
"""
