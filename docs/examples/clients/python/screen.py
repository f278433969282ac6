"""What is printed. Text of others can drive no terminal."""

import re
import sys


def show(text):
    """The conversation."""
    print(clean(text), flush=True)


def say(text):
    """What the client does."""
    print(clean(text), file=sys.stderr, flush=True)


def clean(text):
    """On one line, without what a terminal obeys and what turns the writing direction: it is others' text."""
    line = re.sub("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text)
    line = re.sub("[\n\u2028\u2029]", " ", line)
    return re.sub("[\x00-\x1f\x7f-\x9f]", "\ufffd", line)
