"""The example intercepts that are shipped, as requests."""

from __future__ import annotations

from google.protobuf.json_format import Parse
from keepsake.v1.intercept_pb2 import RecommendRequest

from tests.law_tests.deciding import ROOT

NAMES = tuple(sorted(path.stem for path in (ROOT / "examples").glob("*.json")))


def example(name, request_id=None):
    """Return one example as a request."""
    request = Parse((ROOT / "examples" / f"{name}.json").read_text(), RecommendRequest())
    request.request_id = request_id or request.request_id
    return request


def another_body(request):
    """Return a request with the same id that asks something else."""
    other = RecommendRequest()
    other.CopyFrom(request)
    other.intercept.customer.orders += 1
    return other
