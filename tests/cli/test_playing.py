import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from keepsake.cli.service import is_serving

pytestmark = pytest.mark.timeout(180)  # it starts the whole service

ROOT = Path(__file__).parents[2]
HOTEL = (
    Path(os.environ.get("KEEPSAKE_DATA", ROOT / "../shared/data"))
    / "hotel/bookings_arrivals_until_2016.csv.gz"
)
GRIEF = "jeweller-bereavement"
SURE_THING = "jeweller-sure-thing"


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """Give the service a folder of its own and an address that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    folder = tmp_path_factory.mktemp("data")
    return os.environ | {
        "KEEPSAKE_DATA_DIR": str(folder),
        "KEEPSAKE_ADDRESS": address,
        "KEEPSAKE_SECRET": "one that puts no example into the control group",
        "COLUMNS": "100",
    }


@pytest.fixture(scope="module")
def keepsake(environment):
    """Start a command as a process of its own."""

    def start(*words):
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "keepsake.cli", *words],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture(scope="module")
def played(keepsake):
    """Play the demo once, as `make demo` does."""
    told, talk = keepsake("run", "--exit", "--json").communicate()
    assert told, talk
    return json.loads(told)


@pytest.fixture(scope="module")
def decisions(played):
    """Return what was decided of the examples."""
    return played["decisions"]


def test_the_demo_decides_every_example(decisions):
    """An example that fails would be the first thing that a newcomer sees."""
    files = {file.stem for file in (ROOT / "examples").glob("*.json")}

    assert files == decisions.keys()


@pytest.mark.law(1)
def test_every_answer_shows_the_way_out_and_what_it_costs(decisions):
    """An answer without it leaves the agent nothing to say to somebody who means it."""
    ways_out = [decision["letGo"] for decision in decisions.values()]

    assert all(way["text"] and "fee" in way and "returned" in way for way in ways_out)


@pytest.mark.law(1)
@pytest.mark.parametrize("name", [GRIEF, SURE_THING])
def test_in_grief_and_where_nobody_leaves_nothing_is_offered(decisions, name):
    """Persuading a mourner, or paying for what is not at stake, is what Keepsake must never do."""
    offered = [one["offerId"] for one in decisions[name]["recommendations"]]

    assert offered[0] == "nothing"


@pytest.mark.law(10)
def test_grief_is_recorded_as_sensitive_and_nothing_more(decisions):
    """A reason that is nobody's business would otherwise stay in the journal for years."""
    reason = decisions[GRIEF]["reason"]

    assert reason["reason"] == "sensitive"
    assert "decidingWords" not in reason


@pytest.mark.law(3)
def test_what_the_demo_decided_replays_bit_for_bit(keepsake, decisions):
    """A clock, a network or a random number inside the decision would show here."""
    told, talk = keepsake("replay", "--all", "--json").communicate()

    report = json.loads(told)
    assert report.pop("same") > len(decisions), talk
    assert report == {"different": [], "not_kept": [], "missing": []}, talk


def offers_of(played, story):
    """Return where each offer of a story's case stands in the end."""
    return {each["offerId"]: each["status"] for each in played["cases"][story]["case"]["offers"]}


@pytest.mark.law(7)
def test_the_whole_case_is_approved_by_another_than_who_asked(played):
    """Catches a demonstration in which somebody approves a request of their own."""
    events = played["cases"]["whole-case"]["events"]

    asked = next(each["principal"] for each in events if each["type"] == "approval_requested")
    answered = next(each["principal"] for each in events if each["type"] == "approval_answered")
    assert ["mara", "lena"] == [asked, answered]


def test_of_two_offers_one_is_declined_and_one_accepted(played):
    """Catches a whole case that ends before its end."""
    offers = offers_of(played, "whole-case")

    assert "OFFER_STATUS_DECLINED" == offers["stone-swap"]
    assert "OFFER_STATUS_ACCEPTED" == offers["stone-upgrade"]
    assert "saved" == played["cases"]["whole-case"]["case"]["outcome"]["outcome"]
    assert "PROMISED" in played["cases"]["whole-case"]["crmNote"]


@pytest.mark.law(2)
def test_the_third_customer_gets_the_ring_that_another_declined(played):
    """Catches a budget that gives out more than it has, and one that keeps what was declined."""
    assert "OFFER_STATUS_WITHDRAWN" == offers_of(played, "budget-runs-out")["loaner-ring"]


@pytest.mark.law(11)
def test_the_control_group_is_offered_no_incentive(played):
    """Catches a control group that nothing can be compared with."""
    case = played["cases"]["control-group"]["case"]

    assert case["controlGroup"]
    assert "offers" not in case


@pytest.mark.law(11)
def test_a_save_that_the_feed_takes_back_is_not_counted(played):
    """Catches a demonstration, and a service, in which whatever was once saved stays saved."""
    assert "CASE_STATUS_NOT_KEPT" == played["cases"]["control-group"]["case"]["status"]


def python_of_the_readme(address):
    """Return the Python that the README shows, for another address."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return readme.split("```python\n")[1].split("```")[0].replace("127.0.0.1:50051", address)


def test_what_it_prints_and_the_readme_shows_works(keepsake, decisions, environment):
    """A line that has to be repaired by hand is the end of most first tries."""
    running = keepsake("run")
    printed = []
    while not (printed and "Health/Check" in printed[-1]):
        printed.append(running.stdout.readline())
    lines = printed[printed.index("How to call it\n") + 1 :]
    typed = [line for line in lines if line.strip() and not line.startswith("#")]

    ended = [
        subprocess.run(line, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S602 - what we printed
        for line in typed
    ]
    from_python = subprocess.run(  # noqa: S603 - our own README
        [sys.executable, "-c", python_of_the_readme(environment["KEEPSAKE_ADDRESS"])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    running.send_signal(signal.SIGINT)
    running.communicate()

    assert [0] * 7 == [one.returncode for one in ended], [one.stderr for one in ended]
    assert "SERVING" in ended[-1].stdout
    assert from_python.returncode == 0, from_python.stderr
    assert "no offer" not in from_python.stdout
    assert len(decisions) == sum(" of " in line and "━" in line for line in printed)


@pytest.mark.slow
@pytest.mark.needs_data
@pytest.mark.timeout(600)
def test_the_real_hotel_file_is_scanned_whole(keepsake, environment, tmp_path):
    """A scan that loses rows, or ranks bookings at random, would still look like a scan."""
    if not HOTEL.is_file():
        pytest.skip(f"{HOTEL.name} is not in the folder KEEPSAKE_DATA names")
    serving = keepsake("serve")
    while not is_serving(environment["KEEPSAKE_ADDRESS"]):
        assert serving.poll() is None

    told, talk = keepsake(
        "scan", str(HOTEL), "--out", f"{tmp_path}/out.csv", "--json"
    ).communicate()
    serving.terminate()
    serving.communicate()

    summary = json.loads(told or talk)
    bands = [summary["bands"][band] for band in ("low", "medium", "high")]
    cancelled = [band["cancelled"] / band["labelled"] for band in bands]
    assert summary["rows"] == 78_703
    assert summary["left_out"] == 0
    assert cancelled == sorted(cancelled)
