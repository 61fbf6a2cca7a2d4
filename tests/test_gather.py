"""Gathering: everything that a decision will read, and nothing that tells who the customer is."""

from datetime import UTC, datetime

import pytest
from keepsake.balances import BudgetLedgers, states_of
from keepsake.core.errors import DeadlineTooShort, InvalidRequest
from keepsake.core.models import Detection
from keepsake.core.pack import Experiment
from keepsake.gather import customer_key, skipped_parts
from keepsake.ports import Reading
from keepsake.recorded import facts_of
from keepsake.snapshot import Models
from keepsake.v1 import decision_pb2 as pb
from keepsake.versions import versions_of

from tests.fakes.intercepts import NOW_MS
from tests.fakes.memory_store import MemoryStore
from tests.fakes.readings import inputs_of, taken
from tests.fakes.snapshots import KEYED, PlainSaveModel, a_request, gatherer, small_snapshot

DAY_MS = 86_400_000


class WordModel:
    """Reads one reason out of any words."""

    digest, evidence = "words", "real"

    def __init__(self, reason, probability=0.9):
        others = (("dear", round(1 - probability, 6)),) if reason != "dear" else ()
        found = ((reason, probability), *others)
        self._found = Detection(found, unsure=False, words=("wedding",))
        self.read = []

    def detect(self, words):
        """Return the reason, and remember what was read."""
        self.read.append(words)
        return self._found


def gathered(request, snapshot=None, *, reading=None, parts=(), now_ms=NOW_MS):
    """Gather the inputs of a request to the small pack."""
    gathering = gatherer(MemoryStore(), now_ms=now_ms)
    snapshot = snapshot or small_snapshot()
    return inputs_of(gathering, request, snapshot, reading=reading, parts=parts)


def test_facts_are_recorded_with_the_time_and_the_reason():
    """Catches a fact that the decision reads but the journal lacks."""
    facts = facts_of(gathered(a_request()).facts)

    assert 1000.0 == facts["order.value"]
    assert NOW_MS / 1000 == facts["now"]
    assert "dear" == facts["reason"] == facts["reason.stated"]
    assert facts["never_save"] is False


def test_words_are_read_for_the_reason_and_go_no_further():
    """Catches the customer's words in what is journalled."""
    model = WordModel("late")
    request = a_request()
    request.intercept.words = "my wedding is in May, says Ottilie"

    inputs = gathered(request, small_snapshot(models=Models(reason=model)))

    assert [request.intercept.words] == model.read
    assert "late" == inputs.reason.reason == facts_of(inputs.facts)["reason"]
    assert ["wedding"] == list(inputs.reason.deciding_words)
    assert b"Ottilie" not in inputs.SerializeToString()


@pytest.mark.law(10)
def test_no_id_of_the_crms_is_among_the_inputs():
    """Catches the customer's or the order's id in the journal."""
    request = a_request(customer="crm-4711")
    request.intercept.subject_id = "order-4711"
    request.agent.id = "agent-4711"

    inputs = gathered(request)

    assert b"4711" not in inputs.SerializeToString()


@pytest.mark.law(10)
def test_a_known_customer_keeps_the_key_and_a_visitor_has_none():
    """Catches a second key for one customer, and a key for nobody."""
    known = customer_key(a_request().intercept, Reading(customer_key="k" * 26))
    new = [customer_key(a_request().intercept, Reading()) for _ in range(2)]
    visitor = customer_key(a_request(customer=None).intercept, Reading())

    assert ("k" * 26, "") == (known, visitor)
    assert ([26, 26], 2) == ([len(key) for key in new], len(set(new)))


@pytest.mark.law(10)
def test_a_key_that_may_not_be_the_one_that_counts_is_not_among_the_inputs():
    """Catches keys of workers that each think they are the first to see a customer."""
    one, other = gathered(a_request()), gathered(a_request())

    assert one == other


@pytest.mark.law(8)
def test_ids_and_draws_depend_on_the_request_alone():
    """Catches a retry that is decided by other draws."""
    first, again = gathered(a_request()), gathered(a_request(), now_ms=NOW_MS + 5)
    other = gathered(a_request("r-2"))

    assert (first.decision_id, first.draw) == (again.decision_id, again.draw)
    assert first.decision_id != other.decision_id
    assert first.draw != other.draw


@pytest.mark.law(11)
def test_the_arm_depends_on_customer_subject_and_epoch_alone():
    """Catches an arm that another request, reason or day would change."""
    epoch = small_snapshot().pack.experiment.epoch_days * DAY_MS
    start = NOW_MS // epoch * epoch
    asked = a_request("r-2")
    asked.intercept.stated_reason = "late"
    other_order = a_request()
    other_order.intercept.subject_id = "o-2"

    arms = [
        gathered(request, now_ms=now).arm_draw
        for request, now in (
            (a_request(), start),
            (asked, start + epoch - 1),
            (a_request(), start + epoch),
            (other_order, start),
            (a_request(customer="bert"), start),
        )
    ]

    assert arms[0] == arms[1]
    assert 4 == len(set(arms))


@pytest.mark.law(11)
def test_another_experiment_draws_anew():
    """Catches two experiments whose arms coincide."""
    other = small_snapshot(experiment=Experiment("another", holdout=0.1))

    assert gathered(a_request()).arm_draw != gathered(a_request(), other).arm_draw


def test_where_there_is_no_customer_the_subject_asks():
    """Catches visitors who share one identity."""
    gathering = gatherer(MemoryStore())
    one, two = a_request(customer=None), a_request(customer=None)
    two.intercept.subject_id = "o-2"

    assert gathering.caller(one) != gathering.caller(two)
    assert gathering.caller(one) == gathering.caller(a_request(customer=None))


def test_the_tier_is_that_of_the_role_and_the_lowest_without_one():
    """Catches self-service with a manager's authority."""
    request = a_request()
    request.agent.role = "owner"

    assert (3, 1) == (gathered(request).tier, gathered(a_request()).tier)


@pytest.mark.law(5)
def test_every_wrong_field_is_named_at_once():
    """Catches mistakes that a caller learns one by one."""
    request = a_request()
    request.agent.role = "onwer"
    request.intercept.order.stage = "melted"
    request.intercept.stated_reason = "too_dear"

    with pytest.raises(InvalidRequest) as refused:
        gathered(request)

    wrong = {violation.field: violation.allowed for violation in refused.value.violations}
    assert {"agent.role", "intercept.order.stage", "intercept.stated_reason"} == set(wrong)
    assert "did you mean 'owner'?" in wrong["agent.role"]


@pytest.mark.parametrize(
    ("asked", "answered"), [("", "en"), ("de-CH", "de"), ("pt", "en"), ("EN-us", "en")]
)
def test_the_language_is_one_the_pack_has(asked, answered):
    """Catches an answer in no language."""
    request = a_request()
    request.intercept.language = asked

    assert answered == gathered(request).language


def test_concessions_keep_what_is_unknown_about_them():
    """Catches an unknown percentage that counts as none."""
    request = a_request()
    request.intercept.order.active_concessions.add(offer_id="loan")
    request.intercept.order.active_concessions.add(offer_id="discount", percent=5)

    known = [(c.offer_id, c.HasField("percent")) for c in gathered(request).concessions]

    assert [("loan", False), ("discount", True)] == known


@pytest.mark.parametrize(
    ("seconds", "skipped"),
    [
        (1.0, ()),
        (0.059, ("talk_track",)),
        (0.039, ("talk_track", "drivers")),
        (0.019, ("talk_track", "drivers", "depths")),
    ],
)
def test_what_is_skipped_for_time_goes_in_a_fixed_order(seconds, skipped):
    """Catches law or store that are skipped, or drivers before the talk track."""
    assert skipped == skipped_parts(seconds, a_request(), small_snapshot())


@pytest.mark.parametrize("seconds", [0.004, 0.0, -1.0])
def test_too_little_time_is_told_and_not_tried(seconds):
    """Catches an answer that comes when nobody waits for it any more."""
    with pytest.raises(DeadlineTooShort):
        skipped_parts(seconds, a_request(), small_snapshot())


def test_words_that_no_model_reads_are_told_as_a_missing_part():
    """Catches an answer that seems to have read the words."""
    request = a_request()
    request.intercept.words = "too late"

    assert ("reason",) == skipped_parts(1.0, request, small_snapshot())
    assert () == skipped_parts(
        1.0, request, small_snapshot(models=Models(reason=WordModel("late")))
    )


async def test_a_store_that_is_away_leaves_history_unknown_and_switches_as_last_seen():
    """Catches a dead store that stops an answer or revives an offer."""
    store = MemoryStore(switches={"small": {"offer:loan": "none left"}})
    gathering = gatherer(store)
    caller = gathering.caller(a_request())

    there = await gathering.read(caller)
    store.is_away = True
    away = await gathering.read(caller)

    assert (Reading(killed={"offer:loan": "none left"}), False) == there
    assert (Reading(killed={"offer:loan": "none left"}), True) == away


def test_versions_name_the_pack_every_model_and_what_it_was_learned_from():
    """Catches a decision whose models nobody can tell."""
    models = Models(save=PlainSaveModel(0.5), reason=WordModel("late"))

    versions = versions_of(small_snapshot(models=models))

    assert "0" * 64 == versions.pack_digest
    assert [
        ("reason", "words", pb.EVIDENCE_REAL),
        ("save", "plain", pb.EVIDENCE_SIMULATED),
    ] == [(each.name, each.digest, each.evidence) for each in versions.models]


@pytest.mark.law(8)
def test_two_bodies_are_told_apart_by_any_field():
    """Catches a field that may change under one request_id."""
    other = a_request()
    other.intercept.words = "another word"

    digest = gatherer(MemoryStore()).body_digest

    assert digest(a_request()) == digest(a_request())
    assert digest(a_request()) != digest(other)


def test_the_bucket_is_that_of_the_customer_whatever_is_asked():
    """Catches decisions of one customer that are spread over buckets."""
    gathering = gatherer(MemoryStore())
    callers = [gathering.caller(a_request(f"r-{place}")) for place in range(5)]

    assert 1 == len({caller.bucket for caller in callers})
    assert 5 == len({caller.request_key for caller in callers})
    assert KEYED.bucket("small", callers[0].identity) == callers[0].bucket


@pytest.mark.law(3)
def test_what_is_taken_of_budgets_is_recorded_and_what_could_not_be_read_is_not():
    """Catches a decision that cannot be made again, since it went by a balance nobody kept."""
    request, snapshot = a_request(), small_snapshot()
    reading = taken(gatherer(MemoryStore()), request, snapshot.pack, 488_000)

    known, unknown = (gathered(request, snapshot, reading=each) for each in (reading, Reading()))

    assert {("goodwill", ""): 488_000} == {key: s.taken for key, s in states_of(known).items()}
    assert {} == states_of(unknown)
    (balance,) = known.balances
    assert next(iter(reading.balances)) == balance.resource


@pytest.mark.parametrize(("pause_ms", "is_same"), [(DAY_MS, True), (31 * DAY_MS, False)])
def test_the_ledgers_of_a_budget_are_those_of_the_period(pause_ms, is_same):
    """Catches a worker that looks at last month's money for ever."""
    ledgers, pack = BudgetLedgers(), small_snapshot().pack
    first_of_may = round(datetime(2026, 5, 1, tzinfo=UTC).timestamp() * 1000)

    before = ledgers.now(pack, "", first_of_may)
    after = ledgers.now(pack, "", first_of_may + pause_ms)

    assert is_same is (before == after)
    assert 1 == len(after)
