"""What was computed before: slots and their prefixes, checkpoints, and KV states on disk.

    cache.py         the KV cache as the scheduler sees it (a protocol; llama/state.py fulfils it)
    prefix_cache.py  which slot, checkpoint or file gives a prompt its beginning
    store.py         the files, their index, budget and thread; file.py is their format

Engine thread, except the store's files: those are read on the prepare thread and written on the
store's own.
"""
