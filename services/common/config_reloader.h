// Takes a changed configuration into a running process: what its settings allow, all or nothing.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"
#include "services/common/config_start.h"
#include "services/common/file_watcher.h"

namespace signaling {

// Thread-safe. Owned by main, which ends it before what it applies to; it ends its thread in the destructor. What cannot be used
// changes nothing; what is good is applied, and what of it only a start can take is named in the log.
class ConfigReloader {
 public:
  struct Next {
    std::vector<SettingValue> values;
    std::function<void()> apply;
  };
  // Reads all sources anew, with this text of the file.
  using Load = std::function<absl::StatusOr<Next>(const std::string& file_text)>;

  // `running` and `file_text` are those of the start.
  ConfigReloader(ConfigSources sources, std::string file_text, std::vector<SettingValue> running,
                 Load load, prometheus::Registry& registry,
                 std::chrono::milliseconds interval = std::chrono::seconds(1));

  // Looks at the configuration as at a changed one, whatever the file says or whether there is one, and has all watched files
  // of the process looked at again. Returns at once.
  void Reload();

 private:
  void Look();
  void Take(const Next& next);
  void Succeeded();
  void Failed(const absl::Status& status);

  // Constant after construction.
  const ConfigSources sources_;
  const Load load_;
  prometheus::Counter& taken_;
  prometheus::Counter& failed_;
  prometheus::Gauge& successful_;
  prometheus::Gauge& success_time_;

  std::atomic<bool> asked_{false};

  // Of the watcher's thread.
  std::optional<std::string> file_text_;  // that was looked at last; none: it could not be read
  std::vector<SettingValue> running_;     // as declared

  std::optional<FileWatcher> watcher_;  // the last: its thread uses the others
};

// Where a Config is read from and how it is applied. `apply` is called on the reloader's thread, and looks only at what
// reloads.
template <typename Config>
ConfigReloader::Load LoaderOf(ConfigSources sources, std::function<void(const Config&)> apply) {
  return [sources = std::move(sources), apply = std::move(apply)](
             const std::string& file_text) -> absl::StatusOr<ConfigReloader::Next> {
    auto loaded = LoadConfig<Config>(sources, file_text);
    if (!loaded.ok()) return loaded.status();
    return ConfigReloader::Next{
        .values = std::move(loaded->values),
        .apply = [apply, config = std::move(loaded->config)] { apply(config); }};
  };
}

}  // namespace signaling
