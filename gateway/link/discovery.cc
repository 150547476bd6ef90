#include "gateway/link/discovery.h"

#include <algorithm>
#include <boost/asio/ip/resolver_base.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/common/log.h"

namespace signaling::gateway {
namespace {

constexpr std::chrono::seconds kInterval{30};
// After a look-up that failed, and between those that breaks ask for.
constexpr std::chrono::seconds kShortest{1};

std::string GrpcTarget(const net::ip::tcp::endpoint& endpoint) {
  if (endpoint.address().is_v4()) {
    return absl::StrCat("ipv4:", endpoint.address().to_string(), ":", endpoint.port());
  }
  // The target is a URI: a scope's percent sign is one of its own (RFC 3986, section 2.4).
  return absl::StrCat("ipv6:[", absl::StrReplaceAll(endpoint.address().to_string(), {{"%", "%25"}}),
                      "]:", endpoint.port());
}

}  // namespace

Discovery::Discovery(IoContext& io, ServiceTarget target, Found found)
    : target_(std::move(target)), found_(std::move(found)), resolver_(io.get_executor()) {}

void Discovery::Start() {
  if (target_.name.empty()) return found_(target_.replicas);
  LookUp();
}

void Discovery::Tick(Instant now) {
  if (!target_.name.empty() && !looking_ && !stopped_ && now >= next_) LookUp();
}

void Discovery::Refresh() { next_ = std::min(next_, last_ + kShortest); }

void Discovery::Stop() {
  stopped_ = true;
  resolver_.cancel();
}

void Discovery::LookUp() {
  looking_ = true;
  last_ = std::chrono::steady_clock::now();
  next_ = last_ + kInterval;
  // Only families that this machine has: a replica is not to be tried at an address that cannot be reached.
  const auto flags =
      net::ip::resolver_base::address_configured | net::ip::resolver_base::numeric_service;
  resolver_.async_resolve(target_.name, target_.port, flags,
                          [this](beast::error_code ec, const Resolver::results_type& addresses) {
                            looking_ = false;
                            if (!stopped_) OnAddresses(ec, addresses);
                          });
}

void Discovery::OnAddresses(beast::error_code ec, const Resolver::results_type& addresses) {
  if (ec) {
    // Those that were known stay: a name server's fault is no reason to leave them.
    log::Warning("service_lookup_failed", {{"name", target_.name}, {"detail", ec.message()}});
    next_ = last_ + kShortest;
    return;
  }
  std::vector<std::string> replicas;
  for (const auto& entry : addresses) replicas.push_back(GrpcTarget(entry.endpoint()));
  std::sort(replicas.begin(), replicas.end());
  replicas.erase(std::unique(replicas.begin(), replicas.end()), replicas.end());
  if (replicas.size() > kMaxReplicas) {
    log::Warning("too_many_replicas",
                 {{"name", target_.name}, {"found", std::uint64_t{replicas.size()}}});
    replicas.resize(kMaxReplicas);
  }
  found_(replicas);
}

}  // namespace signaling::gateway
