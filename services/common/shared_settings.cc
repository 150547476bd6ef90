#include "services/common/shared_settings.h"

#include "services/common/address.h"

namespace signaling {

void AddAddress(std::string* address, Settings& settings) {
  settings.Add("address", *address, "IP address that both ports listen on",
               [address](const std::string& text) {
                 if (!IsAddress(text)) {
                   return absl::InvalidArgumentError("not an IPv4 or IPv6 address");
                 }
                 *address = text;
                 return absl::OkStatus();
               });
}

void AddLogLevel(log::Level* level, Settings& settings) {
  settings
      .Add("log_level", "info", "how much is logged; debug has clients' addresses",
           [level](const std::string& text) {
             if (log::ParseLevel(text, level)) return absl::OkStatus();
             return absl::InvalidArgumentError("must be debug, info, warning or error");
           })
      .Values("debug, info, warning, error")
      .Reloads();
}

void AddRateLimits(RateLimits* limits, std::string_view help, Settings& settings) {
  settings
      .Add("rate_limits", "default", help,
           [limits](const std::string& text) {
             const absl::StatusOr<RateLimits> parsed = ParseRateLimits(text);
             if (parsed.ok()) *limits = *parsed;
             return parsed.status();
           })
      .Reloads();
}

}  // namespace signaling
