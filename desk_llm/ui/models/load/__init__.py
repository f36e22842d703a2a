"""How one model is loaded: every parameter with what it costs, before and while it is changed.

panel        the whole, for the details of a model
dialog       the same as a window of its own, from the chat's model picker
form         the controls; what they say is a Preset
inputs       controls that know "automatic"
context_row  the length of the context: a logarithmic slider and a number
adapters     LoRA files with their scales
draft        the model that guesses
memory_view  a bar per device
outcome      the verdict, the speed, and what earlier loads really took
resolve      what "automatic" means here: the loader's own plan
"""
