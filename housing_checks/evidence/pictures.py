"""Pictures written anew: turned the right way up, small enough to send, and with nothing in the file but what
can be seen. Place, time and camera (EXIF, XMP, IPTC), comments, colour profile, the small picture inside and
whatever else a phone appends are not carried over, because only the pixels are.
"""

from __future__ import annotations

import io
from contextlib import suppress

from PIL import Image, ImageCms, ImageOps

from housing_checks.evidence.file_kinds import HEIC, JPEG, PNG, WEBP
from housing_checks.evidence.kept_file import KeptFile, NotAccepted

MOST_PIXELS = 50_000_000
"""What the cameras of today's phones take at most in ordinary use; four bytes each while it is read."""
LONGEST_SIDE, THUMBNAIL_SIDE = 2_560, 320
"""Pixels of what is kept. 2,560 shows a crack in a wall and a label on a boiler, in about 1 MB."""
QUALITY, THUMBNAIL_QUALITY = 86, 70

_FORMATS = {JPEG: ("JPEG", "MPO"), PNG: ("PNG",), WEBP: ("WEBP",), HEIC: ("HEIF",)}
"""Only the decoder of the kind is asked; MPO is a JPEG with more pictures behind it, as some phones write."""

_SMOOTH = frozenset({"RGB", "RGBA", "L", "LA", "CMYK"})
"""Modes in which a picture can be made smaller as it is."""


def kept_picture(sent: bytes, kind: str) -> KeptFile:
    """The picture as it is kept, a JPEG with its thumbnail. Raises NotAccepted for what cannot be read whole,
    for one that moves, and for more pixels than are read here.
    """
    if kind == HEIC:
        _know_heic()
    try:
        with Image.open(io.BytesIO(sent), formats=_FORMATS[kind]) as opened:
            return _kept(opened, kind)
    except NotAccepted:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except MemoryError:
        raise NotAccepted("file-too-large", "memory") from None
    except Exception as fault:  # a decoder may fail in any way on bytes that somebody made up
        raise NotAccepted("file-unreadable", type(fault).__name__) from None


def _know_heic() -> None:
    import pi_heif

    pi_heif.register_heif_opener()


def _too_many_pixels() -> NotAccepted:
    return NotAccepted("file-too-large", f"at most {MOST_PIXELS // 1_000_000} million pixels")


def _kept(opened: Image.Image, kind: str) -> KeptFile:
    if opened.width * opened.height > MOST_PIXELS:
        raise _too_many_pixels()
    if kind in (PNG, WEBP) and getattr(opened, "n_frames", 1) > 1:
        raise NotAccepted("file-kind-not-accepted", "moving picture")
    opened.load()
    picture = opened if opened.mode in _SMOOTH else opened.convert("RGBA")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    seen = _in_plain_colours(ImageOps.exif_transpose(picture))
    content = _written(seen, QUALITY)
    width, height = seen.size
    seen.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return KeptFile("image/jpeg", content, _written(seen, THUMBNAIL_QUALITY), width, height)


def _in_plain_colours(picture: Image.Image) -> Image.Image:
    """The pixels alone, in sRGB on white: a new picture that knows nothing of the file it came from."""
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "L", "CMYK"):
        with suppress(ImageCms.PyCMSError, ValueError, OSError):
            picture = _in_srgb(picture, profile)
    layer = picture.convert("RGBA")
    plain = Image.new("RGB", layer.size, "white")
    plain.paste(layer, mask=layer.getchannel("A"))
    return plain


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    own, common = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(picture, own, common, outputMode="RGB") or picture


def _written(picture: Image.Image, quality: int) -> bytes:
    into = io.BytesIO()
    picture.save(into, "JPEG", quality=quality)
    return into.getvalue()
