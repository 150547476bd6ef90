"""Claims that are wrong, and those at the very edge. Signed by whom one believes."""
import json

from corpus import AUDIENCE, ISSUER, NOW, claims, sign

LEEWAY = 60
BAD_EXP, EXPIRED = "exp is missing or not a time", "has expired"
BAD_NBF, EARLY = "nbf is not a time", "not valid yet"


def add_claim_cases(corpus, keys):
    key = keys["HS256"]

    def token(payload):
        return sign(key, "HS256", {"alg": "HS256", "kid": "HS256"}, payload)

    def good(title, identity=None, /, **changes):
        corpus.good(title, token(claims(**changes)), "all", **(identity or {}))

    def bad(title, says, /, **changes):
        corpus.bad(title, token(claims(**changes)), "all", says)

    def raw(name, says, claim, text):
        """A number as json.dumps would not write it."""
        payload = json.dumps(claims(**{claim: "@"})).replace('"@"', text)
        if says:
            corpus.bad(name, token(payload), "all", says)
        else:
            corpus.good(name, token(payload), "all")

    # exp and nbf
    good("exp in a while", {"expires": NOW + 600})
    good("exp now", {"expires": NOW}, exp=NOW)
    good("exp within the leeway ends now", {"expires": NOW}, exp=NOW - LEEWAY + 1)
    bad("exp at the leeway", EXPIRED, exp=NOW - LEEWAY)
    bad("exp beyond the leeway", EXPIRED, exp=NOW - LEEWAY - 1)
    good("exp with a fraction", {"expires": NOW + 2.5}, exp=NOW + 2.5)
    good("exp a fraction within the leeway", {"expires": NOW}, exp=NOW - LEEWAY + 0.25)
    bad("exp a fraction beyond the leeway", EXPIRED, exp=NOW - LEEWAY - 0.25)
    bad("exp 0", EXPIRED, exp=0)
    for value in (None, str(NOW + 600), -1, True, [NOW + 600], {"at": NOW}, 253402300800, NOW * 1000_000):
        bad(f"exp {value!r}", BAD_EXP, exp=value)
    raw("exp null", BAD_EXP, "exp", "null")
    raw("exp 1e12", BAD_EXP, "exp", "1e12")
    raw("exp 1e308", BAD_EXP, "exp", "1e308")
    raw("exp -0.5", BAD_EXP, "exp", "-0.5")
    raw("exp with an exponent", None, "exp", "1.8000006e9")
    for text in ("1e400", "99999999999999999999", "0x7fffffff", "Infinity", "+1800000600", "1800000600."):
        raw(f"exp {text}", "claims are not a JSON object", "exp", text)
    good("nbf now", nbf=NOW)
    good("nbf within the leeway", nbf=NOW + LEEWAY - 1)
    good("nbf at the leeway", nbf=NOW + LEEWAY)
    bad("nbf beyond the leeway", EARLY, nbf=NOW + LEEWAY + 1)
    bad("nbf a fraction beyond", EARLY, nbf=NOW + LEEWAY + 0.5)
    bad("nbf in a year", EARLY, nbf=NOW + 31_536_000)
    for value in ("0", -1, False, [], 1e12):
        bad(f"nbf {value!r}", BAD_NBF, nbf=value)
    raw("nbf null", BAD_NBF, "nbf", "null")

    # aud and iss
    says = "aud is not this service's"
    good("aud in an array", aud=["other", AUDIENCE])
    good("aud in an array twice", aud=[AUDIENCE, AUDIENCE])
    for value in (None, "", "other", [], ["other"], 7, True, {AUDIENCE: 1}, AUDIENCE + "s", AUDIENCE[:-1], "signal",
                  AUDIENCE.upper(), f" {AUDIENCE}", f"{AUDIENCE},other", [[AUDIENCE]], [AUDIENCE, 7], [None], "*"):
        bad(f"aud {value!r}", says, aud=value)
    raw("aud null", says, "aud", "null")
    says = "iss is not the expected issuer"
    for value in (None, "", "https://other.example", ISSUER + "/", ISSUER[:-1], ISSUER.upper(), [ISSUER], 7):
        bad(f"iss {value!r}", says, iss=value)

    # sub
    says = "sub is missing or not a valid id"
    good("sub with every kind of character", {"client_id": "a.Z_0~:@-"}, sub="a.Z_0~:@-")
    good("sub of 128 characters", {"client_id": "s" * 128}, sub="s" * 128)
    for value in (None, "", "s" * 129, "a b", "a/b", "a\nb", "é", "a*", "*", "'", 7, True, ["alice"], {"id": "alice"}):
        bad(f"sub {str(value)[:12]!r}", says, sub=value)

    # room and rooms
    good("no room", {"rooms": []})
    good("room", {"rooms": ["lobby"]}, room="lobby")
    good("room with a star", {"rooms": ["team-*"]}, room="team-*")
    good("every room", {"rooms": ["*"]}, room="*")
    good("rooms", {"rooms": ["a", "b*", "*"]}, rooms=["a", "b*", "*"])
    good("no rooms", {"rooms": []}, rooms=[])
    good("100 rooms", {"rooms": [f"r{i}" for i in range(100)]}, rooms=[f"r{i}" for i in range(100)])
    bad("101 rooms", "rooms has more than 100", rooms=[f"r{i}" for i in range(101)])
    bad("room and rooms", "cannot both be given", room="a", rooms=["a"])
    for value in ("", "a b", "a**", "*a", "a*b", "**", "r" * 129, "s" * 129 + "*", 7, ["a"], {"a": 1}, True):
        bad(f"room {str(value)[:8]!r}", "room is not a room", room=value)
    for value in ("a", {"a": 1}, 7, True):
        bad(f"rooms {value!r}", "rooms is not an array", rooms=value)
    for value in ("", "a b", "*a", 7, None, ["a"], {"room": "a"}):
        bad(f"rooms [{value!r}]", "rooms has something", rooms=["ok", value])
    raw("room null", "room is not a room", "room", "null")

    # grants
    good("no grants", {"grants": []})
    everything = ["join", "create", "offer", "moderate", "admin", "gateway"]
    good("all grants", {"grants": everything}, grants=everything)
    good("one grant twice", {"grants": ["join"]}, grants=["join", "join"])
    good("grants that nobody knows", {"grants": ["join"]}, grants=["join", "fly", "JOIN", "Admin", " admin", "admin ", ""])
    for value in ("join", "join admin", {"admin": True}, 7, True, [7], ["join", None], [["admin"]], [True]):
        bad(f"grants {value!r}", "grants is not an array of strings", grants=value)
    raw("grants null", "grants is not an array", "grants", "null")

    # name, metadata, jti
    good("name", {"metadata": {"name": "Álice 🎈"}}, name="Álice 🎈")
    good("metadata", {"metadata": {"a": "1", "b": ""}}, metadata={"a": "1", "b": ""})
    good("name wins over metadata", {"metadata": {"name": "A"}}, name="A", metadata={"name": "B"})
    good("metadata of 4096 bytes", metadata={"a": "x" * 4000}, name="y" * 91)
    bad("metadata of 4097 bytes", "over 4 KiB", metadata={"a": "x" * 4000}, name="y" * 92)
    bad("name of 4097 bytes", "over 4 KiB", name="y" * 4093)
    bad("metadata of many keys", "over 4 KiB", metadata={f"{i:040}": "" for i in range(103)})
    for value in (7, ["Alice"], {"first": "Alice"}, False):
        bad(f"name {value!r}", "name is not a string", name=value)
    for value in ("a", ["a"], 7, True):
        bad(f"metadata {value!r}", "metadata is not an object", metadata=value)
    for value in (7, None, ["b"], {"b": "c"}, True):
        bad(f"metadata a: {value!r}", "metadata has something", metadata={"ok": "1", "a": value})
    good("jti", {"token_id": "6ba7b810-9dad"}, jti="6ba7b810-9dad")
    good("jti of 128 characters", {"token_id": "~ " * 64}, jti="~ " * 64)
    for value in ("", "j" * 129, "a\nb", "a\u007f", "é", 7, ["a"]):
        bad(f"jti {str(value)[:8]!r}", "jti is not a string", jti=value)
