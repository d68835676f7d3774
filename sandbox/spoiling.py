"""The faults that spoil the connection itself, down to a true TCP reset."""

import asyncio
import socket
import struct

from sandbox.asgi import Receive, Scope, Send, send_answer, start_of, until_gone
from sandbox.faults import Fault
from sandbox.wire import Answer

TRANSPORT = "sandbox.transport"  # the ASGI extension under which the server hands us the connection
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


async def spoil(fault: Fault, answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    """Do to the connection what the fault says; `answer` is what would have been sent.

    timeout: nothing, until the client leaves. slow: the answer after `options.seconds`. truncated: half of the JSON, correctly
    framed. endless: the answer, and blanks after it for as long as the client listens. reset: half of the answer, then a TCP reset. refused: a TCP reset before any byte. stopped: closed in order, unanswered.
    """
    if fault.kind == "slow":
        await asyncio.sleep(float(fault.options.get("seconds", 3.0)))
        await send_answer(send, answer)
    elif fault.kind == "truncated":
        await send_answer(send, Answer(answer.body[: len(answer.body) // 2], answer.status, answer.headers))
    elif fault.kind == "timeout":
        await until_gone(receive)
    elif fault.kind == "endless":
        await _pour(answer, receive, send)
    else:
        if fault.kind == "reset":
            await send(start_of(answer))
            await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
            await asyncio.sleep(0.02)  # lets the half arrive before the reset overtakes it
        _drop(scope["extensions"][TRANSPORT], reset=fault.kind != "stopped")
        await until_gone(receive)


async def _pour(answer: Answer, receive: Receive, send: Send) -> None:
    gone = asyncio.ensure_future(until_gone(receive))
    begun = start_of(answer)
    await send({**begun, "headers": [header for header in begun["headers"] if header[0] != b"content-length"]})
    await send({"type": "http.response.body", "body": answer.body, "more_body": True})
    while not gone.done():
        await send({"type": "http.response.body", "body": b" " * 65_536, "more_body": True})
        await asyncio.sleep(0)


def _drop(transport: asyncio.Transport, *, reset: bool) -> None:
    if not reset:
        transport.close()
        return
    # Closing with a linger time of zero makes the kernel send RST instead of FIN.
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()
