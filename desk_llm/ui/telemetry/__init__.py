"""The telemetry panel beside the chat: what the engine and the machine do at this moment.

`panel.TelemetryPanel` is given a Sample per second on the GUI thread; it asks nobody.
"""
