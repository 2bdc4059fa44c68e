"""Every sentence has its Chinese, and the Chinese keeps every place to be filled in."""

import re

from tests.catalogue import kept, said

_PLACE = re.compile(r"%\((\w+)\)[sd]")


def test_every_sentence_is_in_the_catalogue_with_its_chinese():
    chinese = {message.id: message.string for message in kept()}
    missing = [
        f"{message.locations[0][0]}: {message.id}"
        for message in said()
        if message.id and not chinese.get(message.id)
    ]
    assert not missing, "run `make translations` and fill in:\n" + "\n".join(missing)


def test_the_chinese_keeps_every_place():
    lost = []
    for message in kept():
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = set(_PLACE.findall(ids[-1]))
        lost += [string for string in strings if string and set(_PLACE.findall(string)) - wanted]
        if message.id and not set(_PLACE.findall(strings[0])) >= set(_PLACE.findall(ids[0])):
            lost.append(strings[0])
    assert not lost
