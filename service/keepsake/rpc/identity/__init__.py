"""Finds out who calls: the person by a signed token, the service by its certificate.

1. `credentials`   takes both out of a call, and lets the person decide where both are there
2. `tokens`        verifies a token, and remembers those that were good until they expire
3. `certificates`  knows services by the names in their certificates
4. `claims`        reads from a verified token who the principal is
5. `keys`          the public keys of who signs, `key_source` how they stay fresh
6. `signing`       makes tokens for development; the service itself never signs
"""
