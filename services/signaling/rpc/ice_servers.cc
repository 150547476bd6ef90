#include "services/signaling/rpc/ice_servers.h"

#include <utility>

#include "services/signaling/core/durations.h"
#include "services/signaling/core/turn_credential.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

// Of a credential's life. A third of it at least is left for connections that are made just before the next one comes.
constexpr double kEarliestRenewal = 0.5;
constexpr double kLatestRenewal = 2.0 / 3;

void AddServer(const std::vector<std::string>& urls, v1::IceServers* servers) {
  if (urls.empty()) return;
  v1::IceServer* server = servers->add_servers();
  for (const std::string& url : urls) server->add_urls(url);
}

}  // namespace

IceServers::IceServers(const IceServersOptions& options, const Clock& clock)
    : turn_urls_(options.turn_urls),
      turn_ttl_(options.turn_ttl),
      clock_(clock),
      turn_secrets_(options.turn_secrets) {
  AddServer(options.stun_urls, &without_turn_);
  // All parts of a grant have the same length for every session; the tags and lengths around it take a few bytes more.
  constexpr std::size_t kMaxFraming = 16;
  max_bytes_ = For(std::string(22, '-')).ByteSizeLong() + kMaxFraming;
}

v1::IceServers IceServers::For(const std::string& session_id) const {
  v1::IceServers servers = without_turn_;
  if (!has_turn()) return servers;
  const absl::Time expiry = absl::FromUnixSeconds(absl::ToUnixSeconds(clock_.Now() + turn_ttl_));
  TurnCredential made;
  {
    MutexLock lock(mu_);
    made = MakeTurnCredential(turn_secrets_.front(), session_id, expiry);
  }
  AddServer(turn_urls_, &servers);
  v1::IceServer* turn = servers.mutable_servers(servers.servers_size() - 1);
  turn->set_username(std::move(made.username));
  turn->set_credential(std::move(made.credential));
  SetTime(expiry, servers.mutable_expire_time());
  return servers;
}

absl::Duration IceServers::RenewalTime() const {
  MutexLock lock(mu_);
  return Now() + turn_ttl_ * absl::Uniform(random_, kEarliestRenewal, kLatestRenewal);
}

bool IceServers::set_turn_secrets(std::vector<std::string> secrets) {
  MutexLock lock(mu_);
  if (secrets == turn_secrets_) return false;
  turn_secrets_ = std::move(secrets);
  return true;
}

}  // namespace signaling
