#include "gateway/collector.h"

#include "services/common/metric_family.h"

namespace signaling::gateway {

std::vector<prometheus::MetricFamily> GatewayCollector::Collect() const {
  const auto gauge = [](const char* name, const char* help, std::size_t value) {
    return GaugeFamily(name, help, static_cast<double>(value));
  };
  return {gauge("signaling_sessions", "Sessions that hold a place of --max_connections.",
                gateway_.admission().sessions()),
          gauge("signaling_max_connections", "How many sessions there may be at once.",
                gateway_.admission().max_sessions()),
          gauge("signaling_send_queue_bytes",
                "What waits to be sent to all clients, as of the newest tick (200 ms).",
                gateway_.waiting_bytes()),
          gauge("signaling_links", "Streams to the service that take sessions.", gateway_.links())};
}

}  // namespace signaling::gateway
