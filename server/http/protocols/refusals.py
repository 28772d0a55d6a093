"""Responses to requests that are too broken for the application."""

from server.http.responses import SAFE_HEADERS

# How long a rejected client can keep sending, which is discarded: a client whose connection is
# closed while it sends would not see the response.
LINGER_SECONDS = 1.0
REFUSAL = (
    "HTTP/1.1 {status}\r\n"
    + "".join(f"{name.lower()}: {value}\r\n" for name, value in SAFE_HEADERS.items())
    + "content-type: text/plain; charset=utf-8\r\ncontent-length: {length}\r\n"
    + "connection: close\r\n\r\n{sentence}\n"
)
BAD_REQUEST = "400 Bad Request"
TOO_LARGE = "431 Request Header Fields Too Large"


def write_refusal(status: str, sentence: str) -> bytes:
    refusal = REFUSAL.format(status=status, length=len(sentence) + 1, sentence=sentence)
    return refusal.encode()
