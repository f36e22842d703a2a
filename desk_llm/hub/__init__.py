"""Where models come from: search, repositories, headers of remote files, names, tokens.

Everything here may wait for the network, so it belongs on a worker thread. Nothing is asked
while the person has switched the network off, and a token goes to its own server only.
"""
