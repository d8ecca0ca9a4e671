"""Owns the peers: what people write today to turn a folder gray, in pools that are as good as they can be.

Does not own: when they run and what they are compared with (contenders.py, compare.py).

Run as a child process, so that a run pays for its own imports: `peers.py POOL STEP INPUT OUTPUT`. Prints the seconds of
the conversion loop: after imports, with every worker of the pool started.
"""

import argparse
import multiprocessing
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path


def opencv_imread(cv_threads, quality=None):
    """The gray that the JPEG decoder gives; JPEGs at OpenCV's own quality, 95, without another one."""
    cv2 = opencv(cv_threads)
    options = [] if quality is None else [cv2.IMWRITE_JPEG_QUALITY, quality]

    def convert(source, target):
        write_opencv(cv2, target, read_opencv(cv2, source, cv2.IMREAD_GRAYSCALE), options)

    return convert


def opencv_imread_85(cv_threads):
    """The same with JPEGs at a quality of 85, which many ask for."""
    return opencv_imread(cv_threads, 85)


def opencv_cvtcolor(cv_threads):
    """Color first, gray from it."""
    cv2 = opencv(cv_threads)

    def convert(source, target):
        color = read_opencv(cv2, source, cv2.IMREAD_COLOR)
        write_opencv(cv2, target, cv2.cvtColor(color, cv2.COLOR_BGR2GRAY))

    return convert


def pillow_convert(_cv_threads):
    """Color first, gray from it."""
    Image = pillow()

    def convert(source, target):
        with Image.open(source) as picture:
            picture.convert("L").save(target)

    return convert


def pillow_draft(_cv_threads):
    """The gray that the JPEG decoder gives; a PNG by the fastest compression, a JPEG with the tables it came with."""
    Image = pillow()

    def convert(source, target):
        with Image.open(source) as picture:
            picture.draft("L", picture.size)
            gray = picture if picture.mode == "L" else picture.convert("L")
            to_png = target.suffix.lower() == ".png"
            gray.save(target, **({"compress_level": 1} if to_png else {"quality": "keep"}))

    return convert


STEPS = {
    "opencv-imread": opencv_imread,
    "opencv-imread-85": opencv_imread_85,
    "opencv-cvtcolor": opencv_cvtcolor,
    "pillow-convert": pillow_convert,
    "pillow-draft": pillow_draft,
}


def opencv(threads):
    import cv2

    if threads is not None:
        cv2.setNumThreads(threads)
    return cv2


def pillow():
    from PIL import Image

    # Loads the codecs' modules, which would otherwise happen in the loop.
    Image.preinit()
    return Image


def read_opencv(cv2, source, how):
    pixels = cv2.imread(str(source), how)
    if pixels is None:
        raise ValueError(f"{source}: OpenCV cannot decode it; take it out of the folder")
    return pixels


def write_opencv(cv2, target, pixels, options=()):
    if not cv2.imwrite(str(target), pixels, list(options)):
        raise OSError(f"{target}: OpenCV cannot write it")


def start_pool(kind, workers):
    """A pool whose workers are all there: each waits in its initializer for the others."""
    if kind == "threads":
        pool = ThreadPoolExecutor(workers, initializer=threading.Barrier(workers).wait)
    else:
        # A fork has the library loaded already: the cheapest start a process can have.
        context = multiprocessing.get_context("fork")
        barrier = context.Barrier(workers)
        pool = ProcessPoolExecutor(workers, mp_context=context, initializer=barrier.wait)
    list(pool.map(abs, range(workers)))
    return pool


def convert_one(source, target):
    convert(source, target)


def pairs(source, output, suffix):
    """Every file below `source`, and where its result goes."""
    sources = sorted(path for path in source.rglob("*") if path.is_file())
    targets = [output / path.relative_to(source) for path in sources]
    if suffix is not None:
        targets = [target.with_suffix(suffix) for target in targets]
    for folder in {target.parent for target in targets}:
        folder.mkdir(parents=True, exist_ok=True)
    return sources, targets


def main():
    global convert  # a forked worker finds it here; a closure cannot be sent to it
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("pool", choices=["threads", "processes"])
    arguments.add_argument("step", choices=STEPS)
    arguments.add_argument("input", type=Path)
    arguments.add_argument("output", type=Path)
    arguments.add_argument("--workers", type=int, required=True)
    arguments.add_argument("--cv-threads", type=int, help="OpenCV's own threads; its default without this")
    arguments.add_argument("--suffix", help="of the results; that of the input without this")
    chosen = arguments.parse_args()

    sources, targets = pairs(chosen.input, chosen.output, chosen.suffix)
    convert = STEPS[chosen.step](chosen.cv_threads)
    # Few hand-overs between processes, and still enough pieces for the workers to end together.
    chunk = max(1, len(sources) // (chosen.workers * 16))
    with start_pool(chosen.pool, chosen.workers) as pool:
        began = time.perf_counter()
        list(pool.map(convert_one, sources, targets, chunksize=chunk))
        print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
