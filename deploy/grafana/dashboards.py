#!/usr/bin/python3
"""Writes signaling-gateway.json and signaling-service.json, one dashboard for each process, for Grafana 10 and later.

  deploy/grafana/dashboards.py           writes them beside this file
  deploy/grafana/dashboards.py --check   says whether they are as this file makes them

What a panel shows stands below; places, ids and what all panels have in common is reckoned here, so that nothing overlaps. The JSON is what
Grafana and the chart take; tests/monitoring holds it against this file, and asks a real Prometheus each question.
"""

import json
import pathlib
import sys

import gateway_panels
import service_panels

FOLDER = pathlib.Path(__file__).parent
WIDTH = 24  # of Grafana's grid
ROW_HEIGHT = 1
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def variables(job):
    """What can be chosen at the top. `job` is a regular expression, as in the alerts."""
    def query(name, label, definition):
        return {"name": name, "label": label, "type": "query", "datasource": SOURCE, "definition": definition,
                "query": {"query": definition, "refId": name}, "refresh": 2, "sort": 1, "multi": True, "includeAll": True,
                "current": {"selected": True, "text": ["All"], "value": ["$__all"]}, "hide": 0, "regex": "", "options": []}

    intervals = ["1m", "5m", "15m", "1h"]
    return [
        {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus", "current": {}, "hide": 0,
         "includeAll": False, "multi": False, "options": [], "refresh": 1, "regex": ""},
        query("job", "job", f'label_values(signaling_build_info{{job=~"{job}"}}, job)'),
        query("instance", "instance", 'label_values(signaling_build_info{job=~"$job"}, instance)'),
        {"name": "interval", "label": "rates over", "type": "interval", "query": ",".join(intervals), "auto": False, "hide": 0,
         "current": {"selected": True, "text": "5m", "value": "5m"}, "refresh": 2,
         "options": [{"selected": value == "5m", "text": value, "value": value} for value in intervals]},
        {"name": "runbooks", "label": "runbooks at", "type": "textbox", "query": "docs/runbooks", "hide": 0,
         "current": {"selected": True, "text": "docs/runbooks", "value": "docs/runbooks"},
         "options": [{"selected": True, "text": "docs/runbooks", "value": "docs/runbooks"}]},
    ]


class Grid:
    """Places panels from left to right and gives them ids."""

    def __init__(self):
        self._id = 0
        self.x = self.y = self._height = 0

    def next_id(self):
        self._id += 1
        return self._id

    def place(self, width, height):
        if self.x + width > WIDTH:
            self.new_line()
        place = {"x": self.x, "y": self.y, "w": width, "h": height}
        self.x += width
        self._height = max(self._height, height)
        return place

    def new_line(self):
        self.y += self._height
        self.x = self._height = 0


def panel(grid, row):
    """One panel of gateway_panels or service_panels."""
    kind = row.get("kind", "timeseries")
    width, height = {"stat": (4, 4), "timeseries": (8, 8), "table": (24, 6)}[kind]
    selector = 'job=~"$job", instance=~"$instance"'
    made = {
        "id": grid.next_id(), "type": kind, "title": row["title"], "description": row["description"], "datasource": SOURCE,
        "gridPos": grid.place(row.get("width", width), height),
        "fieldConfig": {"defaults": {"unit": row["unit"]}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": SOURCE, "expr": expr.replace("SELECTOR", selector),
             "legendFormat": legend, "range": kind == "timeseries", "instant": kind != "timeseries",
             **({"format": "table"} if kind == "table" else {})}
            for index, (legend, expr) in enumerate(row["queries"])],
        "links": [{"title": f"If it is bad: {name}", "url": f"${{runbooks}}/{name}.md", "targetBlank": True}
                  for name in row.get("runbooks", ())],
    }
    defaults = made["fieldConfig"]["defaults"]
    if kind == "timeseries":
        defaults["min"] = 0
        defaults["custom"] = {"fillOpacity": 10 if not row.get("stack") else 40, "showPoints": "never",
                              "stacking": {"mode": "normal" if row.get("stack") else "none", "group": "A"}}
        made["options"] = {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
                           "tooltip": {"mode": "multi", "sort": "desc"}}
    elif kind == "stat":
        made["options"] = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
                           "colorMode": "value", "graphMode": "none", "textMode": "auto"}
        defaults["thresholds"] = {"mode": "absolute", "steps": [
            {"color": "green", "value": None}, *({"color": color, "value": value} for color, value in row.get("steps", ()))]}
    return made


def dashboard(module):
    grid = Grid()
    panels = []
    for number, (title, rows) in enumerate(module.ROWS):
        grid.new_line()
        row = {"id": grid.next_id(), "type": "row", "title": title, "collapsed": number > 0, "panels": [],
               "gridPos": {"x": 0, "y": grid.y, "w": WIDTH, "h": ROW_HEIGHT}}
        panels.append(row)
        grid.y += ROW_HEIGHT
        # A collapsed row holds its panels, and they take no room until it is opened; their places are those of an opened row.
        begin = grid.y
        (row["panels"] if row["collapsed"] else panels).extend(panel(grid, one) for one in rows)
        if row["collapsed"]:
            grid.new_line()
            grid.y = begin
    return {
        "uid": module.UID, "title": module.TITLE, "description": module.DESCRIPTION, "tags": ["signaling", "webrtc"],
        "schemaVersion": 39, "version": 1, "editable": True, "graphTooltip": 1, "refresh": "30s", "timezone": "browser",
        "time": {"from": "now-3h", "to": "now"}, "timepicker": {}, "annotations": {"list": []},
        "templating": {"list": variables(module.JOB)}, "panels": panels,
        "links": [{"type": "dashboards", "title": "Signaling", "tags": ["signaling"], "asDropdown": False, "includeVars": False,
                   "keepTime": True, "targetBlank": False, "icon": "external link", "tooltip": "", "url": ""}],
    }


def files():
    """{path: what has to stand there}."""
    return {FOLDER / f"{module.UID}.json": json.dumps(dashboard(module), indent=2) + "\n"
            for module in (gateway_panels, service_panels)}


def main(arguments):
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    if arguments == []:
        for path, text in files().items():
            path.write_text(text)
        return 0
    stale = [path.name for path, text in files().items() if not path.exists() or path.read_text() != text]
    if stale:
        print(f"{', '.join(stale)}: run deploy/grafana/dashboards.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
