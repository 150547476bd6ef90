"""What both dashboards show. A panel: title, description, unit (Grafana's name), queries [(legend, PromQL)]; kind, stack, width, steps
(thresholds of a stat) and runbooks (names of alerts) where they differ from nothing. SELECTOR is the chosen jobs and instances."""


def rate(metric, by="", more=""):
    """What happens a second, by labels."""
    selector = f"SELECTOR, {more}" if more else "SELECTOR"
    return f"sum by ({by}) (rate({metric}{{{selector}}}[$interval]))" if by else f"sum(rate({metric}{{{selector}}}[$interval]))"


def quantile(number, metric, by="", more=""):
    """A quantile of a histogram."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({number}, {rate(f'{metric}_bucket', labels, more)})"


def quantiles(metric, more=""):
    return [(f"p{number:g}", quantile(number / 100, metric, more=more)) for number in (50, 95, 99)]


def total(metric, by="", more=""):
    selector = f"SELECTOR, {more}" if more else "SELECTOR"
    return f"sum by ({by}) ({metric}{{{selector}}})" if by else f"sum({metric}{{{selector}}})"


READY = {
    "title": "Not ready", "kind": "stat", "unit": "none", "steps": [("red", 1)],
    "description": "Instances that answer, but say in /readyz that they cannot serve new sessions. Those that drain are among them.",
    "queries": [("", "count(signaling_ready{SELECTOR}) - sum(signaling_ready{SELECTOR})")],
    "runbooks": ["SignalingNotReady", "SignalingNothingReady"],
}

LOG_LINES = {
    "title": "Log lines", "unit": "cps", "description": "Warnings and errors a second. There should be none for most of the time.",
    "queries": [("{{level}}", rate("signaling_log_lines_total", "level", 'level=~"warning|error"'))],
    "runbooks": ["SignalingErrorsLogged"],
}

PROCESS = ("Process", [
    {"title": "CPU", "unit": "percentunit", "description": "Part of one core that is used.",
     "queries": [("{{instance}}", "rate(process_cpu_seconds_total{SELECTOR}[$interval])")]},
    {"title": "Memory", "unit": "bytes", "description": "Resident memory.",
     "queries": [("{{instance}}", "process_resident_memory_bytes{SELECTOR}")], "runbooks": ["SignalingMemoryGrows"]},
    {"title": "File descriptors", "unit": "percentunit",
     "description": "Part of the limit that is open. The gRPC port of the service does not recover from reaching it.",
     "queries": [("{{instance}}", "process_open_fds{SELECTOR} / process_max_fds{SELECTOR}")],
     "runbooks": ["SignalingDescriptorsNearLimit"]},
    {"title": "Threads", "unit": "none", "description": "Of the process.",
     "queries": [("{{instance}}", "process_threads{SELECTOR}")]},
    {"title": "Age", "unit": "s", "description": "Since the start. A saw tooth is a process that dies again and again.",
     "queries": [("{{instance}}", "time() - process_start_time_seconds{SELECTOR}")], "runbooks": ["SignalingRestarts"]},
    LOG_LINES,
    {"title": "Drains", "unit": "none", "description": "1 from the signal to stop on.",
     "queries": [("{{instance}}", "signaling_draining{SELECTOR}")], "runbooks": ["SignalingDrainTooLong"]},
    {"title": "Configuration", "unit": "none", "description": "1 where the last reload was taken, 0 where it was refused.",
     "queries": [("{{instance}}", "signaling_config_last_reload_successful{SELECTOR}")],
     "runbooks": ["SignalingConfigReloadFails"]},
    {"title": "Certificates end in", "unit": "s", "description": "Of what is loaded now. Empty where there is no TLS.",
     "queries": [("{{instance}} {{certificate}}", "signaling_certificate_expiry_timestamp_seconds{SELECTOR} - time()")],
     "runbooks": ["SignalingCertificateEndsSoon", "SignalingCertificateEnds"]},
    {"title": "Builds", "kind": "table", "unit": "none", "description": "What runs where.",
     "queries": [("", "signaling_build_info{SELECTOR}")]},
])
