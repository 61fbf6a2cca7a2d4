"""The rows of a table on their way to the service, a few batches ahead of the answers."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterator

from keepsake.cli.subjects import scan_subject
from keepsake.cli.tables import Table
from keepsake.core.mapping import MappingError, TableMapping, label_of, row_reader
from keepsake.v1.intercept_pb2 import ScanRequest, ScanSubject

BATCH_ROWS = 500
BATCHES_AHEAD = 4
BATCHES_A_STREAM = 100  # servers close a connection after minutes, so that callers spread

Label = bool | None


class Feed:
    """Reads, maps and batches rows; the thread that sends waits where answers fall behind.

    `unreadable` counts the rows left out, by why; `failure` is what ended the reading early.
    """

    def __init__(self, table: Table, mapping: TableMapping) -> None:
        self.table = table
        self._mapping = mapping
        self._read_row = row_reader(mapping)
        self._ahead = threading.Semaphore(BATCHES_AHEAD)
        self._labels: deque[list[Label]] = deque()
        self._batches = self._read()
        self._is_read = False
        self._is_stopped = False
        self.unreadable: Counter[str] = Counter()
        self.failure: Exception | None = None

    def streams(self) -> Iterator[Iterator[ScanRequest]]:
        """Yield streams of requests until the table is read; each ends in good time."""
        while not self._is_read:
            yield self._requests()

    def _requests(self) -> Iterator[ScanRequest]:
        """Yield batches; what goes wrong is kept, since gRPC's thread would swallow it."""
        try:
            for _ in range(BATCHES_A_STREAM):
                subjects, labels = next(self._batches)
                self._ahead.acquire()
                if self._is_stopped:
                    return
                self._labels.append(labels)
                yield ScanRequest(pack=self._mapping.pack, subjects=subjects)
        except StopIteration:
            self._is_read = True
        except Exception as error:
            self.failure = error
            raise

    def answered(self) -> list[Label]:
        """Return the labels of the batch that was answered, and let the next one go."""
        self._ahead.release()
        return self._labels.popleft()

    def close(self) -> None:
        """Let the thread that sends come to its end, and say what stopped it early."""
        self._is_stopped = True
        self._ahead.release()
        if self.failure is not None:
            raise self.failure

    def _read(self) -> Iterator[tuple[list[ScanSubject], list[Label]]]:
        subjects: list[ScanSubject] = []
        labels: list[Label] = []
        for subject, label in self._mapped():
            subjects.append(subject)
            labels.append(label)
            if len(subjects) == BATCH_ROWS:
                yield subjects, labels
                subjects, labels = [], []
        if subjects:
            yield subjects, labels

    def _mapped(self) -> Iterator[tuple[ScanSubject, Label]]:
        for number, row in enumerate(self.table.rows(), start=1):
            subject_id = row.get(self._mapping.subject_id) or str(number)
            try:
                values = self._read_row(row)
                yield scan_subject(self._mapping, subject_id, values), label_of(self._mapping, row)
            except MappingError as error:
                self.unreadable[str(error)] += 1
            except (ValueError, TypeError) as error:  # a number the API's field cannot hold
                self.unreadable[f"row {number}: {error}"] += 1
