"""The dashboard of signaling-gateway: the four questions first."""

from common_panels import PROCESS, READY, quantile, quantiles, rate, total

UID = "signaling-gateway"
TITLE = "Signaling gateway"
DESCRIPTION = "WebSocket clients: how many, what they send, what goes wrong, how long it takes. docs/metrics.md explains each metric."
JOB = ".*signaling-gateway.*"

FAULTS = 'code=~"unavailable|too_many_connections|internal"'
SETUP = "signaling_connection_setup_seconds"

ROWS = [
    ("The four questions", [
        {"title": "Connections", "kind": "stat", "unit": "none", "description": "WebSockets that are open.",
         "queries": [("", total("signaling_connections"))]},
        {"title": "Messages", "kind": "stat", "unit": "cps", "description": "Received and sent, a second.",
         "queries": [("", rate("signaling_messages_total"))]},
        {"title": "Errors", "kind": "stat", "unit": "cps", "description": "Told to clients, a second, whoever's fault they are.",
         "queries": [("", rate("signaling_errors_total"))], "runbooks": ["SignalingMessagesRefused"]},
        {"title": "Connecting takes", "kind": "stat", "unit": "s", "steps": [("orange", 0.5), ("red", 1)],
         "description": "19 of 20 clients are served within this time of the accepted socket.",
         "queries": [("", quantile(0.95, SETUP))], "runbooks": ["SignalingConnectsSlow"]},
        {"title": "Fullest", "kind": "stat", "unit": "percentunit", "steps": [("orange", 0.8), ("red", 0.9)],
         "description": "Places taken of --max_connections, at the instance that has the fewest left.",
         "queries": [("", "max(signaling_sessions{SELECTOR} / signaling_max_connections{SELECTOR})")],
         "runbooks": ["SignalingConnectionsNearLimit"]},
        READY,
        {"title": "Connections", "unit": "none", "description": "WebSockets that are open, by instance.", "width": 6,
         "queries": [("{{instance}}", total("signaling_connections", "instance")),
                     ("limit of all", total("signaling_max_connections"))], "runbooks": ["SignalingGatewayDown"]},
        {"title": "Messages", "unit": "cps", "description": "A second, by direction.", "width": 6,
         "queries": [("{{direction}}", rate("signaling_messages_total", "direction"))]},
        {"title": "Errors", "unit": "cps", "stack": True, "width": 6, "description": "A second, by code; docs/protocol.md says what each means.",
         "queries": [("{{code}}", rate("signaling_errors_total", "code") + " > 0")],
         "runbooks": ["SignalingMessagesRefused", "SignalingConnectsFail", "SignalingInternalErrors"]},
        {"title": "Connecting takes", "unit": "s", "width": 6,
         "description": "From the accepted socket to `connected` written.", "queries": quantiles(SETUP),
         "runbooks": ["SignalingConnectsSlow"]},
    ]),
    ("Connecting and leaving", [
        {"title": "New connections", "unit": "cps", "description": "Served, and refused for a fault of ours, a second.",
         "queries": [("served", rate(f"{SETUP}_count")), ("refused", rate("signaling_errors_total", more=FAULTS))],
         "runbooks": ["SignalingConnectsFail"]},
        {"title": "Handshake takes", "unit": "s", "description": "From the accepted socket to the upgrade: TLS and HTTP.",
         "queries": quantiles("signaling_handshake_seconds")},
        {"title": "Joining takes", "unit": "s", "description": "From a `join` to its `joined`. Who knocks is not among them.",
         "queries": quantiles("signaling_join_seconds")},
        {"title": "Ends", "unit": "cps", "stack": True, "description": "Of connections, by close code and the side that ended them.",
         "queries": [("{{code}} {{side}}", rate("signaling_closes_total", "code, side") + " > 0")],
         "runbooks": ["SignalingReconnectStorm"]},
        {"title": "Too fast", "unit": "cps", "description": "Times that a session was over a limit, and refused connections, a second.",
         "queries": [("{{limit}}", rate("signaling_rate_limited_total", "limit"))], "runbooks": ["SignalingRateLimited"]},
        {"title": "Ping takes", "unit": "s", "description": "There and back, as the gateway measures it: the clients' network.",
         "queries": quantiles("signaling_ping_round_trip_seconds")},
    ]),
    ("Messages", [
        {"title": "Received", "unit": "cps", "stack": True, "description": "A second, by type.",
         "queries": [("{{type}}", rate("signaling_messages_total", "type", 'direction="received"') + " > 0")]},
        {"title": "Sent", "unit": "cps", "stack": True, "description": "A second, by type.",
         "queries": [("{{type}}", rate("signaling_messages_total", "type", 'direction="sent"') + " > 0")]},
        {"title": "Waits for sockets", "unit": "bytes", "description": "What clients have not read yet.",
         "queries": [("{{instance}}", total("signaling_send_queue_bytes", "instance"))], "runbooks": ["SignalingSlowConsumers"]},
        {"title": "Slow readers", "unit": "cps", "description": "Sockets closed with 4003, a second.",
         "queries": [("{{instance}}", rate("signaling_slow_consumers_total", "instance"))], "runbooks": ["SignalingSlowConsumers"]},
    ]),
    ("The way to the service", [
        {"title": "Links", "unit": "none", "description": "Streams to the service that can be used. One for each I/O thread and replica.",
         "queries": [("{{instance}}", total("signaling_links", "instance"))], "runbooks": ["SignalingServiceDown", "SignalingNotReady"]},
        {"title": "Breaks", "unit": "cps", "description": "Links that broke, a second.",
         "queries": [("{{instance}}", rate("signaling_link_breaks_total", "instance"))], "runbooks": ["SignalingLinkBreaks"]},
        {"title": "Moves", "unit": "cps", "description": "Sessions that went on over another link, and their messages sent again, a second.",
         "queries": [("sessions moved", rate("signaling_session_moves_total")), ("messages resent", rate("signaling_messages_resent_total"))]},
        {"title": "Frames a batch", "unit": "none", "description": "The mean. More under load is as it should be.",
         "queries": [("{{direction}}", rate("signaling_link_batch_frames_sum", "direction") + " / "
                      + rate("signaling_link_batch_frames_count", "direction"))]},
    ]),
    PROCESS,
]
