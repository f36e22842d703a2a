"""Tokens: turn GenerationRequests into Generations on one engine thread.

`engine.Engine` is the thread-safe front door; the window and the API server are equal clients.
The engine thread (loop.py) makes every native call, load and free included, because libgomp keeps
a worker pool per calling thread and a second pool costs 40 % of the speed. The prepare thread
(prompt.py) renders chat templates and tokenises. Nothing here knows Qt, HTTP, files or SQL.
Importing this package loads no native library: llama.cpp comes in with the first load.
"""
