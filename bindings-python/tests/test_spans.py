"""Spans count as Python's strings do."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
import traffic

import careline
from careline.errors import InputInvalid

MAIL = "jo@acme.example"
BEFORE = {
    "nothing": "",
    "letters": "write to ",
    "umlauts": "schöne Grüße an ",
    "an emoji": "😡 ",
    "emoji with a skin tone": "👍🏽👍🏿 ",
    "a family joined by ZWJ": "👨‍👩‍👧‍👦 family ",
    "a flag": "🇩🇪🏴󠁧󠁢󠁳󠁣󠁴󠁿 ",
    "Chinese": "请写信到 ",
    "Chinese beyond the first plane": "𠮷野家𩸽 ",
    "Arabic": "راسلني على ",
    "Devanagari": "मुझे लिखें ",
    "combining marks": "e\u0301e\u0301 a\u030a ",
    "a byte order mark": "\ufeff",
    "NUL": "\x00 ",
    "lines": "one\r\ntwo\u2028three ",
    "a replacement character": "\ufffd ",
    "much": "😡漢é" * 5000 + " ",
}


@pytest.fixture(params=BEFORE)
def text(request: pytest.FixtureRequest) -> str:
    """A text with an address after something that does not count as many bytes as characters."""
    return f"{BEFORE[request.param]}{MAIL} 😡 bye"


def found_in(text: str) -> list[careline.Span]:
    (assessment,) = careline.triage([text])
    return [pii.span for pii in assessment.pii]


def test_marks_the_same_as_slicing(text: str) -> None:
    (span,) = found_in(text)
    assert text[span.start : span.end] == span.slice(text) == MAIL
    assert text.encode()[span.start_byte : span.end_byte] == MAIL.encode()
    assert (span.start, span.start_byte) == (text.index(MAIL), text.encode().index(MAIL.encode()))


def test_made_from_code_points(text: str) -> None:
    start, end = text.index(MAIL), text.index(MAIL) + len(MAIL)
    made = careline.Span.within(text, start, end)
    assert made == found_in(text)[0] and hash(made) == hash(found_in(text)[0])
    for start, end in ((0, 0), (0, len(text)), (len(text), len(text)), (len(text) - 5, len(text) - 4)):
        span = careline.Span.within(text, start, end)
        assert (span.start, span.end, span.slice(text)) == (start, end, text[start:end])
        assert text.encode()[span.start_byte : span.end_byte] == text[start:end].encode()


def test_a_span_outside_of_its_text_is_refused() -> None:
    places: list[tuple[Any, Any]] = [(0, 4), (4, 4), (2, 1), (-1, 2), (0, -1), (0, 10**30), (10**30, 10**30)]
    for start, end in places:
        with pytest.raises(InputInvalid, match="3 code points"):
            careline.Span.within("😡é!", start, end)
    half = careline.Span.within("a \ud83d b", 4, 5)
    assert half.slice("a \ud83d b") == "b" and half.end_byte == 7
    wrong: list[Any] = [None, "0", 1.5, b"0"]
    for odd in wrong:
        for given in (("a", odd, 1), ("a", 0, odd), (odd if odd != "0" else 0, 0, 1)):
            with pytest.raises(TypeError):
                careline.Span.within(*given)


def test_evidence_marks_the_same_as_slicing(text: str) -> None:
    (assessment,) = careline.triage([text + " I was charged twice, this is outrageous!"])
    spans = [finding.span for finding in assessment.evidence if finding.span is not None]
    assert spans
    for span in spans:
        whole = text + " I was charged twice, this is outrageous!"
        assert whole[span.start : span.end] == span.slice(whole) != ""


def test_after_half_of_a_surrogate_pair() -> None:
    text = f"\ud83d {MAIL}"
    (span,) = found_in(text)
    assert text[span.start : span.end] == MAIL


def test_comes_back_from_a_pickle(text: str) -> None:
    (span,) = found_in(text)
    for again in (pickle.loads(pickle.dumps(span)), copy.deepcopy(span)):
        assert again == span and (again.start, again.end) == (span.start, span.end)
        assert hash(again) == hash(span)
    (assessment,) = careline.triage([text])
    (pii,) = pickle.loads(pickle.dumps(assessment)).pii
    assert pii.span == span and (pii.span.start, pii.span.end) == (span.start, span.end)


def test_a_part_comes_back_from_a_pickle_by_itself(text: str) -> None:
    (assessment,) = careline.triage([text])
    pii = pickle.loads(pickle.dumps(assessment.pii[0]))
    assert text[pii.span.start : pii.span.end] == MAIL


def test_matches_by_places() -> None:
    match found_in(f"😡 {MAIL}")[0]:
        case careline.Span(start, end):
            assert (start, end) == (2, 2 + len(MAIL))
        case _:
            pytest.fail("a span does not match")


def test_cannot_be_changed() -> None:
    (span,) = found_in(MAIL)
    with pytest.raises(AttributeError):
        span.start = 5  # type: ignore[misc]
    with pytest.raises(AttributeError):
        span.more = 5  # type: ignore[attr-defined]


def test_from_json_with_the_text(text: str) -> None:
    (assessment,) = careline.triage([text])
    (pii,) = careline.Assessment.from_json(assessment.to_json(), text).pii
    assert text[pii.span.start : pii.span.end] == MAIL
    (pii,) = careline.Assessment.from_dict(assessment.to_dict(), text).pii
    assert text[pii.span.start : pii.span.end] == MAIL


def test_from_json_without_the_text_says_what_to_do(text: str) -> None:
    (assessment,) = careline.triage([text])
    (pii,) = careline.Assessment.from_json(assessment.to_json()).pii
    for name in ("start", "end"):
        with pytest.raises(InputInvalid) as raised:
            getattr(pii.span, name)
        assert "from_json" in str(raised.value) and "slice(text)" in str(raised.value)
    assert pii.span.slice(text) == MAIL
    assert pii.span.start_byte == text.encode().index(MAIL.encode())
    assert repr(pii.span).startswith("Span(bytes ")


def test_a_text_that_is_not_the_one_marked() -> None:
    (assessment,) = careline.triage([f"😡😡😡 {MAIL}"])
    for other in ("", "short", "é" * 12):
        (pii,) = careline.Assessment.from_json(assessment.to_json(), other).pii
        with pytest.raises(InputInvalid):
            _ = pii.span.start
        assert pii.span.slice(other) == ""


def test_a_text_with_half_of_a_surrogate_pair() -> None:
    (span,) = found_in(MAIL)
    assert span.slice(f"{MAIL} \ud83d") == MAIL


def test_replace_keeps_the_text(text: str) -> None:
    (assessment,) = careline.triage([text])
    (pii,) = assessment.replace(tier=3).pii
    assert text[pii.span.start : pii.span.end] == MAIL


def test_content_slices_its_own_text() -> None:
    text = "👩‍🚀 @acme schau 漢字"
    start = text.encode().index(b"@acme")
    entity = {"span": {"start": start, "end": start + 5}, "kind": "mention", "value": "acme"}
    content = careline.Content.from_dict({"text": text, "entities": [entity]})
    span = content.entities[0].span
    assert content.slice(span) == text[span.start : span.end] == "@acme"
    again = pickle.loads(pickle.dumps(content))
    assert again.entities[0].span.start == span.start
    assert careline.Content.from_json(content.to_json()).entities[0].span.end == span.end


def test_content_of_a_received_message(care: careline.Care) -> None:
    text = "👩‍🚀 @acme schau: https://t.co/a 漢字 #late"
    entities = {
        "mentions": [{"start": 4, "end": 9, "username": "acme", "id": "1"}],
        "hashtags": [{"start": 35, "end": 40, "tag": "late"}],
    }
    body = traffic.mention(1, text).replace(b'"author_id"', b'"entities": %s, "author_id"' % _json(entities))
    care.receive("x", traffic.signed(body), body)
    (message,) = care.tenant().search("schau")
    assert message.content is not None
    marked = [message.content.slice(entity.span) for entity in message.content.entities]
    assert marked == ["@acme", "#late"]
    assert [message.content.text[entity.span.start : entity.span.end] for entity in message.content.entities] == marked


def _json(value: Any) -> bytes:
    import json

    return json.dumps(value).encode()


@pytest.fixture
def case(care: careline.Care) -> careline.CaseView:
    """A case whose lead message marks something after emoji."""
    text = f"👨‍👩‍👧‍👦 I was charged twice! 😡 Write to {MAIL}"
    care.tenant().ingest("shop", [traffic.review(1, text)], account=traffic.SHOP)
    (case,) = care.tenant().all_cases()
    return care.tenant().case(case.id)


def spans_of(assessment: careline.Assessment) -> list[careline.Span]:
    evidence = [finding.span for finding in assessment.evidence if finding.span is not None]
    return [*evidence, *(pii.span for pii in assessment.pii)]


def test_in_a_case_view(case: careline.CaseView) -> None:
    message = case.threads[0].messages[0]
    assert message.content is not None
    assert MAIL in {message.content.slice(span) for span in spans_of(case.assessments[message.id])}
    for again in (case, pickle.loads(pickle.dumps(case)), careline.CaseView.from_json(case.to_json())):
        for span in spans_of(again.assessments[message.id]):
            assert message.content.text[span.start : span.end] == message.content.slice(span)


def test_in_an_assessment_taken_out_of_a_case_view(case: careline.CaseView) -> None:
    (message,) = case.threads[0].messages
    (assessment,) = case.assessments.values()
    assert message.content is not None
    for span in spans_of(pickle.loads(pickle.dumps(assessment))):
        assert message.content.text[span.start : span.end] == message.content.slice(span)
    for span in spans_of(careline.Assessment.from_json(assessment.to_json())):
        with pytest.raises(InputInvalid):
            _ = span.start


def test_in_an_explanation(care: careline.Care, case: careline.CaseView) -> None:
    explanation = care.tenant().explain(case.case.id)
    again = careline.Explanation.from_json(explanation.to_json())
    for one in (explanation, pickle.loads(pickle.dumps(explanation)), again):
        assert one.assessment is not None
        spans = spans_of(one.assessment)
        assert MAIL in {one.text[span.start : span.end] for span in spans}
        assert all(one.text[span.start : span.end] == span.slice(one.text) for span in spans)


def test_spans_of_what_was_erased_are_known_in_bytes(care: careline.Care, case: careline.CaseView) -> None:
    (message,) = case.threads[0].messages
    care.tenant().erase(message=message.id)
    explanation = care.tenant().explain(case.case.id)
    assert explanation.text == ""
    for span in spans_of(explanation.assessment) if explanation.assessment else []:
        with pytest.raises(InputInvalid, match="from_json"):
            _ = span.start


def test_an_advisor_gets_spans_in_code_points() -> None:
    seen: list[str] = []

    class Look:
        id = "acme-look/1"

        def advise(self, message: careline.Message, assessment: careline.Assessment) -> list[careline.Finding]:
            assert message.content is not None
            seen.extend(message.content.text[span.start : span.end] for span in spans_of(assessment))
            return []

    with traffic.open_care(advisors=[Look()]) as care:
        care.tenant().ingest("shop", [traffic.review(1, f"😡 charged twice! {MAIL}")], account=traffic.SHOP)
        care.tick()
    assert MAIL in seen


@pytest.mark.parametrize("wrong", [(), (1,), (-1, 5), ("a", "b"), (2**40, 2**41), (None, None)])
def test_what_is_no_span_is_refused(wrong: tuple[Any, ...]) -> None:
    with pytest.raises((TypeError, OverflowError)):
        careline.Span(*wrong)
