"""How much one document may cost. A document beyond a limit is refused, never cut short."""

MIB = 1024 * 1024

MAX_BYTES = 25 * MIB
"""Size of the uploaded file."""

MAX_PAGES = 2000
MAX_CHARACTERS = 10_000_000
"""Code points of extracted text."""

MAX_UNZIPPED = 200 * MIB
"""Sum of what the parts of a zip container unpack to."""

MAX_RATIO = 200
"""Unpacked over packed size of a container, once it unpacks to more than `RATIO_FROM` bytes."""

RATIO_FROM = MIB
MAX_ENTRIES = 10_000

MAX_SCANNED_PAGES = 50
"""Pages of a PDF without a text layer; recognising one takes a second or so."""

RECOGNITION_SECONDS = 50
"""Wall time that recognising all pages of a document may take."""

SECONDS = 60
"""Wall time, and CPU time, of one sandboxed task."""

MEMORY = 1024 * MIB
"""Address space of the sandbox in bytes."""
