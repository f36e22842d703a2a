"""Where models come from: search, repositories, headers of remote files, names, tokens.

`hub.Hub` is the front door. `http.client` makes every HTTP client (proxy, offline switch,
redirects, tokens to their own host only), `answers` turns what goes wrong into sentences, `session`
runs huggingface_hub on such a client. `names` says what a name means, `quants` what a repository
offers, `targets` where a file may lie below the models folder.

Everything here may wait for the network, so it belongs on a worker thread. Nothing is asked
while the person has switched the network off, and a token goes to its own server only.
"""
