"""What TensorBoard itself reads of a folder of event files, as JSON: run by run its numbers, the
counts of its histograms, and the sizes of its images.

    python benches/peers/tensorboard_reads.py results/runs/iris/RUN-ID/tensorboard
"""

import json
import sys

from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

everything = {kind: 0 for kind in ("scalars", "histograms", "images", "tensors")}
read = EventMultiplexer(size_guidance=everything).AddRunsFromDirectory(sys.argv[1]).Reload()


def histogram(event):
    value = event.histogram_value
    return {
        "step": event.step,
        "count": value.num,
        "min": value.min,
        "max": value.max,
        "counts": list(value.bucket),
        "ends": list(value.bucket_limit),
    }


def image(event):
    png = event.encoded_image_string[:4] == b"\x89PNG"
    return {"step": event.step, "width": event.width, "height": event.height, "png": png}


def run(name):
    tags = read.Runs()[name]
    shown = {
        "scalars": lambda event: {"step": event.step, "value": event.value, "time": event.wall_time},
        "histograms": histogram,
        "images": image,
    }
    get = {"scalars": read.Scalars, "histograms": read.Histograms, "images": read.Images}
    return {
        kind: {tag: [shown[kind](event) for event in get[kind](name, tag)] for tag in tags[kind]}
        for kind in shown
    }


print(json.dumps({name: run(name) for name in read.Runs()}))
