"""Seeded mutations of whole pictures. Owns: how a file is changed. Does not own: what is run on it (`run`)."""

import struct
import zlib


def mutate(data, random):
    """A changed copy: bits, bytes, runs, cuts, repeats, markers, lengths. PNGs are given right checksums half of the time, for
    otherwise nothing behind the first checksum would ever be looked at."""
    data = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 4, 16))):
        random.choice(WAYS)(data, random)
    if data.startswith(b"\x89PNG") and random.random() < 0.5:
        mend(data)
    return bytes(data)


def place(data, random):
    """Half of the places are in the first KiB, where headers are."""
    end = len(data) if random.random() < 0.5 else min(len(data), 1024)
    return random.randrange(max(end, 1))


def flip(data, random):
    if data:
        data[place(data, random)] ^= 1 << random.randrange(8)


def byte(data, random):
    if data:
        data[place(data, random)] = random.choice((0, 1, 0x7F, 0x80, 0xD9, 0xFE, 0xFF, random.randrange(256)))


def word(data, random):
    at = place(data, random)
    value = random.choice((0, 1, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF))
    packed = struct.pack(">I", value) if random.random() < 0.5 else struct.pack(">H", value & 0xFFFF)
    data[at : at + len(packed)] = packed


def cut(data, random):
    del data[place(data, random) :]


def lose(data, random):
    at = place(data, random)
    del data[at : at + random.randrange(1, 64)]


def repeat(data, random):
    at, length = place(data, random), random.choice((1, 4, 64, 4096))
    data[at:at] = data[at : at + length] * random.choice((1, 2, 50))


def noise(data, random):
    at = place(data, random)
    data[at : at + 16] = random.randbytes(16)


def move(data, random):
    source, length = place(data, random), random.randrange(1, 256)
    at = place(data, random)
    data[at:at] = data[source : source + length]


def marker(data, random):
    """A JPEG marker where there was none; in other formats two bytes like any."""
    at = place(data, random)
    data[at : at + 2] = bytes((0xFF, random.choice((0xC0, 0xC2, 0xC4, 0xD0, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD, 0xE1))))


WAYS = (flip, flip, byte, byte, word, cut, lose, repeat, noise, move, marker)


def mend(data):
    """Writes the right checksum behind every chunk that is all there."""
    at = 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            return
        struct.pack_into(">I", data, end, zlib.crc32(data[at + 4 : end]))
        at = end + 4
