"""The answer: a ruling put into the words of the API."""

from keepsake.answer.compose import Composer

__all__ = ["Composer"]
