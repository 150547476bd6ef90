// signaling-gateway: WebSockets for browsers and robots, one link to the signaling service.

#include <memory>
#include <optional>

#include "gateway/collector.h"
#include "gateway/config.h"
#include "gateway/gateway.h"
#include "prometheus/registry.h"
#include "services/common/config_reloader.h"
#include "services/common/config_start.h"
#include "services/common/internal_server.h"
#include "services/common/log.h"
#include "services/common/process_metrics.h"
#include "services/common/runtime.h"
#include "services/common/signals.h"

namespace signaling::gateway {
namespace {

constexpr char kAbout[] = "signaling-gateway: WebSocket JSON to the signaling service";

int Main(int argc, char** argv) {
  StartConfig<Config> start = ReadStart<Config>(argc, argv, kAbout);
  if (start.exit_code) return *start.exit_code;
  const Config* const config = &start.loaded.config;
  log::Init("gateway", config->log_level);
  WarnOfServiceLinks(start.sources);
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

  std::optional<ConfigReloader> reloader;
  reloader.emplace(
      start.sources, start.file_text, start.loaded.values,
      LoaderOf<Config>(start.sources, [&gateway](const Config& next) { gateway.Reload(next); }),
      *registry);
  const int signal = WaitForStopSignal([&reloader] { reloader->Reload(); });
  log::Info("stopping", {{"signal", signal}});
  reloader.reset();
  gateway.Stop();
  log::Info("stopped", {});
  return 0;
}

}  // namespace
}  // namespace signaling::gateway

int main(int argc, char** argv) {
  return signaling::RunProcess(signaling::gateway::Main, argc, argv);
}
