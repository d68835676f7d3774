"""Ports of this machine."""

import socket

HOST = "127.0.0.1"


class PortInUseError(Exception):
    """Somebody listens on a port that was asked for by name."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} is in use; choose another with --port {port + 1}")
        self.port = port


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on, all different because all are held until the last is found."""
    held = [socket.socket() for _ in range(count)]
    try:
        for holder in held:
            holder.bind((HOST, 0))
        return [int(holder.getsockname()[1]) for holder in held]
    finally:
        for holder in held:
            holder.close()


def require_free(port: int) -> None:
    """Check that a server could listen on a port.

    Raises:
        PortInUseError: somebody does already.
    """
    with socket.socket() as trial:
        # Like every server: connections of a previous run that are still closing do not count.
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError as error:
            raise PortInUseError(port) from error
