"""QR codes as 1-bit images, thousands a second.

For one version, error level, mask and payload length a QR symbol is an affine function of the payload's bits over
GF(2): the symbol of zeros XOR one fixed pattern for each bit that is set. segno draws the zeros and the patterns once,
then a symbol is one XOR per byte. A fixed mask makes a valid QR code; ISO/IEC 18004 only advises the best one.
"""

from dataclasses import dataclass

import segno

LEVEL = "M"
MASK = 3
_CAPACITY = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213)
"""Bytes that versions 1–10 hold at level M (ISO/IEC 18004 table 7)."""


@dataclass(frozen=True, slots=True)
class QrSymbol:
    """`modules` × `modules` squares, dark = 1, each row filled to whole bytes: what a 1-bit PDF image wants."""

    modules: int
    bits: int

    @property
    def hex(self) -> str:
        return f"{self.bits:0{self.modules * _row_bytes(self.modules) * 2}x}"


_patterns: dict[int, list[list[int]]] = {}
_zeros: dict[int, int] = {}


def symbol(payload: str) -> QrSymbol:
    """The QR code of `payload` (UTF-8, at most 213 bytes): level M, quiet zone left to the paper.

    By table once `prepare` was called for a payload of this version, else drawn by segno; the same symbol either way.
    Raises ValueError for longer payloads.
    """
    data = payload.encode()
    version = _version(len(data))
    patterns = _patterns.get(version)
    bits = _drawn(data) if patterns is None else _zero_symbol(len(data))
    if patterns is not None:
        for pattern, byte in zip(patterns, data, strict=False):
            bits ^= pattern[byte]
    return QrSymbol(_modules(version), bits)


def prepare(payload_bytes: int) -> None:
    """Build the table of the version that holds `payload_bytes`: half a second once per process, for batches."""
    version = _version(payload_bytes)
    if version in _patterns:
        return
    longest = _CAPACITY[version - 1]
    zeros = _zero_symbol(longest)
    patterns = []
    for position in range(longest):
        single = [zeros ^ _drawn(_with_bit(longest, position, bit)) for bit in range(8)]
        by_byte = [0] * 256
        for byte in range(1, 256):
            low = byte & -byte
            by_byte[byte] = by_byte[byte ^ low] ^ single[low.bit_length() - 1]
        patterns.append(by_byte)
    _patterns[version] = patterns


def _with_bit(length: int, position: int, bit: int) -> bytes:
    return bytes(position) + bytes([1 << bit]) + bytes(length - position - 1)


def _zero_symbol(length: int) -> int:
    if length not in _zeros:
        _zeros[length] = _drawn(bytes(length))
    return _zeros[length]


def _drawn(data: bytes) -> int:
    version = _version(len(data))
    code = segno.make_qr(data, error=LEVEL, version=version, mode="byte", mask=MASK, boost_error=False)
    fill = bytes(-_modules(version) % 8)
    bits = "".join("1" if module else "0" for row in code.matrix for module in (*row, *fill))
    return int(bits, 2)


def _version(length: int) -> int:
    for version, capacity in enumerate(_CAPACITY, start=1):
        if length <= capacity:
            return version
    raise ValueError(f"{length} bytes are too long for a QR code on paper; at most {_CAPACITY[-1]}")


def _modules(version: int) -> int:
    return 17 + 4 * version


def _row_bytes(modules: int) -> int:
    return (modules + 7) // 8
