"""What a program overrides."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Tuple

from .errors import SignalingError
from .values import Disconnected, IceCandidate, IceServer, Participant, SessionDescription


class Handlers:
    """Called as messages come. Every one does nothing by default.

    Order: what comes from one participant is handled one after another, in the order in which it came, so an offer is done
    before its first candidate begins. Participants do not wait for each other, nor does the connection for any handler.
    `handle_connected` comes before all others of a session, `handle_disconnected` after all of them.

    A session outlives its connections: where one breaks, the handlers that run go on, and after `handle_resumed` comes what
    was missed meanwhile, in order. Only at the end of a session the handlers that still run are cancelled, and what waits for
    them is dropped: there is nobody left to answer. One that takes longer than 1 s for that (in its `finally`) ends beside
    the next session; what it sends then goes there.

    A handler that raises is logged, and the next message is handled. So it is where it waited for something that was
    cancelled by somebody else (Python 3.11 and newer; 3.10 cannot tell). Who cancels the handler's own task ends the client.

    At most 128 messages of one participant wait. Further ones of it are dropped, with a warning in the log, and its
    candidates until its next offer or answer; that it came or left is told always. Nobody else suffers. Where 1024 wait in
    all, the session ends (`Disconnected.reason` says so) and the client connects again.
    """

    async def handle_connected(self, ice_servers: Tuple[IceServer, ...], ice_transport_policy: str) -> None:
        """A session began; the client is in its room, with those in `participants`. Again after one that was lost.

        ice_servers: for peer connections made from now on.
        ice_transport_policy: "all", or "relay": then use relay candidates only.
        """

    async def handle_reconnecting(self, reason: Disconnected) -> None:
        """The connection broke, and the session has not: what is sent now is kept for it, and so is what others send. Comes
        once, however many attempts it takes; then `handle_resumed`, or `handle_disconnected`."""

    async def handle_resumed(self) -> None:
        """The session goes on as if nothing had been. Nothing is lost, in neither direction."""

    async def handle_ice_servers(self, ice_servers: Tuple[IceServer, ...]) -> None:
        """Fresh ICE servers, before the credentials of those before end. For the connections made from now on."""

    async def handle_participant_joined(self, participant: Participant) -> None:
        """Somebody came in."""

    async def handle_participant_updated(self, participant: Participant, former_id: str) -> None:
        """Its metadata is another one. former_id: its client_id until now, mostly the same."""

    async def handle_participant_connection(self, participant: Participant) -> None:
        """Its socket has been gone for a second, or is back (`participant.connected`). It is in the room all the same."""

    async def handle_participant_left(self, client_id: str, reason: str) -> None:
        """reason: "left", "timeout", "kicked", "replaced", "overflow" or "closed"."""

    async def handle_offer(self, client_id: str, offer: SessionDescription) -> None:
        """An offer of client_id. Answer it with `send_answer(client_id, …)` or `send_reject(client_id, …)`."""

    async def handle_answer(self, client_id: str, answer: SessionDescription) -> None:
        """The answer of client_id to an offer of yours."""

    async def handle_ice_candidate(self, client_id: str, candidate: IceCandidate) -> None:
        """A candidate of client_id. An empty one says that there are no more."""

    async def handle_reject(self, client_id: str, reason: str) -> None:
        """client_id does not take your offer. reason: "busy", "declined" or "unsupported"."""

    async def handle_message(self, client_id: Optional[str], data: Any) -> None:
        """A message of a participant, or of the server's operator (client_id is None). data: any JSON."""

    async def handle_error(self, error: SignalingError) -> None:
        """The server did not do what a message of yours asked for: the one for which `send_…` or `update()` returned
        `error.reply_to`. The session goes on."""

    async def handle_event(self, type_: str, message: Mapping[str, Any]) -> None:
        """Any message that no other handler is for, as it came: "room_locked", "offer_claimed" and so on."""

    async def handle_disconnected(self, reason: Disconnected) -> None:
        """A session that had begun is lost, or ended in another way than by `close()`.

        What it had not got acknowledged is not sent again (`reason.lost_messages`), and the others saw it leave. The client
        joins its room anew meanwhile, so this may wait for the next session (`wait_connected()`). Other handlers of that one
        begin when this is done; when that one ends too, or with `close()`, this is cancelled, as they are.
        """
