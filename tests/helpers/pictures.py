"""Small pictures, made on the spot."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QImage, QImageWriter


def png(width: int = 40, height: int = 30) -> bytes:
    """A picture."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0xFF3377AA)
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(data.data())
