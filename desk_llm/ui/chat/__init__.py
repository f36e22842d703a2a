"""The chat: sidebar, page, transcript, composer, model picker. GUI thread only.

`page.ChatPage` shows one conversation and `chats.Chats` the list of them; `session_binding` joins
a ChatSession to the `Transcript`; `models_here` joins library, loader and picker. Widgets here
know nothing of the main window; what they ask for leaves as a signal.
"""
