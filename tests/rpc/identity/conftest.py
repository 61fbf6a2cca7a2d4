"""Tokens that are judged by the key of one signer."""

import pytest
from keepsake.rpc.identity.claims import Claims
from keepsake.rpc.identity.key_source import KeySource
from keepsake.rpc.identity.tokens import Expected, Tokens

from tests.rpc.signers import AUDIENCE, ISSUER


@pytest.fixture
def source(signer):
    """Read the signer's keys."""
    keys = KeySource(str(signer.file))
    keys.load_first()
    return keys


@pytest.fixture
def tokens(source):
    """Judge tokens by them."""
    return Tokens(source, Expected(ISSUER, AUDIENCE, leeway_seconds=30), Claims())
