#include "gateway/link/service_target.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/common/address.h"
#include "services/common/settings.h"
#include "services/common/text.h"

namespace signaling::gateway {
namespace {

constexpr std::string_view kDns = "dns:///";
constexpr std::size_t kLongestName = 253;  // RFC 1035, section 2.3.4
constexpr std::string_view kForm =
    "must be host:port, a comma-separated list of them, or dns:///name:port";

struct HostAndPort {
  std::string_view host;  // without brackets
  std::string_view port;
};

bool IsPort(std::string_view text) {
  int port = 0;
  return std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(Absl(text), &port) && port > 0 && port <= 65535;
}

bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' ||
                  c == '_';
         });
}

bool IsIpv6(std::string_view text) {
  boost::system::error_code ec;
  boost::asio::ip::make_address_v6(std::string(text), ec);
  return !ec;
}

// Without a port gRPC takes 443 in silence.
bool Split(std::string_view text, HostAndPort* parts) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;
  parts->host = text.substr(0, colon);
  parts->port = text.substr(colon + 1);
  if (!IsPort(parts->port)) return false;
  if (!parts->host.starts_with('[')) return IsName(parts->host);
  if (!parts->host.ends_with(']')) return false;
  parts->host = parts->host.substr(1, parts->host.size() - 2);
  return IsIpv6(parts->host);
}

absl::Status Refuse(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("\"", RedactedInError(text), "\": ", Absl(why)));
}

}  // namespace

absl::StatusOr<ServiceTarget> ParseServiceTarget(std::string_view text) {
  ServiceTarget target;
  HostAndPort parts;
  if (text.starts_with(kDns)) {
    if (!Split(text.substr(kDns.size()), &parts)) return Refuse(text, kForm);
    target.name = std::string(parts.host);
    target.port = std::string(parts.port);
    return target;
  }
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view one = text.substr(begin, end - begin);
    if (!Split(one, &parts)) return Refuse(text, kForm);
    std::string replica(one);
    if (std::find(target.replicas.begin(), target.replicas.end(), replica) !=
        target.replicas.end()) {
      return Refuse(one, "must be there only once");
    }
    target.replicas.push_back(std::move(replica));
    begin = end + 1;
  }
  if (target.replicas.size() > kMaxReplicas) {
    return Refuse(text, absl::StrCat("must be at most ", kMaxReplicas, " replicas"));
  }
  return target;
}

bool IsLocal(const ServiceTarget& target) {
  if (!target.name.empty()) return false;
  return std::all_of(target.replicas.begin(), target.replicas.end(), [](std::string_view replica) {
    HostAndPort parts;
    return Split(replica, &parts) && (parts.host == "localhost" || IsLoopback(parts.host));
  });
}

}  // namespace signaling::gateway
