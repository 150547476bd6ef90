"""The alerts about calls: they do not come about, or take long. Clients report what the alerts are about, as real ones do."""

import asyncio
import signal

import monitoring
from monitoring import harness

GATEWAY = "signaling-gateway"
SERVICE = "signaling-service"


class SetupsTest(monitoring.Live):
    async def test_setups_unanswered(self):
        """Somebody who is called goes away instead of answering."""
        caller = await self.v1(room="unanswered")

        async def call():
            called = await self.v1(room="unanswered")
            await caller.expect("participant_joined", client_id=called.client_id)
            await caller.command("offer", sdp=harness.SDP, to=called.client_id)
            await called.expect("offer")
            await called.close()
            await caller.expect("participant_left", client_id=called.client_id)

        await self.fires("SignalingSetupsUnanswered", again=call, job=SERVICE)

    async def call(self, room, **report):
        """A set-up as far as signaling goes, and what the caller says of the rest."""
        caller, called = await self.pair(room)
        await caller.command("offer", sdp=harness.SDP)
        await called.expect("offer")
        await called.command("answer", sdp=harness.SDP.replace("actpass", "active"), to=caller.client_id)
        await caller.expect("answer")
        await caller.send("report", to=called.client_id, **report)
        await self.settle(caller)
        await called.close()
        await caller.expect("participant_left", client_id=called.client_id)
        await caller.close()

    async def test_media_fails(self):
        calls = iter(range(1000))
        await self.fires("SignalingMediaFails", job=SERVICE, again=lambda: self.call(
            f"media-{next(calls)}", state="failed", reason="ice", setup_ms=15000))

    async def test_setups_are_slow(self):
        calls = iter(range(1000))
        await self.fires("SignalingSetupsSlow", job=SERVICE, again=lambda: self.call(
            f"slow-{next(calls)}", state="connected", candidate_type="relay", setup_ms=20000))
        await self.expect_quiet("SignalingMediaFails", "SignalingSetupsUnanswered")

    async def test_connects_are_slow(self):
        """The service does nothing for a while, again and again."""
        async def connect_while_it_stands():
            self.service.send_signal(signal.SIGSTOP)
            try:
                connecting = [asyncio.create_task(self.v1()) for _ in range(5)]
                await asyncio.wait(connecting, timeout=1.5)
            finally:
                self.service.send_signal(signal.SIGCONT)
            for client in await asyncio.gather(*connecting):
                await client.close()

        await self.fires("SignalingConnectsSlow", again=connect_while_it_stands, job=GATEWAY)


class RelayTest(monitoring.Live):
    # Signals wait for the next write to their gateway.
    service_flags = ("--resume_window=2s", "--link_flush_interval=100ms")

    async def test_relay_is_slow(self):
        first, second = await self.pair("relay")

        async def trickle():
            for number in range(10):
                await first.command("ice_candidate", candidate=harness.candidate(number + 1), sdpMid="0")
            for _ in range(10):
                await second.expect("ice_candidate")

        await self.fires("SignalingRelaySlow", again=trickle, job=SERVICE)


if __name__ == "__main__":
    harness.main()
