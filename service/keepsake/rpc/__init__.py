"""The edge: gRPC in, the advisor behind it. A servicer converts, calls, and converts back.

Only this package and `keepsake.client` import grpc.
"""
