"""Small widgets that know nothing of the app: labels, buttons, fields, toasts, banners.

They stand on `theme` only; whoever uses them gives them translated text.
"""
