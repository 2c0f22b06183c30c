"""The API against its own description: what it says of itself is all it ever answers, and what it forbids it refuses."""

from typing import Any

import pytest

pytest.importorskip("schemathesis", reason="schemathesis is not installed")

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import AcceptedNegativeData, Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from licit.wiring import open_visits

CHECKS = [not_a_server_error, content_type_conformance, negative_data_rejection, response_headers_conformance,
          response_schema_conformance, status_code_conformance]
#: Which scope opens which operation; "" for no key, which opens none.
OPENS = {"POST /v1/recalls/{id}/ack": "recall", "GET /v1/standing/{subject}": "standing", "POST /v1/rights": "rights", "GET /v1/rights/{subject}": "rights",
         "POST /v1/conversations": "conversations"}
SCOPES = ("", "standing", "rights", "conversations")


@pytest.fixture
def keys(served: Any) -> dict[str, dict[str, str]]:
    """Give the headers of a client for each scope."""
    visits = open_visits(served.world.root)
    return {scope: {"authorization": f"Bearer {visits.add_key(scope, [scope])}"} if scope else {} for scope in SCOPES}


def operations(served: Any) -> list[Any]:
    """Give what the schema describes; keys are the test's own business, so that drawn ones do not stand in their place."""
    described = httpx.get(f"{served.address}/v1/openapi.json").json()
    assert all(one.pop("security") for path in described["paths"].values() for one in path.values())
    found = [one.ok() for one in schemathesis.openapi.from_dict(described).get_all_operations()]
    assert {one.label for one in found} == set(OPENS), "a new operation: say which scope opens it"
    return found


def tried(served: Any, operation: Any, mode: Any, headers: dict[str, str], examples: int) -> tuple[set[int], list[str]]:
    """Send drawn requests of one kind; give the statuses that came and what broke the description."""
    seen, faults = set(), []

    @settings(max_examples=examples, deadline=None, database=None, derandomize=examples < 50, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        answer = case.call(base_url=served.address, headers=headers)
        seen.add(answer.status_code)
        if answer.status_code >= 400:
            problem = answer.json()
            if (answer.headers["content-type"] != ["application/problem+json"] or problem["status"] != answer.status_code
                    or not problem["reason"]):
                faults.append(f"{operation.label} {answer.status_code}: no problem with a reason: {answer.text[:200]}")
        try:
            case.validate_response(answer, checks=CHECKS, headers=headers)
        except FailureGroup as group:
            faults.extend(f"{operation.label} {answer.status_code}: {one.title}: {one.message[:300]}" for one in group.exceptions
                          if answer.status_code != 413 or not isinstance(one, AcceptedNegativeData))  # too long is refused before it is read
        except Failure as one:
            if answer.status_code != 413 or not isinstance(one, AcceptedNegativeData):
                faults.append(f"{operation.label} {answer.status_code}: {one.title}: {one.message[:300]}")

    send()
    return seen, faults


def swept(served: Any, keys: dict[str, dict[str, str]], examples: int) -> None:
    """Send requests that fit the description and requests that do not, with every kind of key."""
    for operation in operations(served):
        for scope in SCOPES:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                opens = OPENS[operation.label] == scope
                seen, faults = tried(served, operation, mode, keys[scope], examples if opens else max(2, examples // 5))
                assert faults == []
                if opens and mode is GenerationMode.POSITIVE:
                    assert seen & {200, 201}, f"{operation.label}: nothing was ever accepted"
                elif not opens:
                    assert seen <= {401 if not scope else 403, 400, 422}, f"{operation.label} opened to {scope or 'nobody'}: {seen}"


def test_the_api_keeps_to_its_description(served, keys):
    """No fault, no status, type or field that the description lacks; each error a problem with a reason name."""
    swept(served, keys, 10)


@pytest.mark.slow
def test_the_api_keeps_to_its_description_at_length(served, keys):
    """The same with many more requests, drawn anew each time."""
    swept(served, keys, 400)


def test_every_error_is_described(served):
    """Missing, wrong and insufficient keys, what there is not, what cannot be read: each operation's page names them."""
    for path in served.browser().get("/v1/openapi.json").json()["paths"].values():
        for operation in path.values():
            for status in ("400", "401", "403", "404", "413", "422", "503"):
                assert "application/problem+json" in operation["responses"][status]["content"]


@pytest.mark.parametrize("query", ["purpos=publish", "purpose=publish&purpose=train", "Purpose=publish", "purpose=train&tier=free",
                                   "issuer=chat&issuer=other"])
def test_a_misspelt_or_doubled_parameter_is_not_answered(served, keys, query):
    """Somebody who misspells the purpose would be given the answer for another one; of two, neither counts."""
    answer = httpx.get(f"{served.address}/v1/standing/user1?{query}", headers=keys["standing"])
    assert (answer.status_code, answer.json()["reason"]) == (400, "parameter-wrong")


@pytest.mark.parametrize("path", ["/v1/standing/Ren%E9", "/v1/standing/%ff", "/v1/standing/a?issuer=%e9", "/v1/rights/%C3%28"])
def test_a_name_in_another_encoding_is_an_error(served, keys, path):
    """René in Latin-1 is not answered as some unknown person, about whom nothing was refused."""
    answer = httpx.get(f"{served.address}{path}", headers=keys["standing"])
    assert (answer.status_code, answer.json()["reason"]) == (400, "request-unreadable")


@pytest.mark.parametrize("body", [b'{"kind":"objection","subject":"a","kind":"access"}', b'{"subject":"a","subject":"b","kind":"access"}'])
def test_a_body_that_says_two_things_says_nothing(served, keys, body):
    """A key that stands twice is an error, not the last of the two."""
    answer = httpx.post(f"{served.address}/v1/rights", content=body, headers={**keys["rights"], "content-type": "application/json"})
    assert (answer.status_code, answer.json()["reason"]) == (400, "duplicate-keys")


def test_too_large_a_body_is_a_problem_too(served, keys):
    """The limit is told to a machine as every other error is."""
    answer = httpx.post(f"{served.address}/v1/rights", content=b"x" * (2 << 20), headers=keys["rights"])
    assert (answer.status_code, answer.json()["reason"]) == (413, "too-large")
