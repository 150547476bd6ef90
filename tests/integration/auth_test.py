"""Who gets in: tokens by every way they come, and that a client is who its token says."""

import harness
import tokens

VICTIM = "victim"


class Carriers(tokens.Stack):
    """The ways on which a token comes; each opens a socket and, on `/v1`, says hello."""

    async def by_hello(self, path, token):
        client = await self.open(path)
        await client.send("hello", token=token)
        return client

    async def by_header(self, path, token):
        return await self._greeting(path, headers={"Authorization": f"Bearer {token}"})

    async def by_subprotocol(self, path, token):
        client = await self._greeting(path, subprotocols=["signaling.v1", f"bearer.{token}"])
        self.assertEqual(client.ws.subprotocol, "signaling.v1")
        return client

    async def by_query(self, path, token):
        return await self._greeting(f"{path}?token={token}")

    async def _greeting(self, path, **options):
        client = await self.open(path, **options)
        if path.startswith("/v1"):
            await client.send("hello")
        return client

    def ways(self):
        """(path, way), all of them but the query."""
        return [("/v1", self.by_hello), *((path, way) for path in ("/", "/v1")
                                          for way in (self.by_header, self.by_subprotocol))]


class TokensTest(Carriers):
    def bad_tokens(self):
        """(what is wrong, the token)."""
        good = self.key.token("ann", "lobby")
        head, body, signature = good.split(".")
        eve = self.key.token("eve", "lobby").split(".")
        return (
            ("not a JWT", "AAAA"),
            ("another body", ".".join((head, eve[1], signature))),
            ("without signature", f"{head}.{body}."),
            ("of an unknown key", tokens.Key("one").token("ann", "lobby")),
            ("of an unknown kid", tokens.Key("two").token("ann", "lobby")),
            ("HMAC with a public key", tokens.Key("one", "HS256").token("ann", "lobby")),
            ("expired", self.key.token("ann", "lobby", lifetime=-1)),
            ("for later", self.key.token("ann", "lobby", nbf=4102444800)),
            ("for ever", self.key.token("ann", "lobby", exp=None)),
            ("for another audience", self.key.token("ann", "lobby", aud="another")),
            ("nobody's", self.key.token("ann", "lobby", sub=None)))

    async def test_who_has_none_does_not_get_in(self):
        self.assertEqual(self.service.count("open"), 0)
        for path in ("/", "/v1"):
            client = await self.open(path)
            if path == "/v1":
                await client.send("hello")
            await self.refused(client)
        empty = await self.by_hello("/v1", "")
        await self.refused(empty)

    async def test_who_has_a_bad_one_does_not_get_in(self):
        for what, token in self.bad_tokens():
            for path, way in self.ways():
                with self.subTest(what, path=path, way=way.__name__):
                    message = await self.refused(await way(path, token))
                    self.assertNotIn(token, message)
        for log in (self.service.log(), self.gateway.log()):
            for _, token in self.bad_tokens():
                self.assertNotIn(token.split(".")[0] + ".", log, "no token is logged")

    async def test_who_has_a_good_one_gets_in_by_every_way(self):
        for path, way in self.ways():
            with self.subTest(path=path, way=way.__name__):
                client = await way(path, self.key.token("ann", "lobby"))
                connected = await client.expect("connected", client_id="ann")
                self.assertIn("token_expires_at", connected)
                self.assertEqual(connected.get("room", {}).get("room"), "lobby" if path == "/" else None)
                await client.close()

    async def test_each_kind_of_key_lets_in(self):
        keys = [tokens.Key(algorithm, algorithm) for algorithm in tokens.KINDS]
        tokens.replace(self.key_file, tokens.jwks(self.key, *keys))
        await harness.eventually(
            lambda: self.service.metrics()["signaling_auth_keys"] == 1 + len(keys), "the keys are read")
        for key in keys:
            client = await self.greeted(key.token(key.kid, "lobby"))
            self.assertEqual(client.client_id, key.kid)

    async def test_not_one_in_the_address(self):
        for path in ("/", "/v1"):
            # Refused before anything is said.
            await self.refused(await self.open(f"{path}?token={self.key.token('ann', 'lobby')}"))
            # Nor where another way has a good one.
            await self.refused(await self.open(
                f"{path}?access_token=x", headers={"Authorization": f"Bearer {self.key.token('ann', 'lobby')}"}))


class QueryTest(Carriers):
    more_gateway_flags = ("--allow_query_token",)

    async def test_one_in_the_address_where_the_operator_allows_it(self):
        for path in ("/", "/v1"):
            client = await self.by_query(path, self.key.token("ann", "lobby"))
            await client.expect("connected", client_id="ann")
            await self.refused(await self.by_query(path, self.key.token("ann", "lobby", lifetime=-1)))


class IdentityTest(tokens.Stack):
    async def test_the_name_is_the_tokens(self):
        token = self.key.token("ann", "lobby")
        named = await self.greeted(token, client_id="ann")
        self.assertEqual(named.client_id, "ann")
        pretender = await self.open("/v1")
        await pretender.send("hello", token=token, client_id=VICTIM)
        await self.refused(pretender, "client_id_mismatch", close=4500)
        plain = await self.open(f"/?client_id={VICTIM}", headers={"Authorization": f"Bearer {token}"})
        await self.refused(plain, "client_id_mismatch", close=4500)

    async def test_nobody_takes_another_name(self):
        other = await self.member("bob", "names")
        client = await self.seated(self.key.token("ann", "names"))
        await other.expect("participant_joined", client_id="ann")
        # Without tokens the first message would say who it is.
        await client.send("offer", sdp=harness.SDP, client_id=VICTIM)
        await client.expect_error("client_id_mismatch", fatal=False)
        await client.send("offer", sdp=harness.SDP, client_id="ann")
        await other.expect("offer", client_id="ann")
        await other.command("answer", sdp=harness.SDP, client_id="ann", to="ann")
        await other.expect_error("client_id_mismatch", fatal=False)

    async def test_what_the_token_says_of_a_client_reaches_the_others_and_stays(self):
        watcher = await self.member("bob", "names")
        claims = {"name": "Ann", "metadata": {"role": "teacher"}}
        ann = await self.greeted(self.key.token("ann", "names", **claims), metadata={"name": "Eve", "mood": "good"})
        await self.join(ann, "names", metadata={"role": "pupil", "mood": "bad"})
        said = {"name": "Ann", "role": "teacher"}
        joined = await watcher.expect("participant_joined", client_id="ann")
        self.assertEqual(joined["participant"]["metadata"], {**said, "mood": "bad"})
        for metadata, seen in (({"role": "pupil", "shoes": "red"}, {**said, "shoes": "red"}), ({}, said)):
            await ann.command("update", metadata=metadata)
            updated = await watcher.expect("participant_updated", client_id="ann")
            self.assertEqual(updated["participant"]["metadata"], seen)
        # A new token says it anew.
        await ann.send("refresh", token=self.key.token("ann", "names", name="Dr. Ann"))
        updated = await watcher.expect("participant_updated", client_id="ann")
        self.assertEqual(updated["participant"]["metadata"], {"name": "Dr. Ann"})
        newcomer = await self.member("cem", "names")
        [seen] = [one for one in newcomer.joined["participants"] if one["client_id"] == "ann"]
        self.assertEqual(seen["metadata"], {"name": "Dr. Ann"})
        await self.seated(self.key.token("dan", "names", name="Dan"))
        joined = await newcomer.expect("participant_joined", client_id="dan")
        self.assertEqual(joined["participant"]["metadata"], {"name": "Dan"})


if __name__ == "__main__":
    harness.main()
