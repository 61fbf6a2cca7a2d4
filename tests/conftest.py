"""What holds for all tests."""

from hypothesis import settings

settings.register_profile("keepsake", deadline=None)  # the machine may be busy
settings.load_profile("keepsake")
