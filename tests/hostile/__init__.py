"""Text that is meant to be slow to read, all that reads text in this app, and how their time grows.

Time linear in the text is four times as long for four times the text, quadratic time sixteen times.
"""
