#!/usr/bin/python3
"""stun.py ADDRESS PORT MAPPED: answers every STUN binding request with MAPPED and the port it came from (RFC 8489)."""
import socket
import struct
import sys

COOKIE = 0x2112A442

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((sys.argv[1], int(sys.argv[2])))
mapped = struct.unpack("!I", socket.inet_aton(sys.argv[3]))[0]
while True:
    request, peer = server.recvfrom(2048)
    if len(request) < 20 or request[:2] != b"\x00\x01":
        continue
    value = struct.pack("!BBHI", 0, 1, peer[1] ^ (COOKIE >> 16), mapped ^ COOKIE)
    attribute = struct.pack("!HH", 0x0020, len(value)) + value
    server.sendto(struct.pack("!HH", 0x0101, len(attribute)) + request[4:20] + attribute, peer)
