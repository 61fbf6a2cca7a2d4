import json

import pytest

from tests.cli.a_decision import DECISION_ID

REQUEST = {
    "requestId": "r1",
    "pack": "jeweller",
    "intercept": {
        "kind": "cancellation",
        "channel": "email",
        "jurisdiction": "US-NY",
        "subjectType": "order",
        "subjectId": "o1",
        "words": "It comes too late.",
    },
}


@pytest.fixture
def request_file(tmp_path):
    """Write a request to a file: `request_file(channel="fax")`."""

    def written(request_id="r1", **intercept):
        body = REQUEST | {"requestId": request_id, "intercept": REQUEST["intercept"] | intercept}
        file = tmp_path / "too-late.json"
        file.write_text(json.dumps(body), encoding="utf-8")
        return file

    return written


def test_a_recommendation_is_shown_with_all_an_agent_needs(keepsake, request_file):
    """A part that is left out of the view is a part that no agent ever sees."""
    ended = keepsake("recommend", request_file())

    assert ended.code == 0, ended.err
    for told in ("0.62 high", "delivery_too_late", "Expedited production", "38 % → 78 %"):
        assert told in ended.out
    for told in ("USD 4,200", "team_lead", "2026-12-03", "loaner-ring", "Refund in full"):
        assert told in ended.out


def test_json_is_the_whole_decision_and_nothing_else(keepsake, request_file):
    """A heading on stdout would break every script that reads the JSON."""
    ended = keepsake("recommend", request_file(), "--json")

    assert json.loads(ended.out)["decisionId"] == DECISION_ID


def test_validate_only_is_passed_on(keepsake, advisor, request_file):
    """A try that is stored would count in the control group and the journal."""
    keepsake("recommend", request_file(), "--validate-only")

    assert advisor.asked[-1].validate_only


def test_a_new_id_makes_it_another_request(keepsake, advisor, request_file):
    """Without one an edited file would be refused, or answered from memory."""
    keepsake("recommend", request_file(), "--today")

    assert advisor.asked[-1].request_id not in ("", "r1")


def test_every_wrong_field_is_named(keepsake, request_file):
    """A refusal without the field sends the reader to the log."""
    ended = keepsake("recommend", request_file(channel="fax"))

    assert ended.code == 3
    assert "intercept.channel" in ended.err
    assert "email, phone" in ended.err
    assert ended.out == ""


def test_a_file_that_is_no_request_is_refused_before_any_call(keepsake, tmp_path):
    """A parser's traceback tells a user nothing about the file."""
    file = tmp_path / "typo.json"
    file.write_text('{"requestId": "r1", "intercpt": {}}', encoding="utf-8")

    ended = keepsake("recommend", file)

    assert ended.code == 2
    assert "intercpt" in ended.err
    assert "Traceback" not in ended.err


def test_a_service_that_is_away_says_how_to_start_one(offline, request_file):
    """A connection error alone does not say what to do."""
    ended = offline("recommend", request_file(), "--address", "127.0.0.1:1")

    assert ended.code == 4
    assert "keepsake serve" in ended.err


def test_a_stored_decision_is_shown_again(keepsake):
    """An agent who comes back to a case must see the same answer."""
    ended = keepsake("decision", DECISION_ID)

    assert "Expedited production" in ended.out


def test_an_unknown_decision_is_refused_as_such(keepsake):
    """Not found must not look like a service that is away: asking again does not help."""
    ended = keepsake("decision", DECISION_ID.replace("abc", "aaa"))

    assert ended.code == 3


def test_an_explanation_shows_each_condition_with_its_value(keepsake):
    """A condition that met a missing fact must never look like one that did not hold."""
    ended = keepsake("explain", DECISION_ID, "--offer", "price-adjustment")

    assert "✗ risk >= 0.7   0.62" in ended.out
    assert "? order.margin > 0 USD   missing" in ended.out
    assert "offers.yaml:40" in ended.out


def test_an_explanation_shows_the_sums_and_what_would_help(keepsake):
    """An agent must see whom to ask, and an analyst what the score is made of."""
    ended = keepsake("explain", DECISION_ID, "--offer", "price-adjustment")

    assert "-0.200  order.value  4200" in ended.out
    assert "guard:margin_floor  (400.00 - 70.00) / 930.00 = 35.48 percent" in ended.out
    assert "with the approval of a team lead (tier 2)" in ended.out
    assert "nothing: it is owed" in ended.out


def test_an_explanation_of_all_offers_shows_the_nearest_way_to_each(keepsake):
    """The one line that tells an agent what to do next must not need a second call."""
    ended = keepsake("explain", DECISION_ID)

    assert "price-adjustment  with the approval of a team lead (tier 2)" in ended.out
