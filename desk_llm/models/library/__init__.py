"""The model files on this disk: found, named, looked up."""
