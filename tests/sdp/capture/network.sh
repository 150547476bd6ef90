#!/bin/bash
# network.sh COMMAND...: runs it in a network of its own whose addresses are documentation addresses (RFC 5737, 3849),
# with a STUN server that claims a NAT at 198.51.100.23 and a TURN server whose relay is 203.0.113.77, so that no capture
# holds an address of the machine it was made on. Needs root, ip and turnserver (coturn).
set -euo pipefail
if [[ ${1:-} != --inside ]]; then
  exec unshare --net --mount --pid --fork --kill-child "$0" --inside "$@"
fi
shift
ip link set lo up
ip link add eth0 type veth peer name other
ip link set eth0 addrgenmode none
ip link set other addrgenmode none
ip addr add 192.0.2.10/24 dev eth0
ip -6 addr add 2001:db8::10/64 dev eth0 nodad
ip link set other up
ip link set eth0 up
ip route add default via 192.0.2.1 dev eth0
ip -6 route add default via 2001:db8::1 dev eth0
turnserver -n --listening-ip 192.0.2.10 --relay-ip 192.0.2.10 --external-ip 203.0.113.77/192.0.2.10 --no-tls --no-dtls \
  --no-cli --lt-cred-mech --user user:password --realm example.test --log-file /dev/null --pidfile '' >/dev/null 2>&1 &
"$(dirname "$0")/stun.py" 192.0.2.10 3479 198.51.100.23 &
"$@"
