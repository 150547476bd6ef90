"""make_corpus.py FILE: good and forged tokens by python3-jwcrypto."""
import datetime
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from jwcrypto import jwt

from claim_cases import add_claim_cases
from corpus import ALGORITHMS, Corpus, claims, entry, jwks, new_key
from header_cases import add_header_cases
from shape_cases import add_shape_cases


def certificate(key):
    """Self-signed, in PEM. It has expired: only its key counts."""
    private = serialization.load_pem_private_key(key.export_to_pem(private_key=True, password=None), None)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tokens")])
    day = datetime.datetime(2020, 1, 1)
    return (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
            .serial_number(1).not_valid_before(day).not_valid_after(day + datetime.timedelta(days=1))
            .sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode())


def token(key, algorithm, **header):
    made = jwt.JWT(header={"alg": algorithm, **header}, claims=claims())
    made.make_signed_token(key)
    return made.serialize()


def add_algorithms(corpus, keys):
    for algorithm, key in keys.items():
        corpus.good(f"{algorithm} by kid", token(key, algorithm, kid=algorithm, typ="JWT"), "all")
        other = "HS256" if algorithm == "HS512" else "HS512"
        corpus.bad(f"{algorithm} under the kid of another", token(key, algorithm, kid=other), "all", "alg is not its key's")
        corpus.keysets[f"only {algorithm}"] = jwks(entry(key, alg=algorithm, kid="it"))
        corpus.good(f"{algorithm}, another kid for it", token(key, algorithm, kid="it"), f"only {algorithm}")
        corpus.bad(f"{algorithm} without kid", token(key, algorithm), f"only {algorithm}", "no key has the token's kid")
    # Without `alg` a key is pinned to one.
    for algorithm, pinned in {"RS256": True, "RS512": False, "PS256": False, "ES256": True, "ES384": True, "ES512": True,
                              "EdDSA": True, "HS256": True, "HS512": False}.items():
        name = f"no alg, {algorithm}"
        corpus.keysets[name] = jwks(entry(keys[algorithm]))
        made = token(keys[algorithm], algorithm, kid=algorithm)
        if pinned:
            corpus.good(name, made, name)
        else:
            corpus.bad(name, made, name, "alg is not its key's")


def add_pem(corpus, keys):
    for algorithm in ("RS256", "ES256", "ES384", "ES512", "EdDSA"):
        key = keys[algorithm]
        pem = key.export_to_pem().decode()
        corpus.keysets[f"pem {algorithm}"] = pem
        corpus.keysets[f"two pems {algorithm}"] = new_key(algorithm).export_to_pem().decode() + pem
        corpus.keysets[f"alone {algorithm}"] = new_key(algorithm).export_to_pem().decode()
        corpus.good(f"PEM {algorithm}", token(key, algorithm), f"pem {algorithm}")
        corpus.good(f"PEM {algorithm} with any kid", token(key, algorithm, kid="any"), f"pem {algorithm}")
        corpus.good(f"PEM {algorithm}, the second", token(key, algorithm), f"two pems {algorithm}")
        corpus.bad(f"PEM {algorithm}, another key", token(key, algorithm), f"alone {algorithm}", "signature does not fit")
        corpus.bad(f"PEM {algorithm}, another key and a kid", token(key, algorithm, kid="any"), f"alone {algorithm}",
                   "no key has the token's kid")
    corpus.bad("PEM RS384", token(keys["RS256"], "RS384"), "pem RS256", "alg is not its key's")
    corpus.bad("PEM PS256", token(keys["RS256"], "PS256"), "pem RS256", "alg is not its key's")
    for algorithm in ("RS256", "ES256"):
        corpus.keysets[f"certificate {algorithm}"] = certificate(keys[algorithm])
        corpus.good(f"certificate {algorithm}", token(keys[algorithm], algorithm), f"certificate {algorithm}")


def main(path):
    corpus = Corpus()
    keys = {algorithm: new_key(algorithm, algorithm) for algorithm in ALGORITHMS}
    corpus.keysets["all"] = jwks(*(entry(key, alg=algorithm) for algorithm, key in keys.items()))
    add_algorithms(corpus, keys)
    add_pem(corpus, keys)
    add_header_cases(corpus, keys)
    add_shape_cases(corpus, keys)
    add_claim_cases(corpus, keys)
    corpus.write(path)


main(sys.argv[1])
