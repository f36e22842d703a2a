"""The binding: the only room that imports llama.cpp; typed, and checked for NULL and bounds.

Everything here may be called on the engine thread only, except `Vocab.tokenize`, which is const
in llama.cpp and runs on the prepare thread while the model is held (see model_runner.py).

    library        the import, llama.cpp's log, functions of ggml
    memory         who needs how much, from that log
    devices        GPUs and their memory
    vocab model adapter context sampler_chain      one native object each
    candidates     tokens with logits for samplers, and views of logits (imports numpy)
"""
