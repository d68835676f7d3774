"""The public document, looked at as a generator of clients would."""

import json
from collections import Counter
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tools.gateway.llms import llms_text
from tools.gateway.public import EXAMPLES
from tools.manifests import ROOT

DOCUMENT = json.loads((ROOT / "functions/system/openapi.json").read_text(encoding="utf-8"))
"""As it is served; that it is what the routers say, tests/infrastructure/test_manifests.py proves once for all."""
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}
NO_JSON = {"GET /api/v1/docs", "GET /api/v1/openapi.json", "GET /llms.txt", "GET /api/v1/llms.txt"}
"""Answer with a page, a text, or the document itself."""


def answers_of(operation: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (status, media_type, content)
        for status, response in operation["responses"].items()
        for media_type, content in response.get("content", {}).items()
    ]


def examples_of(content: dict[str, Any]) -> list[Any]:
    one = [content["example"]] if "example" in content else []
    return [*one, *(each["value"] for each in content.get("examples", {}).values())]


def test_names_for_generated_clients_are_unique_and_plain() -> None:
    names = Counter(operation["operationId"] for operation in OPERATIONS.values())

    assert [name for name, count in names.items() if count > 1] == []
    assert [name for name in names if not name.isidentifier() or "api_v1" in name] == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_says_what_it_does_and_to_which_group_it_belongs(name: str) -> None:
    operation = OPERATIONS[name]

    assert operation["summary"]
    assert operation.get("description"), "a docstring is missing"
    assert len(operation["tags"]) == 1


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_describes_its_parameters(name: str) -> None:
    undescribed = [each["name"] for each in OPERATIONS[name].get("parameters", ()) if not each.get("description")]

    assert undescribed == []


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name not in NO_JSON])
def test_operation_shows_an_answer_that_fits_its_schema(name: str) -> None:
    answers = answers_of(OPERATIONS[name])

    good = [content for status, media_type, content in answers if status[0] == "2" and media_type == "application/json"]
    if all(status == "204" for status in OPERATIONS[name]["responses"] if status[0] == "2"):
        assert good == []
        return
    (content,) = good
    assert content.get("example") is not None, f"walk it again: python -m tools.tour --record {EXAMPLES}"
    schema = {**content["schema"], "components": DOCUMENT["components"]}
    assert [error.message for error in Draft202012Validator(schema).iter_errors(content["example"])] == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_shows_its_errors(name: str) -> None:
    shown = [
        (status, content, example)
        for status, _, content in answers_of(OPERATIONS[name])
        for example in examples_of(content)
        if status[0] in "45"
    ]

    assert {status for status, _, _ in shown} == {
        status for status in OPERATIONS[name]["responses"] if status[0] in "45"
    }
    for status, content, example in shown:
        schema = {**content["schema"], "components": DOCUMENT["components"]}
        assert list(Draft202012Validator(schema).iter_errors(example)) == [], status


def test_page_for_agents_names_every_operation_once() -> None:
    text = llms_text(DOCUMENT)

    listed = [name for name in OPERATIONS if not OPERATIONS[name]["operationId"].endswith(("_short", "_prefixed"))]
    assert [name for name in listed if text.count(f"`{name}`") != 1] == []


def test_no_example_is_of_an_operation_that_is_gone() -> None:
    examples = json.loads((ROOT / EXAMPLES).read_text(encoding="utf-8"))

    assert set(examples) - set(OPERATIONS) == set()


def test_every_example_says_that_its_numbers_are_made_up() -> None:
    examples = json.loads((ROOT / EXAMPLES).read_text(encoding="utf-8"))

    sources = {name: answer["meta"]["source"] for name, answer in examples.items() if "meta" in answer}
    assert set(sources.values()) == {"sandbox"}
