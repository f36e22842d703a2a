"""Downloads that survive everything: paused, cut off, killed, resumed at the exact byte.

`service.Downloads` is the front door: a queue with a limit of files at the same time, kept on
disk. A file is `NAME.part` until its digest is proven, so no half of one is ever listed.
"""
