"""The services of the API, from their protos; what is served of them is told by these alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from keepsake.v1 import case_pb2, intercept_pb2, policy_pb2

INTERCEPT: ServiceDescriptor = intercept_pb2.DESCRIPTOR.services_by_name["InterceptService"]
CASE: ServiceDescriptor = case_pb2.DESCRIPTOR.services_by_name["CaseService"]
POLICY: ServiceDescriptor = policy_pb2.DESCRIPTOR.services_by_name["PolicyService"]
HEALTH: ServiceDescriptor = health_pb2.DESCRIPTOR.services_by_name["Health"]
REFLECTION: ServiceDescriptor = reflection_pb2.DESCRIPTOR.services_by_name["ServerReflection"]
OWN = (INTERCEPT, CASE, POLICY)
"""Those of Keepsake; the others are gRPC's own."""


def paths(services: Sequence[ServiceDescriptor]) -> Iterator[tuple[str, MethodDescriptor]]:
    """Yield the methods of services, each with its path."""
    for service in services:
        for method in service.methods:
            yield f"/{service.full_name}/{method.name}", method
