"""A sweep's folder. Chunk files are the truth: results then status, each written aside, flushed to disk and renamed.

sweep.json                  what the folder belongs to, and how runs are cut; written once, and when it grows
points.parquet              the points of the design
chunks/000123.parquet       runs of a chunk, in order, with their seconds
chunks/000123.weeks.parquet rows of the weekly table, where they are kept
chunks/000123.json          its status with the others' hashes, written last: the chunk counts from then on
runs.parquet, weeks.parquet, timings.parquet, failures.csv    merged from the chunks when all are there
summaries/NAME.parquet      what functions of the user's own make of all runs
merged.json                 the hashes of all these, and of the source of those functions
looks.json                  how precise the results were at each look, where a precision is asked for
damaged/                    files that were not as they were written, set aside; their runs are made again
"""

from advosim.experiment.sweep.store.chunks import (
    DONE as DONE,
)
from advosim.experiment.sweep.store.chunks import (
    FAILED as FAILED,
)
from advosim.experiment.sweep.store.chunks import (
    KILLED as KILLED,
)
from advosim.experiment.sweep.store.chunks import (
    Row as Row,
)
from advosim.experiment.sweep.store.chunks import (
    all_committed as all_committed,
)
from advosim.experiment.sweep.store.chunks import (
    amend as amend,
)
from advosim.experiment.sweep.store.chunks import (
    commit as commit,
)
from advosim.experiment.sweep.store.chunks import (
    committed as committed,
)
from advosim.experiment.sweep.store.chunks import (
    failures as failures,
)
from advosim.experiment.sweep.store.chunks import (
    read_chunk as read_chunk,
)
from advosim.experiment.sweep.store.chunks import (
    take_out as take_out,
)
from advosim.experiment.sweep.store.chunks import (
    verified as verified,
)
from advosim.experiment.sweep.store.files import (
    AGAIN as AGAIN,
)
from advosim.experiment.sweep.store.files import (
    CHUNKS as CHUNKS,
)
from advosim.experiment.sweep.store.files import (
    DAMAGED as DAMAGED,
)
from advosim.experiment.sweep.store.files import (
    FAILURES as FAILURES,
)
from advosim.experiment.sweep.store.files import (
    LOOKS as LOOKS,
)
from advosim.experiment.sweep.store.files import (
    MANIFEST as MANIFEST,
)
from advosim.experiment.sweep.store.files import (
    MERGED as MERGED,
)
from advosim.experiment.sweep.store.files import (
    RUNS as RUNS,
)
from advosim.experiment.sweep.store.files import (
    SUMMARIES as SUMMARIES,
)
from advosim.experiment.sweep.store.files import (
    TIMINGS as TIMINGS,
)
from advosim.experiment.sweep.store.files import (
    WEEKS as WEEKS,
)
from advosim.experiment.sweep.store.files import (
    sweep_up as sweep_up,
)
from advosim.experiment.sweep.store.files import (
    write as write,
)
from advosim.experiment.sweep.store.manifest import (
    PROGRAM as PROGRAM,
)
from advosim.experiment.sweep.store.manifest import (
    begin as begin,
)
from advosim.experiment.sweep.store.manifest import (
    check as check,
)
from advosim.experiment.sweep.store.manifest import (
    grow as grow,
)
from advosim.experiment.sweep.store.manifest import (
    read_plan as read_plan,
)
from advosim.experiment.sweep.store.manifest import (
    read_points as read_points,
)
from advosim.experiment.sweep.store.manifest import (
    replicates_of as replicates_of,
)
from advosim.experiment.sweep.store.mending import mend as mend
from advosim.experiment.sweep.store.mending import recovered as recovered
from advosim.experiment.sweep.store.merging import in_order as in_order
from advosim.experiment.sweep.store.merging import merge as merge
from advosim.experiment.sweep.store.merging import unsound as unsound
from advosim.experiment.sweep.store.planned import (
    Block as Block,
)
from advosim.experiment.sweep.store.planned import (
    Plan as Plan,
)
from advosim.experiment.sweep.store.planned import (
    differences as differences,
)
from advosim.experiment.sweep.store.planned import (
    parts as parts,
)
from advosim.experiment.sweep.store.planned import (
    plan as plan,
)
from advosim.experiment.sweep.store.planned import (
    sources as sources,
)
from advosim.experiment.sweep.store.progress import Status as Status
from advosim.experiment.sweep.store.progress import status as status
from advosim.experiment.sweep.store.tables import parquet as parquet
from advosim.experiment.sweep.store.tables import schema as schema
