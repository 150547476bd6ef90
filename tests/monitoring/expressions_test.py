"""Each alert is judged by a real Prometheus that sees busy processes: without an error, and whatever it asks for is there."""

import re

import busy
import monitoring

# What may be missing, and why.
EMPTY = {
    'grpc_server_handled_total{grpc_code=~"Internal|Unknown|DataLoss"}': "codes of gRPC but OK begin when they first occur",
}

SELECTOR = re.compile(r"\b(?:(?:signaling|process|grpc)_\w+(?:\{[^}]*\})?|up\{[^}]*\})")


class ExpressionsTest(busy.Busy):
    async def test_what_alerts_ask_for_is_there(self):
        selectors = {found for rule in monitoring.alerts().values() for found in SELECTOR.findall(rule["expr"])}
        self.assertGreater(len(selectors), 30)
        self.assertLessEqual(set(EMPTY), selectors, "what may be empty is still asked for")
        for selector in sorted(selectors):
            with self.subTest(selector):
                if selector in EMPTY:
                    self.prometheus.query(selector)
                else:
                    await self.expect_data(selector)

    async def test_no_alert_has_an_error(self):
        for rule in self.prometheus.rules():
            with self.subTest(rule["name"]):
                self.assertEqual((rule["health"], rule.get("lastError", "")), ("ok", ""))
        self.assertEqual({rule["name"] for rule in self.prometheus.rules()}, set(monitoring.alerts()))


if __name__ == "__main__":
    monitoring.main()
