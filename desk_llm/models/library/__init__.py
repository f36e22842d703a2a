"""The model files on this disk: found, named, looked up, removed, moved.

    library.py     the front door: a snapshot that `refresh` replaces
    roots.py       which folders; places.py those of other apps, by their environment variables
    scan.py        one folder; hf_cache.py, flat_cache.py, ollama.py, apps.py the apps' layouts
    header_cache   what was read once; writing.py what is no model yet
    entries.py     from all that to the list; companions.py projectors and drafts
    copies.py      equal contents, by digests.py
    removal.py     remove and undo, over trash.py; move_folder.py, file_copy.py
    watcher.py     the thread that notices new files

Reading, removing and moving belong on a worker thread; the rest returns at once.
"""
