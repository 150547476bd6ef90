"""Tokens, of a service that runs open."""


async def token_in_the_address(play):
    """A token in the query, where logs and histories keep it, is refused unless the operator allows it."""
    page = await play.open("page", "/v1?access_token=e30.e30.c2ln")
    await page.hear_error("unauthenticated", action="close", fatal=True)
    await page.hear_close(4501)


async def refresh(play):
    """A new token on a session that stands: it has no id and no answer. A service that runs open reads none. Before `hello`
    there is nothing to refresh."""
    alice = await play.open("alice", "/v1")
    await alice.say("refresh", token="e30.e30.c2ln")
    await alice.hear_error("hello_required", action="none", fatal=False)
    await alice.say("hello", client_id="alice", token="e30.e30.c2ln")
    await alice.hear("connected")
    await alice.say("refresh", token="e30.e31.c2ln")
    await alice.say("refresh", valid=False)
    await alice.hear_error("invalid_message", action="none", fatal=False)
    await alice.say("leave", id=1)
    await alice.hear_error("not_in_room", reply_to=1)
