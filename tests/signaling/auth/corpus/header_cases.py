"""Headers that say how they want to be checked, and keys that are meant for another token."""
import json

from corpus import b64, claims, entry, jwks, new_key, sign


def add_header_cases(corpus, keys):
    ed, rs = keys["EdDSA"], keys["RS256"]

    def with_header(**more):
        return sign(ed, "EdDSA", {"alg": "EdDSA", "kid": "EdDSA", **more}, claims())

    for typ in ("JWT", "jwt", "at+jwt", "AT+JWT", "application/jwt", "Application/AT+jwt"):
        corpus.good(f"typ {typ}", with_header(typ=typ), "all")
    for typ in ("", "JOSE", "JWTT", "dpop+jwt", "text/jwt", "application/application/jwt", 7, None, ["JWT"]):
        corpus.bad(f"typ {typ!r}", with_header(typ=typ), "all", "typ is neither")

    own = new_key("EdDSA", "own")
    refused = {"crit": [["exp"], []], "b64": [False, True], "jku": ["https://evil.example/keys", ""],
               "jwk": [entry(own), {}], "x5u": ["https://evil.example/certificate"], "x5c": [["MIIB"], []],
               "cty": ["JWT", "jwt", "application/json"]}
    for name, values in refused.items():
        for value in values:
            corpus.bad(f"{name} {json.dumps(value)[:20]}", with_header(**{name: value}), "all", f"{name} is refused")
    corpus.bad("jwk, and signed with it", sign(own, "EdDSA", {"alg": "EdDSA", "jwk": entry(own)}, claims()), "all",
               "jwk is refused")
    corpus.bad("kid of ours, jwk of its own",
               sign(own, "EdDSA", {"alg": "EdDSA", "kid": "EdDSA", "jwk": entry(own)}, claims()), "all", "jwk is refused")
    corpus.bad("crit b64, the payload as it is",
               sign(ed, "EdDSA", {"alg": "EdDSA", "kid": "EdDSA", "b64": False, "crit": ["b64"]}, claims()), "all",
               "crit is refused")

    # What a header may say besides is nobody's business.
    corpus.good("unknown header parameters", with_header(foo={"bar": [1, 2]}, x5t="abc"), "all")

    for kid in (7, None, True, ["EdDSA"], {"kid": "EdDSA"}, ""):
        made = sign(ed, "EdDSA", {"alg": "EdDSA", "kid": kid}, claims())
        corpus.bad(f"kid {kid!r} for JWKS", made, "all", "kid is not a string")
        corpus.bad(f"kid {kid!r} for PEM", made, "pem EdDSA", "kid is not a string")
    for kid in ("eddsa", "EdDSA ", "EdDS", "EdDSAA", "../EdDSA", "' OR 1=1 --"):
        corpus.bad(f"kid {kid!r}", sign(ed, "EdDSA", {"alg": "EdDSA", "kid": kid}, claims()), "all",
                   "no key has the token's kid")

    # Two keys that are both good, and a token of one that names the other.
    one, two = new_key("ES256", "one"), new_key("ES256", "two")
    corpus.keysets["two"] = jwks(entry(one, alg="ES256"), entry(two, alg="ES256"))
    corpus.bad("signed by one, names two", sign(one, "ES256", {"alg": "ES256", "kid": "two"}, claims()), "two",
               "signature does not fit")
    corpus.good("signed by two, names two", sign(two, "ES256", {"alg": "ES256", "kid": "two"}, claims()), "two")
    # A kid may be that of several keys, each for an algorithm.
    shared = {"RS256": rs, "EdDSA": ed}
    corpus.keysets["shared kid"] = jwks(*(entry(key, alg=alg, kid="k") for alg, key in shared.items()))
    for algorithm, key in shared.items():
        corpus.good(f"shared kid {algorithm}", sign(key, algorithm, {"alg": algorithm, "kid": "k"}, claims()), "shared kid")
    corpus.bad("shared kid, alg of the other", sign(rs, "RS256", {"alg": "EdDSA", "kid": "k"}, claims()), "shared kid",
               "signature does not fit")
    corpus.keysets["some without kid"] = jwks(entry(rs, alg="RS256"), entry(ed, alg="EdDSA") | {"kid": "x"},
                                              {k: v for k, v in entry(keys["ES256"], alg="ES256").items() if k != "kid"})
    corpus.good("the key without kid", sign(keys["ES256"], "ES256", {"alg": "ES256"}, claims()), "some without kid")
    corpus.bad("no kid, and its key has one", sign(rs, "RS256", {"alg": "RS256"}, claims()), "some without kid",
               "alg is not its key's")

    # The signature is the key's, the header says otherwise.
    for alg in ("ES256", "HS256", "RS256", "eddsa", "EDDSA", "Ed25519", "", "none", 7, None, ["EdDSA"]):
        corpus.bad(f"EdDSA that calls itself {alg!r}", sign(ed, "EdDSA", {"alg": alg, "kid": "EdDSA"}, claims()), "all",
                   "alg is not its key's")
    corpus.bad("without alg", sign(ed, "EdDSA", {"kid": "EdDSA"}, claims()), "all", "alg is not its key's")
    for alg in ("none", "None", "NONE", "nOnE"):
        for kid in ("RS256", "HS256", "EdDSA"):
            unsigned = f"{b64(json.dumps({'alg': alg, 'kid': kid}))}.{b64(json.dumps(claims()))}."
            corpus.bad(f"alg {alg}, kid {kid}", unsigned, "all", "alg is not its key's")
        unsigned = f"{b64(json.dumps({'alg': alg}))}.{b64(json.dumps(claims()))}."
        corpus.bad(f"alg {alg} for PEM", unsigned, "pem RS256", "alg is not its key's")
