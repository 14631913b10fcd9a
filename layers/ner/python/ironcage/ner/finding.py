"""All our rules over one piece of text, beside what the model sees."""

from ironcage.ner.addresses import find_addresses
from ironcage.ner.fields import find_fields
from ironcage.ner.hits import Hit, settled
from ironcage.ner.organisations import find_organisations
from ironcage.ner.people import find_people
from ironcage.ner.places import find_places
from ironcage.ner.words import words_of


def find_by_rules(text: str) -> list[Hit]:
    """See what the rules can see without a model."""
    words = words_of(text)
    return settled(
        [
            *find_addresses(text),
            *find_organisations(text),
            *find_fields(text),
            *find_people(text, words),
            *find_places(words),
        ]
    )
