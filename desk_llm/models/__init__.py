"""Model files: what is on the disk, what a file says of itself, and which are loaded.

    gguf/      one header, byte by byte, without the engine
    library/   the files of this disk: found, named, looked up
    fit/       what a model needs and how fast it will be
    presets/   how a model is used: load settings, sampling, Modelfiles
    loading/   plan, trial, fallback ladder; as many models loaded as there is room for

Nothing here touches llama.cpp: a file is checked, and tried in a child process, before the
engine sees it, because native code may abort on a bad one. `Library.refresh` reads the disk and
belongs on a worker thread; everything else may be called from any thread and returns at once.
Clients: chat, the CLI, the API server, the window.
"""
