"""Tokens that are not three parts of canonical base64url with two JSON objects in them. All are signed as sent."""
import json
import string

from jwcrypto import jwe, jws

from corpus import b64, claims, new_key, sign, sign_parts

ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
NOT_THREE = "not three parts"
NO_HEADER = "header is not a JSON object"
NO_CLAIMS = "claims are not a JSON object"
NO_SIGNATURE = "signature is not base64url"


def with_spare_bits(part):
    """The same bytes, written down with bits set that say nothing."""
    return part[:-1] + ALPHABET[ALPHABET.index(part[-1]) + 1]


def padded_until(text, remainder):
    while len(text.encode()) % 3 != remainder:
        text += " "
    return text


def add_shape_cases(corpus, keys):
    hs, ed = keys["HS256"], keys["EdDSA"]
    head = {"alg": "HS256", "kid": "HS256"}
    good = sign(hs, "HS256", head, claims())
    header, payload, signature = good.split(".")

    def bad(name, token, says):
        corpus.bad(name, token, "all", says)

    bad("a word", "token", NOT_THREE)
    bad("one part", header, NOT_THREE)
    bad("two parts", f"{header}.{payload}", NOT_THREE)
    bad("four parts", f"{good}.{signature}", NOT_THREE)
    bad("four parts, the last empty", f"{good}.", NOT_THREE)
    bad("only dots", "..", NO_HEADER)
    bad("no header", f".{payload}.{signature}", NO_HEADER)
    bad("no payload", sign_parts(hs, "HS256", header, ""), NO_CLAIMS)
    bad("Bearer in front", f"Bearer {good}", NO_HEADER)
    bad("a NUL at the end", good + "\0", NO_SIGNATURE)
    signed = jws.JWS(json.dumps(claims()))
    signed.add_signature(hs, protected=json.dumps(head))
    bad("JSON serialization", signed.serialize(), NOT_THREE)
    general = json.dumps({"payload": payload, "signatures": [{"protected": header, "signature": signature}]})
    bad("general JSON serialization", general, NOT_THREE)
    secret = new_key("HS256")
    for alg in ("dir", "A256KW"):
        sealed = jwe.JWE(json.dumps(claims()), json.dumps({"alg": alg, "enc": "A256GCM"}), recipient=secret)
        bad(f"JWE {alg}", sealed.serialize(compact=True), NOT_THREE)
    bad("a JWT in a JWT", sign(hs, "HS256", head, good), NO_CLAIMS)
    bad("a JWT in a JWT that says so", sign(hs, "HS256", {**head, "cty": "JWT"}, good), "cty is refused")

    # base64url. The signature covers the text, so that nothing but the alphabet is wrong.
    short = padded_until(json.dumps(head), 1)
    for name, broken in {"padding": b64(short) + "==", "a space": b64(short)[:9] + " " + b64(short)[9:],
                         "a newline": b64(short) + "\n", "spare bits": with_spare_bits(b64(short)),
                         "a comma": b64(short)[:9] + "," + b64(short)[10:], "a letter too many": b64(short) + "A"}.items():
        bad(f"header with {name}", sign_parts(hs, "HS256", broken, payload), NO_HEADER)
    body = padded_until(json.dumps(claims()), 1)
    for name, broken in {"padding": b64(body) + "==", "a space": " " + b64(body), "a newline": b64(body) + "\n",
                         "spare bits": with_spare_bits(b64(body)), "a tab": b64(body)[:9] + "\t" + b64(body)[9:]}.items():
        bad(f"payload with {name}", sign_parts(hs, "HS256", header, broken), NO_CLAIMS)
    for name, broken in {"padding": signature + "=", "a space": signature + " ", "a newline": signature + "\n",
                         "spare bits": with_spare_bits(signature), "an é": signature[:-1] + "é"}.items():
        bad(f"signature with {name}", f"{header}.{payload}.{broken}", NO_SIGNATURE)
    foreign = 0
    for count in range(200):  # until the signature has the letters that the alphabets differ in
        parts = sign(hs, "HS256", head, claims(jti=str(count))).split(".")
        if "-" in parts[2] and "_" in parts[2] and foreign == 0:
            bad("signature in the other base64", f"{parts[0]}.{parts[1]}.{parts[2].replace('-', '+').replace('_', '/')}",
                NO_SIGNATURE)
            foreign += 1
    assert foreign == 1
    other = json.dumps(claims(name="\u00fb\u00ff\u00fe~~~???"), ensure_ascii=False)
    assert "-" in b64(other) or "_" in b64(other)
    bad("payload in the other base64",
        sign_parts(hs, "HS256", header, b64(other).replace("-", "+").replace("_", "/")), NO_CLAIMS)

    # JSON. EdDSA: no library looks at it.
    eddsa = '"alg":"EdDSA","kid":"EdDSA"'
    text = json.dumps(claims())
    headers = {"alg twice": '{"alg":"none",%s}' % eddsa, "kid twice": '{%s,"kid":"RS256"}' % eddsa,
               "alg twice, once escaped": '{"\\u0061lg":"none",%s}' % eddsa, "an array": '[{%s}]' % eddsa,
               "a string": '"x"', "text after it": '{%s}{}' % eddsa, "a comment": '{%s/**/}' % eddsa,
               "a comma too many": '{%s,}' % eddsa, "single quotes": ('{%s}' % eddsa).replace('"', "'"),
               "a byte order mark": '\ufeff{%s}' % eddsa, "NUL in a string": '{%s,"x":"\\u0000"}' % eddsa,
               "a NUL behind": '{%s}\0' % eddsa, "half a surrogate pair": '{%s,"x":"\\ud800"}' % eddsa,
               "a name twice in the depth": '{%s,"x":[{"y":1,"y":2}]}' % eddsa,
               "too deep": '{%s,"x":%s}' % (eddsa, "[" * 16 + "]" * 16), "a huge number": '{%s,"x":1e400}' % eddsa}
    for name, broken in headers.items():
        bad(f"header: {name}", sign(ed, "EdDSA", broken, text), NO_HEADER)
    bad("header: bad UTF-8", sign(ed, "EdDSA", b'{%s,"x":"\xff"}' % eddsa.encode(), text), NO_HEADER)
    good_head = "{%s}" % eddsa
    start = text[:-1]
    payloads = {"sub twice": start + ',"sub":"mallory"}', "sub twice, once escaped": start + ',"s\\u0075b":"mallory"}',
                "exp twice": start + ',"exp":1}', "an array": f"[{text}]", "a string": '"alice"', "null": "null",
                "text after it": text + " x", "a comma too many": start + ",}",
                "too deep": start + ',"x":' + "[" * 16 + "]" * 16 + "}",
                "much too deep": start + ',"x":' + "[" * 2500 + "]" * 2500 + "}",
                "NUL in sub": text.replace("alice", "al\\u0000ice"),
                "NUL in a name": start + ',"su\\u0000b":"x"}', "NaN": start + ',"x":NaN}', "a NUL behind": text + "\0",
                "a name twice in the depth": start + ',"metadata":{"a":"1","a":"2"}}', "UTF-16": "\ufeff" + text}
    for name, broken in payloads.items():
        bad(f"claims: {name}", sign(ed, "EdDSA", good_head, broken), NO_CLAIMS)
    for name, raw in {"bad": b"\xff", "overlong": b"\xc0\xaf", "a surrogate in": b"\xed\xa0\x80"}.items():
        broken = text.encode().replace(b"alice", raw)
        bad(f"claims: {name} UTF-8", sign(ed, "EdDSA", good_head, broken), NO_CLAIMS)
    deep = start + ',"x":' + "[" * 15 + "]" * 15 + "}"
    corpus.good("claims: as deep as may be", sign(ed, "EdDSA", good_head, deep), "all")
    corpus.good("claims: white space", sign(ed, "EdDSA", good_head, f"\n {text}\t"), "all")
    corpus.good("claims: other claims", sign(ed, "EdDSA", good_head, claims(iat=1, azp="x", scope="a b")), "all")

    def of_size(size):
        for spare in range(4):
            first = b64(padded_until(json.dumps(head), 0) + "   " * spare) if spare < 3 else header
            for count in range(4000, 6200):
                made = f"{first}.{b64(json.dumps(claims(pad='x' * count)))}."
                if len(made) + 43 == size:
                    return sign_parts(hs, "HS256", *made.split(".")[:2])
        raise AssertionError(size)

    corpus.good("8192 bytes", of_size(8192), "all")
    bad("8193 bytes", of_size(8193), "larger than 8 KiB")
    bad("a megabyte", "A" * 1_000_000, "larger than 8 KiB")
