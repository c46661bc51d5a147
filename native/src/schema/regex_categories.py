#!/usr/bin/env python3
"""Writes regex_category_table.c: which characters are of which Unicode general category, from Python's unicodedata. Those
that are of none are unassigned.

Usage: native/src/schema/regex_categories.py > native/src/schema/regex_category_table.c
"""
import unicodedata

ORDER = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co".split()


def varint(number):
    out = []
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return out + [number]


def encode(category, categories):
    """Alternating lengths, as in varints: how many characters are not of it, then how many are."""
    out, run, inside = [], 0, False
    for other in categories:
        if (other == category) != inside:
            out += varint(run)
            run, inside = 0, not inside
        run += 1
    return out + varint(run) if inside else out


def main():
    categories = [unicodedata.category(chr(code)) for code in range(0x110000)]
    print(f"/* Written by regex_categories.py from Unicode {unicodedata.unidata_version}. */")
    print('#include "schema/regex_category_table.h"\n')
    print("/* clang-format off */")
    print("const uint8_t regex_category_bytes[] = {")
    at, places = 0, []
    for category in ORDER:
        encoded = encode(category, categories)
        places.append((at, len(encoded)))
        at += len(encoded)
        line = "    "
        for byte in encoded:
            if len(line) + len(f"{byte},") > 120:
                print(line)
                line = "    "
            line += f"{byte},"
        print(line)
    print("};\n/* clang-format on */\n")
    print("const struct regex_category_place regex_category_places[REGEX_CATEGORY_COUNT] = {")
    for category, (begin, size) in zip(ORDER, places):
        print(f"    [REGEX_{category.upper()}] = {{{begin}, {size}}},")
    print("};")


main()
