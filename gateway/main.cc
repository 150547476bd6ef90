// signaling-gateway: WebSockets for browsers and robots, one link to the signaling service.

#include <memory>

#include "gateway/collector.h"
#include "gateway/config.h"
#include "gateway/gateway.h"
#include "prometheus/registry.h"
#include "services/common/flags.h"
#include "services/common/internal_server.h"
#include "services/common/log.h"
#include "services/common/process_metrics.h"
#include "services/common/runtime.h"
#include "services/common/signals.h"

namespace signaling::gateway {
namespace {

int Main(int argc, char** argv) {
  PrepareProcess();
  if (absl::Status status =
          ParseFlags(argc, argv, "signaling-gateway: WebSocket JSON to the signaling service");
      !status.ok()) {
    return RefuseStart(status);
  }
  const absl::StatusOr<Config> config = ConfigFromFlags();
  if (!config.ok()) return RefuseStart(config.status());
  log::Init("gateway", config->log_level);
  if (config->allow_anonymous) {
    log::Warning("open",
                 {{"error", "--allow_anonymous: a service that asks for no token will do"}});
  }
  if (TellsTokenInPlaintext(*config)) {
    log::Warning("token_in_plaintext",
                 {{"error",
                   "--service_token_file without --service_ca: who is between this gateway "
                   "and the service can read the token"}});
  }

  const auto registry = std::make_shared<prometheus::Registry>();
  Gateway gateway(*config, *registry);
  auto internal = InternalServer::Start(
      {.address = config->address,
       .port = config->internal_port,
       .healthy = [&gateway] { return gateway.Healthy(); },
       .ready = [&gateway] { return gateway.Ready(); }},
      ProcessCollectors({registry, std::make_shared<GatewayCollector>(gateway)}));
  if (!internal.ok()) return RefuseStart(internal.status());
  if (absl::Status status = gateway.Start(); !status.ok()) return RefuseStart(status);
  log::Info("listening", {{"address", config->address},
                          {"port", gateway.port()},
                          {"internal_port", (*internal)->port()},
                          {"tls", !config->tls_cert.empty()},
                          {"service", config->service}});

  const int signal = WaitForStopSignal();
  log::Info("stopping", {{"signal", signal}});
  gateway.Stop();
  log::Info("stopped", {});
  return 0;
}

}  // namespace
}  // namespace signaling::gateway

int main(int argc, char** argv) { return signaling::gateway::Main(argc, argv); }
