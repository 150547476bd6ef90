#!/usr/bin/python3
"""store.py FOLDER: takes captures, one JSON object a line with name, offer, answer, candidates, and writes the files
of the corpus. Nothing is changed on the way; an address that is not a documentation address stops it."""
import ipaddress
import json
import pathlib
import re
import sys

DOCUMENTATION = [ipaddress.ip_network(net) for net in
                 ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")]


def is_harmless(address):
    return (address.is_unspecified or address.is_loopback or
            any(address in net for net in DOCUMENTATION if net.version == address.version))


def check(text, where):
    words = re.findall(r"[0-9a-fA-F:.]*(?:::|[0-9]+\.[0-9]+\.[0-9]+\.)[0-9a-fA-F:.]*", text)
    for word in words:
        try:
            address = ipaddress.ip_address(word)
        except ValueError:
            continue
        if not is_harmless(address):
            sys.exit(f"{where}: {address} is no documentation address")


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for line in sys.stdin:
        capture = json.loads(line)
        candidates = "".join(candidate + "\n" for candidate in capture.get("candidates", []))
        for kind, text in (("offer.sdp", capture.get("offer")), ("answer.sdp", capture.get("answer")),
                           ("candidates.txt", candidates)):
            if not text:
                continue
            file = folder / f"{capture['name']}.{kind}"
            check(text, file)
            file.write_bytes(text.encode())
            print(file.name, len(text))


main()
