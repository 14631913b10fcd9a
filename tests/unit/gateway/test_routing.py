"""The rules of fallback as tables: circuits, outcomes, pauses, and the last word."""

import pytest

from ironcage.core.errors import (
    DeadlineExceeded,
    IronCageError,
    ProviderLimited,
    ProviderRejected,
    ProviderUnavailable,
    StoreUnavailable,
)
from ironcage.gateway import CLOSED, Circuit
from ironcage.gateway.routing import (
    Mode,
    Sign,
    pause_before,
    reason_of,
    refusal_of,
    should_open,
    sign_of,
)
from support.builders_budgets import NOW_MS

OPEN = CLOSED.opened(NOW_MS)
HALF_OPEN_MS = OPEN.until_ms
PROBED = OPEN.probed(HALF_OPEN_MS, seconds=20)


def limited(seconds: int) -> ProviderLimited:
    error = ProviderLimited()
    error.retry_after_seconds = seconds
    return error


@pytest.mark.parametrize(
    ("circuit", "at_ms", "mode", "wait_ms"),
    [
        pytest.param(CLOSED, NOW_MS, Mode.CLOSED, 0, id="closed"),
        pytest.param(OPEN, NOW_MS, Mode.OPEN, 30_000, id="just-opened"),
        pytest.param(OPEN, HALF_OPEN_MS - 1, Mode.OPEN, 1, id="open-to-the-last-moment"),
        pytest.param(OPEN, HALF_OPEN_MS, Mode.HALF_OPEN, 0, id="half-open-when-its-time-is-over"),
        pytest.param(PROBED, HALF_OPEN_MS, Mode.HALF_OPEN, 1_000, id="somebody-probes"),
        pytest.param(PROBED, HALF_OPEN_MS + 20_999, Mode.HALF_OPEN, 1_000, id="probe-to-its-end"),
        pytest.param(PROBED, HALF_OPEN_MS + 21_000, Mode.HALF_OPEN, 0, id="probe-was-lost"),
        pytest.param(OPEN, NOW_MS - 300_000, Mode.HALF_OPEN, 0, id="opened-by-a-clock-far-ahead"),
        pytest.param(OPEN, NOW_MS - 2_000, Mode.OPEN, 32_000, id="opened-by-a-clock-just-ahead"),
        pytest.param(
            Circuit(1, NOW_MS, NOW_MS + 10_000_000), NOW_MS, Mode.HALF_OPEN, 0,
            id="probed-by-a-clock-far-ahead",
        ),
    ],
)  # fmt: skip
def test_circuit_stands_as_its_moments_say(
    circuit: Circuit, at_ms: int, *, mode: Mode, wait_ms: int
) -> None:
    assert (circuit.mode(at_ms), circuit.wait_ms(at_ms)) == (mode, wait_ms)


@pytest.mark.parametrize(
    ("sign", "mode", "trips"),
    [
        pytest.param(Sign.WELL, Mode.CLOSED, 0, id="answered"),
        pytest.param(Sign.LIMITED, Mode.CLOSED, 0, id="limited-is-alive"),
        pytest.param(Sign.ILL, Mode.OPEN, 2, id="failed"),
        pytest.param(Sign.NONE, Mode.HALF_OPEN, 1, id="said-nothing"),
    ],
)
def test_probe_decides(sign: Sign, mode: Mode, trips: int) -> None:
    after = PROBED.after_probe(sign, HALF_OPEN_MS)

    assert (after.mode(HALF_OPEN_MS), after.trips) == (mode, trips)


def test_probe_that_said_nothing_is_free_at_once() -> None:
    assert PROBED.after_probe(Sign.NONE, HALF_OPEN_MS).wait_ms(HALF_OPEN_MS) == 0


def test_circuit_stays_open_for_half_a_minute_then_for_a_minute_and_no_longer() -> None:
    circuit, pauses = CLOSED, []
    for _ in range(4):
        circuit = circuit.opened(NOW_MS)
        pauses.append(circuit.wait_ms(NOW_MS))

    assert pauses == [30_000, 60_000, 60_000, 60_000]


@pytest.mark.parametrize(
    ("outcomes", "opens"),
    [
        pytest.param("", False, id="nothing-yet"),
        pytest.param("ffff", False, id="four-in-a-row"),
        pytest.param("fffff", True, id="five-in-a-row"),
        pytest.param("okfffff".replace("k", "o"), True, id="five-in-a-row-after-answers"),
        pytest.param("fffffo", False, id="five-and-an-answer"),
        pytest.param("ofofofofof", False, id="half-of-ten"),
        pytest.param("offofofoff", True, id="six-of-ten"),
        pytest.param("fofoffoff", False, id="six-of-nine"),
        pytest.param("fffoofofofofo", False, id="only-the-last-ten-count"),
    ],
)
def test_circuit_opens_when_the_latest_outcomes_are_too_bad(outcomes: str, *, opens: bool) -> None:
    assert should_open([letter == "f" for letter in outcomes]) is opens


@pytest.mark.parametrize(
    ("error", "sign"),
    [
        pytest.param(ProviderUnavailable(sent=False), Sign.ILL, id="not-reached"),
        pytest.param(ProviderUnavailable(sent=True), Sign.ILL, id="no-answer"),
        pytest.param(DeadlineExceeded(sent=True), Sign.ILL, id="too-slow"),
        pytest.param(DeadlineExceeded(sent=False), Sign.NONE, id="asked-too-late"),
        pytest.param(ProviderLimited(), Sign.LIMITED, id="limited"),
        pytest.param(ProviderRejected(), Sign.NONE, id="clients-mistake"),
        pytest.param(StoreUnavailable(), Sign.NONE, id="our-own-vault"),
    ],
)
def test_only_what_the_provider_did_counts_against_it(error: IronCageError, sign: Sign) -> None:
    assert sign_of(error) is sign


@pytest.mark.parametrize(
    ("error", "retries", "pause"),
    [
        pytest.param(ProviderUnavailable(sent=False, status=500), 0, 0.2, id="500"),
        pytest.param(ProviderUnavailable(sent=False, status=503), 1, 0.4, id="503-again"),
        pytest.param(ProviderUnavailable(sent=False, status=529), 0, 0.2, id="overloaded"),
        pytest.param(ProviderUnavailable(sent=False, reason="no_connection"), 0, 0.2,
                     id="refused-connection"),
        pytest.param(ProviderUnavailable(sent=False, provider_code="InternalServerException"), 0,
                     0.2, id="bedrock-500"),
        pytest.param(limited(1), 0, 1.2, id="short-limit"),
        pytest.param(limited(2), 1, 2.2, id="longest-limit-that-is-waited-for"),
        pytest.param(limited(3), 0, None, id="long-limit"),
        pytest.param(ProviderUnavailable(sent=False, status=503), 2, None, id="retried-twice"),
        pytest.param(limited(1), 2, None, id="limited-thrice"),
        pytest.param(ProviderUnavailable(sent=True, status=503), 0, None, id="may-be-charged"),
        pytest.param(DeadlineExceeded(sent=True), 0, None, id="time-out"),
        pytest.param(ProviderUnavailable(sent=False, status=401), 0, None, id="our-key-is-bad"),
        pytest.param(ProviderUnavailable(sent=False, status=429), 0, None, id="out-of-credit"),
        pytest.param(ProviderUnavailable(sent=False, reason="bad_key"), 0, None, id="bad-key"),
        pytest.param(ProviderRejected(status=400), 0, None, id="clients-mistake"),
        pytest.param(StoreUnavailable(), 0, None, id="our-own-vault"),
    ],
)  # fmt: skip
def test_only_what_passes_and_cannot_be_charged_is_repeated(
    error: IronCageError, retries: int, *, pause: float | None
) -> None:
    assert pause_before(error, retries=retries, took=0.1, draw=lambda longest: longest) == pause


def test_pause_is_a_share_that_chance_picks() -> None:
    error = ProviderUnavailable(sent=False, status=503)

    assert pause_before(error, retries=1, took=0.1, draw=lambda longest: longest / 4) == 0.1


def test_failure_that_took_long_is_not_repeated() -> None:
    error = ProviderUnavailable(sent=False, reason="no_connection")

    assert pause_before(error, retries=0, took=5.0, draw=lambda longest: longest) is None


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ProviderUnavailable(sent=False, reason="no_connection"), "no_connection"),
        (ProviderUnavailable(sent=False, status=503, provider_code="overloaded"), "http_503"),
        (ProviderLimited(), "PROVIDER_RATE_LIMITED"),
    ],
)
def test_attempt_says_why_it_failed(error: IronCageError, reason: str) -> None:
    assert reason_of(error) == reason


@pytest.mark.parametrize(
    ("errors", "waits_ms", "code", "delay"),
    [
        pytest.param([limited(7), limited(3)], [7_000, 3_000], "PROVIDER_RATE_LIMITED", 3,
                     id="all-limited"),
        pytest.param([ProviderUnavailable(sent=False)] * 2, [20_001, 9_001],
                     "ALL_PROVIDERS_DOWN", 10, id="all-open"),
        pytest.param([limited(7), ProviderUnavailable(sent=False)], [7_000, 30_000],
                     "ALL_PROVIDERS_DOWN", 7, id="one-limited-one-open"),
        pytest.param([limited(7), ProviderUnavailable(sent=False)], [7_000, 0],
                     "ALL_PROVIDERS_DOWN", 0, id="one-may-be-back-at-once"),
        pytest.param([], [], "ALL_PROVIDERS_DOWN", 0, id="no-route"),
    ],
)  # fmt: skip
def test_last_word_says_when_to_come_back_if_that_is_known(
    errors: list[IronCageError], waits_ms: list[int], *, code: str, delay: int
) -> None:
    refusal = refusal_of(errors, waits_ms)

    assert refusal.code == code
    assert getattr(refusal, "retry_after_seconds", 0) == delay
