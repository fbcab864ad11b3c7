"""Events as TensorBoard's own writer puts them on disk, which ours must equal byte for byte.

    python -m venv .venv && .venv/bin/pip install -r benches/peers/tensorboard.txt
    .venv/bin/python benches/peers/tensorboard_events.py crates/runner/src/tensorboard/known.tfevents
"""

import sys

from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

summary = summary_pb2.Summary.Value
histogram = summary_pb2.HistogramProto(
    min=-1.5, max=2.5, num=7, sum=3.25, sum_squares=12.5, bucket_limit=[0.5, 2.5], bucket=[3, 4]
)
image = summary_pb2.Summary.Image(height=2, width=300, colorspace=1, encoded_image_string=b"\x89PNG")
values = [
    summary(tag="loss/test", simple_value=0.1),
    summary(tag="weights/0.weight", histo=histogram),
    summary(tag="first layer/0.weight", image=image),
]
events = [event_pb2.Event(wall_time=1000.25, file_version="brain.Event:2")] + [
    event_pb2.Event(wall_time=1001.5, step=300, summary=summary_pb2.Summary(value=[value]))
    for value in values
]
with open(sys.argv[1], "wb") as file:
    writer = RecordWriter(file)
    for event in events:
        writer.write(event.SerializeToString())
    writer.flush()
