"""Random values of every type, each with the bytes that the Python driver's encoder makes of it.

    values.py [--seed N] [--each N]

Prints a line per value: the type as its server class, the value as JSON, the bytes as hex, with tabs between. JSON has no
form for most of CQL's values: whole numbers and reals are text, blobs hex, dates days and times nanoseconds, durations and
decimals lists of their parts, maps lists of pairs. `tests/examples/encoder.rs` reads it.
"""

import argparse
import decimal
import ipaddress
import json
import random
import struct
import uuid

from cassandra import cqltypes
from cassandra.util import Date, Duration, Time

PROTOCOL = 4


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=1000)
    args = parser.parse_args()
    for name, make in TYPES:
        cql = cqltypes.lookup_casstype(name)
        # A type's values do not depend on which types stand before it.
        rng = random.Random(f"{args.seed} {name}")
        for _ in range(args.each):
            value, shown = make(rng)
            encoded = cql.to_binary(value, PROTOCOL)
            print(name, json.dumps(shown, ensure_ascii=False), encoded.hex(), sep="\t")


# A maker of a type draws a value as Python has it, and the same as it is shown in JSON.


def whole(bits):
    """Numbers of all lengths, the ends of the range more often than chance has them."""
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1

    def make(rng):
        length = rng.randrange(1, bits)
        value = rng.choice([low, high, 0, -1, rng.getrandbits(length), -1 - rng.getrandbits(length)])
        return value, str(value)

    return make


def real(pattern):
    width = struct.calcsize(pattern)

    def make(rng):
        while True:
            (value,) = struct.unpack(pattern, rng.randbytes(width))
            if value == value:  # NaN has many forms, and no client keeps them apart
                value = rng.choice([value, 0.0, -0.0, float("inf"), float("-inf"), 1.5])
                return value, repr(value)

    return make


def text(letters):
    def make(rng):
        value = "".join(rng.choice(letters) for _ in range(rng.choice([0, 1, 3, 20, 200])))
        return value, value

    return make


def blob(rng):
    value = rng.randbytes(rng.choice([0, 1, 8, 300]))
    return value, value.hex()


def boolean(rng):
    value = rng.random() < 0.5
    return value, value


def varint(rng):
    value = rng.getrandbits(rng.choice([1, 7, 8, 15, 16, 63, 64, 127, 128, 200])) * rng.choice([1, -1])
    return value, str(value)


def decimals(rng):
    unscaled, shown = varint(rng)
    scale = rng.choice([0, 1, -1, 2, 20, -20, 1000])
    digits = tuple(map(int, str(abs(unscaled))))
    return decimal.Decimal((int(unscaled < 0), digits, -scale)), [shown, scale]


def identifier(version):
    def make(rng):
        value = uuid.UUID(int=rng.getrandbits(128), version=version)
        return value, str(value)

    return make


def inet(rng):
    if rng.random() < 0.5:
        value = str(ipaddress.IPv4Address(rng.getrandbits(32)))
    else:
        value = str(ipaddress.IPv6Address(rng.choice([0, 1, 2**128 - 1, rng.getrandbits(128), 0xFFFF01020304])))
    return value, value


def date(rng):
    days = rng.choice([0, -1, -(2**31), 2**31 - 1, rng.randrange(-800_000, 3_000_000)])
    return Date(days), days


def time(rng):
    nanoseconds = rng.choice([0, 86_399_999_999_999, rng.randrange(86_400_000_000_000)])
    return Time(nanoseconds), nanoseconds


def timestamp(rng):
    milliseconds = rng.choice([0, -1, -62_135_596_800_000, rng.randrange(-(2**45), 2**45), rng.getrandbits(62)])
    return milliseconds, milliseconds


def duration(rng):
    sign = rng.choice([1, -1])
    part = lambda bits: sign * rng.choice([0, 1, 2 ** (bits - 1) - 1, rng.getrandbits(rng.randrange(1, bits))])
    parts = [part(32), part(32), part(64)]
    return Duration(*parts), parts


def several(element, order=None, most=6):
    """A list, or a set if there is an order of its elements: then they are distinct, and stand in it."""
    _, make = element

    def draw(rng):
        drawn = [make(rng) for _ in range(rng.randrange(most + 1))]
        if order:
            drawn = sorted({order(value): (value, shown) for value, shown in drawn}.items())
            drawn = [pair for _, pair in drawn]
        return [value for value, _ in drawn], [shown for _, shown in drawn]

    return draw


def mapping(key, value):
    keys, (_, make) = several(key, order=lambda k: k), value

    def draw(rng):
        drawn = [(key, shown, *make(rng)) for key, shown in zip(*keys(rng))]
        return {key: value for key, _, value, _ in drawn}, [[shown, value] for _, shown, _, value in drawn]

    return draw


def members(*types, last=False):
    """Of a tuple or user-defined type: each may be null; if there is always a `last` one, that one not."""

    def draw(rng):
        drawn = [(None, None) if rng.random() < 0.2 else make(rng) for _, make in types]
        if last:
            drawn[-1] = types[-1][1](rng)
        return tuple(value for value, _ in drawn), [shown for _, shown in drawn]

    return draw


def vector(element, dimension):
    _, make = element

    def draw(rng):
        drawn = [make(rng) for _ in range(dimension)]
        return [value for value, _ in drawn], [shown for _, shown in drawn]

    return draw


def named(class_name, make):
    return class_name, make


def classes(*types):
    return ",".join(name for name, _ in types)


LETTERS = [chr(at) for at in range(128)]
WIDE = LETTERS + list("äßżółw漢字🐢\u0000\uffff\U0010ffff")

ASCII = named("AsciiType", text(LETTERS))
TEXT = named("UTF8Type", text(WIDE))
INT = named("Int32Type", whole(32))
BIGINT = named("LongType", whole(64))
FLOAT = named("FloatType", real(">f"))
DOUBLE = named("DoubleType", real(">d"))
VARINT = named("IntegerType", varint)
DECIMAL = named("DecimalType", decimals)
TIMESTAMP = named("TimestampType", timestamp)
DURATION = named("DurationType", duration)
INET = named("InetAddressType", inet)
UUID = named("UUIDType", identifier(4))

LIST = named(f"ListType({classes(INT)})", several(INT))
SET = named(f"SetType({classes(TEXT)})", several(TEXT, order=lambda value: value))
MAP = named(f"MapType({classes(BIGINT, DECIMAL)})", mapping(BIGINT, DECIMAL))
TUPLE = named(f"TupleType({classes(INT, TEXT, UUID)})", members(INT, TEXT, UUID))


def user_type(name, fields, types):
    """A field that is null at the end may be left out, and our encoder does so: the last one is never null here."""
    described = [f"{field.encode().hex()}:{cls}" for field, (cls, _) in zip(fields, types)]
    class_name = f"UserType(outsiders,{name.encode().hex()},{','.join(described)})"
    return named(class_name, members(*types, last=True))


PLACE = user_type("place", ["street", "near", "height"], [TEXT, named(f"FrozenType({LIST[0]})", LIST[1]), DOUBLE])

TYPES = [
    ASCII,
    TEXT,
    named("BytesType", blob),
    named("BooleanType", boolean),
    named("ByteType", whole(8)),
    named("ShortType", whole(16)),
    INT,
    BIGINT,
    named("CounterColumnType", whole(64)),
    VARINT,
    DECIMAL,
    FLOAT,
    DOUBLE,
    UUID,
    named("TimeUUIDType", identifier(1)),
    INET,
    named("SimpleDateType", date),
    named("TimeType", time),
    TIMESTAMP,
    DURATION,
    LIST,
    SET,
    MAP,
    TUPLE,
    PLACE,
    named(f"ListType({classes(DURATION)})", several(DURATION)),
    named(f"SetType({classes(TIMESTAMP)})", several(TIMESTAMP, order=lambda value: value)),
    named(f"MapType({classes(TEXT, INET)})", mapping(TEXT, INET)),
    named(f"ListType(FrozenType({MAP[0]}))", several(MAP)),
    named(f"MapType({INT[0]},FrozenType({SET[0]}))", mapping(INT, SET)),
    named(f"TupleType({classes(TUPLE, PLACE)})", members(TUPLE, PLACE)),
    user_type("nested", ["place", "pair"], [named(f"FrozenType({PLACE[0]})", PLACE[1]), TUPLE]),
    named(f"VectorType({FLOAT[0]} , 3)", vector(FLOAT, 3)),
    named(f"VectorType({VARINT[0]} , 4)", vector(VARINT, 4)),
    named(f"VectorType({TEXT[0]} , 2)", vector(TEXT, 2)),
    named(f"VectorType(FrozenType({LIST[0]}) , 2)", vector(LIST, 2)),
    named(f"ListType(FrozenType(VectorType({DOUBLE[0]} , 2)))", several(named("", vector(DOUBLE, 2)))),
]


if __name__ == "__main__":
    main()
