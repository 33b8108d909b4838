"""How DirectAdmin writes its answers: url-encoded to excess, or JSON with tabs (recorded; panel-answers.md)."""

import json
from typing import Any, Iterable, Mapping, Tuple

from dunning_plugin.sandbox.directadmin.wire import Response

JSON = "application/json; charset=utf-8"


def excess(text: str) -> str:
    """Percent-encode everything but ASCII letters: digits, '_', '.' and the keys too; a space is %20."""
    return "".join(chr(byte) if chr(byte).isalpha() and byte < 128 else f"%{byte:02X}" for byte in text.encode())


def pairs(values: Iterable[Tuple[str, str]]) -> Response:
    """key=value&key=value, keys in the given order."""
    return Response(200, "&".join(f"{excess(key)}={excess(value)}" for key, value in values).encode())


def listing(names: Iterable[str]) -> Response:
    """list[]=a&list[]=b, as recorded: the brackets stay as they are."""
    return Response(200, "&".join(f"list[]={name}" for name in names).encode())


def tabbed(data: Any, status: int = 200) -> Response:
    """JSON indented with a tab, a newline at the end. What lies deeper stands on one line: it costs a
    tenth of nested_json, and no client minds."""
    if isinstance(data, dict) and data:
        lines = ",\n".join(f"\t{json.dumps(key)}: {json.dumps(value)}" for key, value in data.items())
        text = f"{{\n{lines}\n}}\n"
    elif isinstance(data, list) and data:
        text = "[\n" + ",\n".join(f"\t{json.dumps(value)}" for value in data) + "\n]\n"
    else:
        text = json.dumps(data) + "\n"
    return Response(status, text.encode(), JSON)


def nested_json(data: Any) -> Response:
    """JSON indented with tabs all the way down, as the list of DNS records was recorded (1.57.2, 2019)."""
    return Response(200, (json.dumps(data, indent="\t") + "\n").encode(), JSON)


def result(as_json: bool, error: bool, text: str, details: str) -> Response:
    """The outcome of a legacy command: no `error` key in JSON on success; error=0|1&text=…&details=… else.

    The digit after `error=` stands as it is (recorded, LOGIN_KEYS 2020: `error=0&text=Key%28s%29%20Deleted&…`); a shell
    client compares it so. Text and details are encoded like everything else."""
    if not as_json:
        return Response(200, f"error={int(error)}&text={excess(text)}&details={excess(details)}".encode())
    return tabbed({"error": text, "result": details} if error else {"result": details, "success": text})


def api_error(status: int, kind: str, message: str = "", **more: Any) -> Response:
    """An error of the /api endpoints: `type` as in the published description, and a message."""
    body: Mapping[str, Any] = {"type": kind, "message": message, **more} if message else {"type": kind, **more}
    return tabbed(body, status)
