"""`keepsake intake complaint` and `review`: what was read is shown before anything is sent."""

import json

import pytest

COMPLAINTS = (
    "id,received,jurisdiction,customer,channel,text,fee.disclosed\n"
    'C-1,2026-11-20T09:12Z,DE,T-1,email,"You charged a service fee nobody told me of",false\n'
    'C-2,2026-11-20T10:00Z,DE,T-2,phone,"My son was injured by the pool",\n'
)
REVIEW = {
    "id": "ta-1",
    "platform": "tripadvisor",
    "posted": "2026-11-20T09:12Z",
    "rating": 2,
    "scale": 10,
    "author": "SunSeeker",
    "jurisdiction": "GB",
    "stayed": "2026-11",
    "text": "Damp rooms in Lagos.",
    "bookings": [{"id": "BK-1", "starts": "2026-11-03", "nights": 3, "place": "Lagos"}],
}


@pytest.fixture
def complaints(tmp_path):
    """Return a table of complaints."""
    file = tmp_path / "complaints.csv"
    file.write_text(COMPLAINTS)
    return file


@pytest.fixture
def review(tmp_path):
    """Return a review as JSON."""
    file = tmp_path / "review.json"
    file.write_text(json.dumps(REVIEW))
    return file


def test_a_table_of_complaints_is_shown_as_the_requests_it_becomes(offline, complaints):
    """Catches a sign of danger, or a topic, that only shows once it is decided."""
    ended = offline("intake", "complaint", complaints)

    assert ended.code == 0
    assert "reason = agency_fee" in ended.out
    assert "alarm.danger = True" in ended.out


def test_a_json_without_an_end_to_its_depth_is_refused(offline, tmp_path):
    """Catches a file that ends the command as a defect."""
    file = tmp_path / "deep.json"
    file.write_text("[" * 200_000)

    ended = offline("intake", "complaint", file)

    assert ended.code == 2
    assert "is no JSON" in ended.err


def test_a_table_without_rows_says_so(offline, tmp_path):
    """Catches an empty export that looks like a command which did its work."""
    file = tmp_path / "empty.csv"
    file.write_text("")

    ended = offline("intake", "complaint", file)

    assert ended.code == 0
    assert "the file has no rows" in ended.err


def test_a_complaint_in_brackets_is_shown_as_it_is(offline, tmp_path):
    """Catches an id that ends the command, or is swallowed."""
    file = tmp_path / "one.csv"
    file.write_text(COMPLAINTS.replace("C-1", "[/b]"))

    ended = offline("intake", "complaint", file)

    assert ended.code == 0
    assert "complaint [/b] by email" in ended.out


def test_what_a_person_says_is_sent_in_place_of_what_was_read(offline, complaints):
    """Catches a false alarm that nobody can take back."""
    ended = offline("intake", "complaint", complaints, "--set", "alarm.danger=false", "--json")

    told = json.loads(ended.out)[1]["request"]["intercept"]["attributes"]["alarm.danger"]
    assert {"flag": False} == told


def test_a_review_is_shown_without_its_author_and_with_what_it_may_be_about(offline, review):
    """Catches a handle on the screen, and a match that looks like a proof."""
    ended = offline("intake", "review", review)

    assert "sunseeker" not in ended.out.lower()
    assert "review.rating = 1.0" in ended.out
    assert "not calibrated" in ended.out
    assert "BK-1" in ended.out


def test_bookings_may_stand_in_a_file_of_their_own(offline, review, tmp_path):
    """Catches a list of bookings that must be copied into every review."""
    alone = {name: value for name, value in REVIEW.items() if name != "bookings"}
    review.write_text(json.dumps([alone]))
    bookings = tmp_path / "bookings.csv"
    bookings.write_text("id,starts,nights,place\nBK-7,2026-11-03,3,Lagos\n")

    ended = offline("intake", "review", review, "--set", f"bookings={bookings}", "--json")

    (read,) = json.loads(ended.out)
    assert ["BK-7"] == [each["booking"] for each in read["matches"]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,received,jurisdiction\nC-1,soon,DE\n", ":2: received"),
        ("id,received\nC-1,2026-11-20T09:12Z\n", "jurisdiction"),
    ],
)
def test_a_mistake_in_the_table_is_told_with_its_line(offline, complaints, text, told):
    """Catches a table refused without a word where."""
    complaints.write_text(text)

    ended = offline("intake", "complaint", complaints)

    assert ended.code == 2
    assert told in ended.err


@pytest.mark.parametrize("text", ["{", "[1, 2]"])
def test_what_is_no_json_of_reviews_is_refused(offline, review, text):
    """Catches a defect told in place of a broken file."""
    review.write_text(text)

    ended = offline("intake", "review", review)

    assert ended.code == 2
