// What of the gateway is read when it is scraped: signaling_sessions, signaling_max_connections, signaling_send_queue_bytes and
// signaling_links.
#pragma once

#include <vector>

#include "gateway/gateway.h"
#include "prometheus/collectable.h"

namespace signaling::gateway {

// Thread-safe: no state. Owned by the internal port; the gateway outlives it.
class GatewayCollector final : public prometheus::Collectable {
 public:
  explicit GatewayCollector(const Gateway& gateway) : gateway_(gateway) {}
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const Gateway& gateway_;
};

}  // namespace signaling::gateway
