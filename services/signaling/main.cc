// signaling-service: puts the parts together, and takes them apart in order.
#include <memory>

#include "prometheus/registry.h"
#include "services/common/flags.h"
#include "services/common/internal_server.h"
#include "services/common/log.h"
#include "services/common/runtime.h"
#include "services/common/signals.h"
#include "services/signaling/config.h"
#include "services/signaling/engine/memory/memory_engine.h"
#include "services/signaling/rpc/probe.h"
#include "services/signaling/rpc/server.h"

namespace signaling {
namespace {

constexpr absl::Duration kShutdownPatience = absl::Seconds(5);

int Run(int argc, char** argv) {
  PrepareProcess();
  if (absl::Status status =
          ParseFlags(argc, argv, "signaling-service: sessions and rooms, over gRPC.");
      !status.ok()) {
    return RefuseStart(status);
  }
  const absl::StatusOr<ServiceConfig> config = ConfigFromFlags();
  if (!config.ok()) return RefuseStart(config.status());
  log::Init("service", config->log_level);

  const SystemClock clock;
  MemoryEngine engine(config->engine, clock);
  const auto registry = std::make_shared<prometheus::Registry>();
  const auto engine_metrics = std::make_shared<EngineCollector>(engine);

  auto server = Server::Start(config->server, engine, *registry);
  if (!server.ok()) return RefuseStart(server.status());
  auto internal = InternalServer::Start({.address = config->server.address,
                                         .port = config->internal_port,
                                         .healthy = [&] { return (*server)->Healthy(); },
                                         .ready = [&] { return (*server)->Ready(); }},
                                        {registry, engine_metrics});
  if (!internal.ok()) return RefuseStart(internal.status());
  log::Info("listening", {{"address", config->server.address},
                          {"port", (*server)->port()},
                          {"internal_port", (*internal)->port()}});
  log::Info("ready", {});

  const int signal = WaitForStopSignal();
  log::Info("stopping", {{"signal", signal}});
  (*server)->Shutdown(kShutdownPatience);
  log::Info("stopped", {});
  return 0;
}

}  // namespace
}  // namespace signaling

int main(int argc, char** argv) { return signaling::Run(argc, argv); }
