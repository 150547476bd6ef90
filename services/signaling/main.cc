// signaling-service: puts the parts together, and takes them apart in order.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "prometheus/registry.h"
#include "services/common/config_reloader.h"
#include "services/common/config_start.h"
#include "services/common/file_watcher.h"
#include "services/common/internal_server.h"
#include "services/common/log.h"
#include "services/common/process_metrics.h"
#include "services/common/runtime.h"
#include "services/common/secret_file.h"
#include "services/common/signals.h"
#include "services/signaling/auth/jwks_url.h"
#include "services/signaling/config.h"
#include "services/signaling/engine/memory/memory_engine.h"
#include "services/signaling/rpc/engine_probe.h"
#include "services/signaling/rpc/probe.h"
#include "services/signaling/rpc/server.h"

namespace signaling {
namespace {

constexpr char kAbout[] = "signaling-service: sessions and rooms, over gRPC";
// After the drain: for streams that were ended to be gone.
constexpr absl::Duration kShutdownPatience = absl::Seconds(3);

// What cannot be used leaves what there is: sessions go on, and the log says why, once for each reason.
class TurnSecrets {
 public:
  TurnSecrets(std::string path, IceServers& ice_servers)
      : path_(std::move(path)), ice_servers_(ice_servers) {}

  // False where the file could not be used, which may pass.
  bool Renew() {
    absl::StatusOr<std::vector<std::string>> secrets = ReadSecrets(path_);
    if (!secrets.ok()) {
      std::string error(secrets.status().message());
      if (error != error_) log::Error("turn_secrets_not_renewed", {{"error", error}});
      error_ = std::move(error);
      return false;
    }
    error_.clear();
    if (ice_servers_.set_turn_secrets(*std::move(secrets))) log::Info("turn_secrets_renewed", {});
    return true;
  }

 private:
  const std::string path_;
  IceServers& ice_servers_;
  std::string error_;  // of the last reading, as it was logged
};

int Run(int argc, char** argv) {
  StartConfig<ServiceConfig> start = ReadStart<ServiceConfig>(argc, argv, kAbout);
  if (start.exit_code) return *start.exit_code;
  const ServiceConfig* const config = &start.loaded.config;
  log::Init("service", config->log_level);
  WarnOfServiceLinks(start.sources);

  const SystemClock clock;
  const auto registry = std::make_shared<prometheus::Registry>();
  EngineProbe engine_probe(*registry);
  auto engine = std::make_unique<MemoryEngine>(config->engine, clock, engine_probe);
  IceServers ice_servers(config->ice, clock);
  if (config->engine.relay_only && !ice_servers.has_turn()) {
    log::Warning("relay_only_without_turn",
                 {{"error", "no call can connect: --turn_urls is missing"}});
  }
  const auto engine_metrics = std::make_shared<EngineCollector>(*engine);

  OpenAuthenticator open;
  std::unique_ptr<auth::TokenAuthenticator> tokens;  // null: clients need none
  if (config->authenticates()) {
    auto started = auth::StartTokenAuthenticator(config->auth, clock, *registry);
    if (!started.ok()) return RefuseStart(started.status());
    tokens = *std::move(started);
  } else {
    log::Warning("open", {{"error", "clients need no token: --auth_keys or --auth_jwks_url"}});
  }
  const std::function<absl::Status()> has_keys = [&] {
    return tokens != nullptr ? tokens->Ready() : absl::OkStatus();
  };
  TurnSecrets turn_secrets(config->turn_secret_file, ice_servers);
  std::vector<FileWatcher::File> files;
  if (ice_servers.has_turn()) {
    files.push_back({config->turn_secret_file, [&] { return turn_secrets.Renew(); }});
  }
  if (!config->auth.key_file.empty()) {
    files.push_back({config->auth.key_file, [&] { return tokens->ReloadFile(); }});
  }
  const FileWatcher watcher(std::move(files));

  Authenticator& authenticator = tokens != nullptr ? static_cast<Authenticator&>(*tokens) : open;
  auto server = Server::Start(config->server,
                              {*engine, authenticator, ice_servers, clock, has_keys}, *registry);
  if (!server.ok()) return RefuseStart(server.status());
  auto internal = InternalServer::Start({.address = config->server.address,
                                         .port = config->internal_port,
                                         .healthy = [&] { return (*server)->Healthy(); },
                                         .ready = [&] { return (*server)->Ready(); }},
                                        ProcessCollectors({registry, engine_metrics}));
  if (!internal.ok()) return RefuseStart(internal.status());
  log::Info("listening", {{"address", config->server.address},
                          {"port", (*server)->port()},
                          {"internal_port", (*internal)->port()}});
  // Later changes are the server's to tell.
  if (const absl::Status ready = (*server)->Ready(); ready.ok()) {
    log::Info("ready", {});
  } else {
    log::Warning("not_ready", {{"error", std::string(ready.message())}});
  }

  std::optional<ConfigReloader> reloader;
  reloader.emplace(start.sources, start.file_text, start.loaded.values,
                   LoaderOf<ServiceConfig>(start.sources,
                                           [&](const ServiceConfig& next) {
                                             log::SetLevel(next.log_level);
                                             (*server)->SetRateLimits(next.server.rate_limits);
                                           }),
                   *registry);
  const int signal = WaitForStopSignal([&reloader] { reloader->Reload(); });
  log::Info("stopping", {{"signal", signal}});
  reloader.reset();
  (*server)->Drain(config->drain_timeout, config->drain_rate);
  if (tokens != nullptr) tokens->Stop();
  (*server)->Shutdown(kShutdownPatience);
  // Nobody asks the engine any more; then it tells of the sessions that it still has.
  internal->reset();
  server->reset();
  engine.reset();
  engine_probe.Flush();
  log::Info("stopped", {});
  return 0;
}

}  // namespace
}  // namespace signaling

int main(int argc, char** argv) { return signaling::RunProcess(signaling::Run, argc, argv); }
