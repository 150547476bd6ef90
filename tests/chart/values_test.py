"""values.yaml, its schema and the settings of the binaries have the same names, types and limits. refusals_test.py has what is refused."""

import pathlib
import shutil
import tempfile
import unittest

import chart
import flags
import yaml

# What the schema takes and values.yaml has not: of a chart that has this one as a dependency.
OUTER = {"global", "enabled"}


def paths(values, schema, path=()):
    """The keys of values, as deep as the schema knows them."""
    for key, value in values.items():
        yield (*path, key)
        properties = flags.resolved(schema["properties"].get(key, {}), flags.schema()).get("properties")
        if properties and isinstance(value, dict) and key != "resources":
            yield from paths(value, {"properties": properties}, (*path, key))


def named(schema, whole, path=()):
    """(path, schema) of every property."""
    for key, part in schema.get("properties", {}).items():
        part = flags.resolved(part, whole)
        yield (*path, key), part
        yield from named(part, whole, (*path, key))


class SchemaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schema = flags.schema()
        cls.values = yaml.safe_load((chart.CHART / "values.yaml").read_text())
        cls.named = dict(named(cls.schema, cls.schema))

    def test_every_value_is_in_the_schema(self):
        self.assertEqual([path for path in paths(self.values, self.schema) if path not in self.named], [])

    def test_every_property_has_a_default(self):
        def is_missing(path):
            at = self.values
            for key in path:
                if not isinstance(at, dict) or key not in at:
                    return True
                at = at[key]
            return False

        # Below these a property may be there, or not.
        open_ended = ("config", "resources", "probes", "rollingUpdate", "timeouts")
        missing = [path for path in self.named if is_missing(path) and not any(key in path[:-1] for key in open_ended)
                   and path[0] not in OUTER]
        self.assertEqual(missing, [])

    def test_every_mapping_is_closed_but_free_ones(self):
        whole = self.schema

        def check(part, path):
            if "$ref" in part:
                return
            kinds = part.get("type", [])
            if "object" in ([kinds] if isinstance(kinds, str) else kinds) and "additionalProperties" not in part:
                self.fail(f"{path}: an object without additionalProperties")
            for key, one in part.get("properties", {}).items():
                check(one, f"{path}.{key}")
            if isinstance(part.get("additionalProperties"), dict):
                check(part["additionalProperties"], f"{path}.*")

        free = {"objects", "map"}  # lists of objects of Kubernetes, and its objects
        for name, part in whole["definitions"].items():
            if name not in free:
                check({key: value for key, value in part.items() if key != "items"}
                      if name != "probe" else {**part, "properties": {}}, name)
        check({**whole, "properties": {key: part for key, part in whole["properties"].items() if key != "global"}}, "values")

    def test_as_a_dependency(self):
        """With a condition, and values from outside."""
        with tempfile.TemporaryDirectory() as folder:
            outer = pathlib.Path(folder) / "outer"
            shutil.copytree(chart.CHART, outer / "charts" / chart.CHART.name)
            (outer / "Chart.yaml").write_text(yaml.safe_dump({"apiVersion": "v2", "name": "outer", "version": "1.0.0", "dependencies": [
                {"name": chart.CHART.name, "version": "*", "condition": f"{chart.CHART.name}.enabled"}]}))
            for enabled in (True, False):
                values = {"global": {"imageRegistry": "r.example.org"},
                          chart.CHART.name: {"enabled": enabled, "auth": {"allowAnonymous": True}, "gateway": {"resources": None}}}
                text = chart.helm("template", chart.RELEASE, outer, f"--kube-version={chart.KUBERNETES}", values=values).stdout
                self.assertEqual("r.example.org/signaling-gateway:" in text, enabled)

    def test_images_from_a_registry_for_all_charts(self):
        chart.render({"global": {"imageRegistry": "registry.example.org", "other": {}}, "enabled": True})
        self.assertEqual(chart.render({"global": {"imageRegistry": "registry.example.org"}}).container(chart.GATEWAY)["image"],
                         "registry.example.org/signaling-gateway:0.1.0")


class FlagsTest(unittest.TestCase):
    def test_each_flag_is_the_charts_or_free(self):
        """Together they are all; no flag is both. What the chart sets is what it renders with one ci file or another."""
        for component in flags.COMPONENTS:
            with self.subTest(component=component):
                set_by_chart = set()
                for file in chart.ci_files():
                    more = (yaml.safe_load(file.read_text()).get(component) or {}).get("config") or {}
                    rendered = chart.render_file(file)
                    set_by_chart |= flags.settings(rendered, component).keys() - more.keys()
                free = flags.config_schema(component).keys()
                self.assertEqual(set_by_chart & free, set())
                self.assertEqual(sorted(set_by_chart | free), sorted(flags.of(component)))

    def test_types_and_limits(self):
        for component in flags.COMPONENTS:
            known = flags.of(component)
            for name, part in flags.config_schema(component).items():
                with self.subTest(component=component, name=name):
                    flag = known[name]
                    if flag.range:
                        self.assertEqual((part["type"], part["minimum"], part["maximum"]), ("integer", *flag.range))
                    elif flag.is_duration:
                        self.assertEqual(part["is"], "duration")
                    elif flag.words:
                        self.assertEqual(part["enum"], flag.words)
                    elif flag.default in ("true", "false"):
                        self.assertEqual(part["type"], "boolean")
                    else:
                        self.assertIn("string", part["type"])

    def test_limits_of_what_the_chart_sets(self):
        whole = flags.schema()
        known = flags.of(chart.GATEWAY)
        sessions = whole["properties"]["gateway"]["properties"]["maxConnections"]
        self.assertEqual((sessions["minimum"], sessions["maximum"]), known["max_connections"].range)
        for component in flags.COMPONENTS:
            known = flags.of(component)
            part = flags.resolved(whole["properties"][component]["properties"]["drainTimeoutSeconds"], whole)
            self.assertEqual((known["drain_timeout"].may_be, part["minimum"], part["maximum"]), ("0 to 10m", 0, 600))
            self.assertEqual(whole["definitions"]["logLevel"]["enum"], known["log_level"].words)
        self.assertEqual(whole["properties"]["service"]["properties"]["engine"]["enum"], known["engine"].words)


if __name__ == "__main__":
    chart.main()
