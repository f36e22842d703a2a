"""Model files: what is on the disk, what a file says of itself, and which are loaded.

`library.Library` lists the files, `gguf.read_gguf` reads one header without the engine,
`fit` predicts memory, `plan` chooses parameters that fit, `loader.Loader` keeps as many models
loaded as there is room for. Nothing here touches llama.cpp: a file is checked, and tried in a
child process, before the engine sees it, because native code may abort on a bad one.
`Library.refresh` reads the disk and belongs on a worker thread; everything else may be called
from any thread and returns at once. Clients: chat, the CLI, the API server, the window.
"""
