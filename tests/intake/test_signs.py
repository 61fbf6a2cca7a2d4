"""Signs of danger and topics in words: found, denied, and not heard where nothing was said."""

import pytest
from keepsake.intake.signs import ALARMS, TOPICS, alarms, topic


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("My father was injured when the balcony rail broke.", "alarm.danger"),
        ("Honestly I don't want to live like this any more", "alarm.danger"),
        ("Meine Frau musste ins Krankenhaus.", "alarm.danger"),
        ("They would not let my wheelchair into the lift.", "alarm.unequal_treatment"),
        ("You left my daughter alone at the desk in Palma.", "alarm.child_alone"),
        ("You mailed me someone else's booking with their passport.", "alarm.data_breach"),
        ("You will hear from my lawyer.", "alarm.authority"),
        ("Ich gehe damit zur Verbraucherzentrale", "alarm.authority"),
        ("I am a journalist and will write about it", "alarm.press"),
        ("We are stranded in Lisbon with no hotel", "trip.stranded"),
        ("Otherwise I do a chargeback", "complaint.chargeback_threatened"),
    ],
)
def test_what_is_grave_is_seen_in_the_words(text, found):
    """Catches a cry for help that waits in a queue."""
    assert found in alarms(text)


@pytest.mark.parametrize(
    "text",
    [
        "Nobody was injured, but the room was cold.",
        "Niemand wurde verletzt.",
        "Das Gericht war kalt und der Kellner auch.",
        "The sea view was a pool view.",
        "",
    ],
)
def test_what_is_denied_or_not_said_is_no_sign(text):
    """Catches the duty manager woken for a cold dish."""
    assert frozenset() == alarms(text)


def test_a_denial_ends_with_its_sentence():
    """Catches a danger that is hidden by the no of the sentence before."""
    assert "alarm.danger" in alarms("Was it clean? No. My son was injured by the glass.")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("It is five weeks and I am still waiting for my refund", "refund_not_received"),
        ("Ich warte auf meine Erstattung", "refund_not_received"),
        ("You charged a service fee of 40 euros", "agency_fee"),
        ("The gate agent said we were denied boarding", "denied_boarding_or_downgrade"),
        ("The ticket has the wrong name on it", "ticketing_error"),
        ("We asked for an accessible room and a service fee was charged", "accessibility"),
        ("The room smelled of smoke", ""),
    ],
)
def test_the_gravest_topic_that_is_named_is_the_reason(text, reason):
    """Catches a complaint about barriers filed as one about a fee."""
    assert reason == topic(text)


def test_no_phrase_is_listed_with_letters_that_no_text_has_once_it_is_read():
    """Catches a phrase with an umlaut or a capital letter, which would never be found."""
    phrases = [phrase for lists in (ALARMS, TOPICS) for each in lists.values() for phrase in each]

    assert [] == [phrase for phrase in phrases if phrase != phrase.lower() or not phrase.isascii()]
