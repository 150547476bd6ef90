#include "gateway/config.h"

#include "absl/strings/str_cat.h"
#include "gateway/link/service_target.h"
#include "services/common/address.h"
#include "services/common/ids.h"
#include "services/common/text.h"

namespace signaling::gateway {
namespace {

// A batch of the link holds many messages of the largest size.
constexpr std::size_t kLargestMessageBytes = std::size_t{256} * 1024;
constexpr std::size_t kSmallestMessageBytes = 1024;
constexpr int kMaxDepth = 128;
constexpr int kMaxIoThreads = 64;
constexpr int kMaxDrainRate = 1'000'000;
constexpr std::size_t kMostConnections = 1'000'000;
constexpr absl::Duration kLongest = absl::Hours(24);

absl::Status OutOfRange(std::string_view flag, std::string_view range) {
  return absl::InvalidArgumentError(absl::StrCat("--", Absl(flag), ": must be ", Absl(range)));
}

// A browser sends scheme://host[:port], without a path (RFC 6454, section 7).
bool LooksLikeOrigin(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  if (scheme == 0 || scheme == std::string_view::npos) return false;
  const std::string_view host = origin.substr(scheme + 3);
  return !host.empty() && host.find_first_of("/?# ") == std::string_view::npos;
}

absl::Status CheckServiceFlags(const Config& config) {
  if (config.service_cert.empty() != config.service_key.empty()) {
    return absl::InvalidArgumentError("--service_cert and --service_key: each needs the other");
  }
  if (!config.service_ca.empty()) return absl::OkStatus();
  if (!config.service_cert.empty()) {
    return absl::InvalidArgumentError("--service_cert: needs --service_ca");
  }
  if (!config.service_name.empty()) {
    return absl::InvalidArgumentError("--service_name: needs --service_ca");
  }
  return absl::OkStatus();
}

}  // namespace

bool TellsTokenInPlaintext(const Config& config) {
  if (config.service_token_file.empty() || !config.service_ca.empty()) return false;
  const absl::StatusOr<ServiceTarget> target = ParseServiceTarget(config.service);
  return target.ok() && !IsLocal(*target);
}

absl::Status Validate(const Config& config) {
  if (absl::Status status = CheckListenAddress(
          config.address,
          {.guarded = !config.service_token_file.empty() || !config.service_cert.empty(),
           .allow_anonymous = config.allow_anonymous,
           .missing = "the service is shown no identity (--service_token_file or --service_cert)"});
      !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckServiceFlags(config); !status.ok()) return status;
  if (const auto target = ParseServiceTarget(config.service); !target.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--service=", target.status().message()));
  }
  if (config.max_connections < 1 || config.max_connections > kMostConnections) {
    return OutOfRange("max_connections", "from 1 to 1000000");
  }
  if (config.timeout < absl::Seconds(1) || config.timeout > kLongest) {
    return OutOfRange("timeout", "from 1s to 24h");
  }
  if (config.handshake_timeout < absl::Milliseconds(100) || config.handshake_timeout > kLongest) {
    return OutOfRange("handshake_timeout", "from 100ms to 24h");
  }
  if (!IsValidId(config.default_room)) {
    return OutOfRange("default_room", "1 to 128 characters of [A-Za-z0-9._~:@-]");
  }
  for (const std::string& origin : config.allowed_origins) {
    if (origin != "*" && !LooksLikeOrigin(origin)) {
      return OutOfRange("allowed_origins", "a comma-separated list of scheme://host[:port], or *");
    }
  }
  if (config.tls_cert.empty() != config.tls_key.empty()) {
    return absl::InvalidArgumentError(config.tls_cert.empty()
                                          ? "--tls_cert: must be set where --tls_key is"
                                          : "--tls_key: must be set where --tls_cert is");
  }
  if (config.max_message_bytes < kSmallestMessageBytes ||
      config.max_message_bytes > kLargestMessageBytes) {
    return OutOfRange("max_message_bytes", "from 1024 to 262144");
  }
  if (config.max_json_depth < 2 || config.max_json_depth > kMaxDepth) {
    return OutOfRange("max_json_depth", "from 2 to 128");
  }
  if (config.link_flush_interval < absl::ZeroDuration() ||
      config.link_flush_interval > absl::Milliseconds(100)) {
    return OutOfRange("link_flush_interval", "from 0 to 100ms");
  }
  if (config.io_threads < 1 || config.io_threads > kMaxIoThreads) {
    return OutOfRange("io_threads", "from 1 to 64");
  }
  if (config.drain_timeout < absl::ZeroDuration() || config.drain_timeout > absl::Minutes(10)) {
    return OutOfRange("drain_timeout", "from 0 to 10m");
  }
  if (config.drain_rate < 1 || config.drain_rate > kMaxDrainRate) {
    return OutOfRange("drain_rate", "from 1 to 1000000");
  }
  return absl::OkStatus();
}

}  // namespace signaling::gateway
