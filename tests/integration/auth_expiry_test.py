"""Tokens that end: the notice, the new token in time, and what becomes of a session that has none."""

import asyncio
import time

import harness
import tokens
from tcp_proxy import TcpProxy

# A busy machine opens a session within LIFE - NOTICE, and refreshes it within NOTICE + GRACE.
NOTICE = 1.2  # seconds, like all here
GRACE = 1.5
LIFE = 3.0  # of a token that is to end
WINDOW = 8  # for all that a test does with a session that has no connection
MARGIN = 0.1  # a service looks every 100 ms
EXPIRED = ("token_expired", "reconnect", 4002)


class Ending(tokens.Stack):
    more_service_flags = (f"--token_notice={NOTICE}s", f"--token_grace={GRACE}s",
                          f"--resume_window={WINDOW}s")

    async def short(self, sub, room="hall", **options):
        """A member whose token ends soon, and when it does."""
        ends = time.time() + LIFE
        client = await self.member(sub, room, exp=ends, **options)
        return client, ends

    async def expect_end(self, client, ends):
        await self.refused(client, *EXPIRED)
        self.assertGreaterEqual(time.time(), ends + GRACE)

    async def outlive(self, ends):
        """A session whose token ends at that time is closed, a little later than any other of that time would be."""
        ends = max(ends, time.time() + 2.5) + 2 * MARGIN  # so that it gets in, however late it is
        witness = await self.seated(self.key.token("witness", "witness", exp=ends))
        await witness.expect("token_expiring")
        await self.expect_end(witness, ends)

    async def expect_texts(self, client, count, first=0):
        for number in range(first, first + count):
            await client.expect("message", data=number)


class RefreshTest(Ending):
    async def test_a_session_lives_on_with_a_new_token(self):
        ann, ends = await self.short("ann")
        plain_ends = time.time() + LIFE
        plain = await self.seated(self.key.token("bob", "hall", exp=plain_ends))
        await ann.expect("participant_joined", client_id="bob")
        for client, end in ((ann, ends), (plain, plain_ends)):
            said = await client.expect("token_expiring", expires_at=client.hello["token_expires_at"])
            self.assertNotIn("seq", said)
            self.assertGreaterEqual(time.time(), end - NOTICE, "not before it is due")
        for client, sub in ((ann, "ann"), (plain, "bob")):
            await client.send("refresh", token=self.key.token(sub, "hall"))
        await self.outlive(max(ends, plain_ends))
        # No answer came, no other notice and no end.
        await self.settle(ann, ann, plain)
        await ann.command("message", data="still here")
        await plain.expect("message", data="still here", client_id="ann")

    async def test_again_and_again(self):
        ann, _ = await self.short("ann", "chain")
        for _ in range(2):
            said = await ann.expect("token_expiring")
            await ann.send("refresh", token=self.key.token("ann", "chain", lifetime=LIFE))
            again = await ann.expect("token_expiring")
            self.assertGreater(again["expires_at"], said["expires_at"])
            await ann.send("refresh", token=self.key.token("ann", "chain", lifetime=LIFE))

    async def test_a_bad_one_changes_nothing(self):
        ann = await self.member("ann", "refuse")
        bob = await self.member("bob", "refuse")
        await ann.expect("participant_joined", client_id="bob")
        for code, token in (
                ("unauthenticated", "AAAA"),
                ("unauthenticated", self.key.token("ann", "refuse", lifetime=-1)),
                ("unauthenticated", tokens.Key("one").token("ann", "refuse")),
                ("unauthenticated", self.key.token("bob", "refuse")),
                ("permission_denied", self.key.token("ann", "elsewhere")),
                ("permission_denied", self.key.token("ann", "refuse", grants=["create"]))):
            await ann.send("refresh", token=token)
            error = await ann.expect_error(code, action="none", fatal=False)
            self.assertNotIn("reply_to", error)
            self.assertNotIn("seq", error)
        await ann.command("message", data=0)
        await self.expect_texts(bob, 1)

    async def test_nor_does_it_put_the_end_off(self):
        ann, ends = await self.short("ann", "refuse")
        await ann.expect("token_expiring")
        await ann.send("refresh", token=self.key.token("bob", "refuse"))
        await ann.expect_error("unauthenticated", fatal=False)
        await self.expect_end(ann, ends)

    async def test_one_that_the_service_never_got_is_sent_again(self):
        proxy = TcpProxy(self.service.port)
        await proxy.start()
        self.addAsyncCleanup(proxy.stop)
        behind = await asyncio.to_thread(self.start_gateway, proxy.port)
        ann, ends = await self.short("ann", "lost", gateway=behind)
        await ann.expect("token_expiring")
        proxy.hold()
        await ann.send("refresh", token=self.key.token("ann", "lost"))
        await ann.expect_nothing()  # the gateway has it
        proxy.cut()
        await self.outlive(ends)
        number = await ann.command("message", data="still here")
        while not ann.acks or ann.acks[-1] < number:
            # On the new stream the notice is due until the token is there too.
            self.assertIn((await ann.receive())["type"], ("ack", "token_expiring"))
        await ann.close()
        self.assertEqual(await asyncio.to_thread(behind.stop), 0, behind.log())


class EndTest(Ending):
    async def test_a_session_without_a_new_token_waits_for_one(self):
        bob = await self.member("bob", "hall")
        ann, ends = await self.short("ann")
        await bob.expect("participant_joined", client_id="ann")
        await ann.expect("token_expiring")
        await self.expect_end(ann, ends)
        for number in range(20):
            await bob.command("message", data=number)
        for token in (None, self.key.token("ann", "hall", lifetime=-1), self.key.token("ann", "elsewhere"), "AAAA"):
            await self.refused(await self.resume_with(ann, token), *EXPIRED)
        await bob.expect("participant_connection", client_id="ann", connected=False)
        stranger = await self.resume_with(ann, self.key.token("eve", "hall"))
        stranger.seq = 0
        opened = await stranger.expect("connected", resumed=False, resume_error="invalid", client_id="eve")
        self.assertNotEqual(opened["session_id"], ann.hello["session_id"])

        back = await self.resume_with(ann, self.key.token("ann", "hall"))
        back.hello = await back.expect("connected", resumed=True, client_id="ann", last_id=ann.next_id)
        self.assertGreater(back.hello["token_expires_at"], ann.hello["token_expires_at"])
        await self.expect_texts(back, 20)
        await bob.expect("participant_connection", client_id="ann", connected=True)
        back.next_id = ann.next_id
        for number in range(20):
            await back.command("message", data=number)
        await self.expect_texts(bob, 20)
        await self.settle(back, bob, back)

    async def test_a_resume_needs_no_token_before_the_end_and_one_after_it(self):
        ann, ends = await self.short("ann", "pause")
        ann.ws.transport.abort()
        back = await self.resume(ann)
        self.assertIs(back.hello["resumed"], True)
        self.assertEqual(back.hello["token_expires_at"], ann.hello["token_expires_at"])
        await back.expect("token_expiring", expires_at=ann.hello["token_expires_at"])
        await self.expect_end(back, ends)
        # A bad one is as none.
        await self.refused(await self.resume_with(back, "AAAA"), *EXPIRED)

    async def test_an_end_that_passes_while_the_client_is_away(self):
        ann, ends = await self.short("ann", "away")
        ann.ws.transport.abort()
        await self.outlive(ends)
        await self.refused(await self.resume_with(ann), *EXPIRED)
        back = await self.resume_with(ann, self.key.token("ann", "away"))
        await back.expect("connected", resumed=True)

    async def test_on_the_plain_path_it_is_the_end(self):
        bob = await self.member("bob", "plain")
        ends = time.time() + LIFE
        plain = await self.seated(self.key.token("ann", "plain", exp=ends))
        await bob.expect("participant_joined", client_id="ann")
        await plain.expect("token_expiring")
        await self.expect_end(plain, ends)
        await bob.expect("participant_left", client_id="ann", reason="timeout")


class LateTest(tokens.Stack):
    more_service_flags = ("--token_notice=30s",)

    async def test_who_is_late_is_told_at_once(self):
        """The notice would have come before the session did."""
        ann = await self.greeted(self.key.token("ann", lifetime=20))
        await ann.expect("token_expiring")


if __name__ == "__main__":
    harness.main()
