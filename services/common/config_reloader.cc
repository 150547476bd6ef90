#include "services/common/config_reloader.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "services/common/log.h"

namespace signaling {
namespace {

prometheus::Gauge& AddGauge(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Family<prometheus::Counter>& AddCounter(prometheus::Registry& registry) {
  return prometheus::BuildCounter()
      .Name("signaling_config_reloads_total")
      .Help("Times that a changed configuration was looked at, by what came of it.")
      .Register(registry);
}

}  // namespace

ConfigReloader::ConfigReloader(ConfigSources sources, std::string file_text,
                               std::vector<SettingValue> running, Load load,
                               prometheus::Registry& registry, std::chrono::milliseconds interval)
    : sources_(std::move(sources)),
      load_(std::move(load)),
      taken_(AddCounter(registry).Add({{"result", "ok"}})),
      failed_(AddCounter(registry).Add({{"result", "error"}})),
      successful_(AddGauge(registry, "signaling_config_last_reload_successful",
                           "1: the configuration that was looked at last is good.")),
      success_time_(AddGauge(registry, "signaling_config_last_reload_success_timestamp_seconds",
                             "When a good configuration was read last, at the start or later.")),
      file_text_(std::move(file_text)),
      running_(std::move(running)) {
  Succeeded();
  // The thread is started when all that it uses is as it has to be.
  watcher_.emplace(
      std::vector<FileWatcher::File>{
          {sources_.file,
           [this] {
             Look();
             return true;  // what is wrong with it goes only with another change
           }}},
      interval);
}

void ConfigReloader::Reload() {
  asked_ = true;
  FileWatcher::AllLookAgain();
}

void ConfigReloader::Look() {
  const bool asked = asked_.exchange(false);
  absl::StatusOr<std::string> text = ReadConfigFile(sources_);
  if (!asked && text.ok() && file_text_ == *text) return;
  if (!text.ok()) {
    file_text_.reset();
    return Failed(text.status());
  }
  file_text_ = *std::move(text);
  if (const absl::StatusOr<Next> next = load_(*file_text_); next.ok()) {
    Take(*next);
  } else {
    Failed(next.status());
  }
}

void ConfigReloader::Take(const Next& next) {
  std::vector<std::string> changed;
  std::vector<std::string> waiting;
  for (std::size_t i = 0; i < running_.size(); ++i) {
    const SettingValue& value = next.values[i];
    if (value.text == running_[i].text) continue;
    if (value.reloads) running_[i] = value;
    (value.reloads ? changed : waiting).push_back(value.name);
  }
  next.apply();
  Succeeded();
  taken_.Increment();
  log::Info("config_reloaded", {{"changed", absl::StrJoin(changed, ",")}});
  if (!waiting.empty()) {
    log::Warning("config_needs_restart", {{"flags", absl::StrJoin(waiting, ",")}});
  }
}

void ConfigReloader::Succeeded() {
  successful_.Set(1);
  success_time_.Set(absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()));
}

void ConfigReloader::Failed(const absl::Status& status) {
  successful_.Set(0);
  failed_.Increment();
  log::Error("config_not_reloaded", {{"error", std::string(status.message())}});
}

}  // namespace signaling
