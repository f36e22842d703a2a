"""The engine's queue in the window: who runs, who waits; cancel, and let others go first.

`view.QueueView` is the list in the telemetry panel and in `dialog.QueueDialog`; it shows what it is
given and says what the person asks for. Rows are told apart by request, so none flickers.
"""
