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
    framed. reset: half of the answer, then a TCP reset. refused: a TCP reset before any byte. stopped: closed in order, unanswered.
    """
    if fault.kind == "slow":
        await asyncio.sleep(float(fault.options.get("seconds", 3.0)))
        await send_answer(send, answer)
    elif fault.kind == "truncated":
        await send_answer(send, Answer(answer.body[: len(answer.body) // 2], answer.status, answer.headers))
    elif fault.kind == "timeout":
        await until_gone(receive)
    else:
        if fault.kind == "reset":
            await send(start_of(answer))
            await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
            await asyncio.sleep(0.02)  # lets the half arrive before the reset overtakes it
        _drop(scope["extensions"][TRANSPORT], reset=fault.kind != "stopped")
        await until_gone(receive)


def _drop(transport: asyncio.Transport, *, reset: bool) -> None:
    if not reset:
        transport.close()
        return
    # Closing with a linger time of zero makes the kernel send RST instead of FIN.
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()
