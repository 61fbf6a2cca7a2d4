from keepsake.cli.saves_view import saves_data, saves_view
from keepsake.core.saves import CountedCase, Settled, arms
from rich.console import Console

CASES = [
    *(
        CountedCase(control_group=False, settled=Settled.KEPT, net=30_000 + 100 * n)
        for n in range(9)
    ),
    *(
        CountedCase(control_group=True, settled=Settled.KEPT, net=10_000 + 100 * n)
        for n in range(3)
    ),
    CountedCase(control_group=True, settled=Settled.UNVERIFIED, net=-500, non_compliant=True),
]


def _shown(cases):
    console = Console(width=100)
    with console.capture() as told:
        console.print(saves_view(*arms(cases), currency="USD"))
    return told.get()


def test_the_arms_stand_beside_each_other_with_their_difference():
    """Catches a report that shows savings without those who got nothing."""
    told = _shown(CASES)

    assert "With incentives a case brings +203.00 USD more (95 % between " in told
    assert "Fewer than 30 known cases in an arm" in told
    assert "The arms are not known alike (100% and 75%)" in told


def test_too_few_cases_are_no_comparison():
    """Catches a figure made of one case."""
    assert "Too few cases" in _shown(CASES[:1])


def test_the_data_has_what_the_view_has():
    """Catches a dashboard that shows other figures than a person sees."""
    data = saves_data(*arms(CASES), currency="USD")

    assert (4, 1, 1) == (
        data["control_group"]["cases"],
        data["control_group"]["unverified"],
        data["control_group"]["non_compliant"],
    )
    assert 20_300 == data["more_a_case"]["cents"]
