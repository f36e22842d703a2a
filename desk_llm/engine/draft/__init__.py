"""A second, smaller model that guesses what the first one will say; the first one checks.

params     how it is loaded beside its target
match      whether the two mean the same by a token
model      the native side: follows the sequences of the target in a context of its own
policy     when guesses pay, by what drafts and batches really cost
"""
