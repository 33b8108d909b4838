"""A form with a file in it (RFC 7578), as /api/plugin-manager/plugins/install-file takes it."""

import re
from typing import Dict, NamedTuple

from dunning_plugin.sandbox.directadmin.endpoints import BadRequest
from dunning_plugin.sandbox.directadmin.wire import Request

BOUNDARY = re.compile(r'^multipart/form-data\s*;.*boundary="?([^";]{1,70})"?', re.IGNORECASE)
PARAMETER = re.compile(r';\s*(name|filename)="((?:[^"\\]|\\.)*)"', re.IGNORECASE)


class Part(NamedTuple):
    """One field of the form; `filename` is '' unless it is a file."""

    content: bytes
    filename: str = ""


def parts(request: Request) -> Dict[str, Part]:
    """The fields of a multipart form by name. BadRequest if the body is none."""
    boundary = BOUNDARY.match(request.header("content-type"))
    if boundary is None:
        raise BadRequest("the body is no multipart form")
    # Every delimiter stands at the beginning of a line, the first one too.
    pieces = (b"\r\n" + request.body).split(b"\r\n--" + boundary[1].encode("latin-1"))
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise BadRequest("the multipart form is cut short")
    found: Dict[str, Part] = {}
    for piece in pieces[1:-1]:
        head, empty_line, content = piece.partition(b"\r\n\r\n")
        named = {key.lower(): value for key, value in PARAMETER.findall(_disposition(head))}
        if not empty_line or "name" not in named:
            raise BadRequest("a part of the multipart form has no name")
        found[named["name"]] = Part(content, named.get("filename", ""))
    return found


def _disposition(head: bytes) -> str:
    lines = head.decode("utf-8", "replace").split("\r\n")
    return next((line for line in lines if line.lower().startswith("content-disposition:")), "")
