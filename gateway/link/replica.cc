#include "gateway/link/replica.h"

#include <grpc/grpc.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <random>
#include <utility>

#include "services/common/log.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

constexpr std::chrono::milliseconds kFirstBackoff{100};
// Both pauses, one after the other in the worst case, are well under the 5 s that the service keeps sessions that cannot be resumed.
constexpr std::chrono::milliseconds kLongestBackoff{1000};
constexpr int kLongestChannelBackoffMs = 300;
// A link that was up for less is a failed attempt.
constexpr std::chrono::seconds kProven{1};
// What goes wrong in more ways than that is not worth a line each.
constexpr std::size_t kMostTold = 8;

std::unique_ptr<v1::SignalingService::Stub> MakeStub(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
    const std::string& name) {
  grpc::ChannelArguments arguments;
  // Each worker has a connection of its own.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10000);
  // The link has its own backoff; the channel's must not be the longer one.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  // This, in spite of its name, is what one attempt to connect may take at most, TLS included: a far service needs it.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kLongestChannelBackoffMs);
  if (!name.empty()) arguments.SetSslTargetNameOverride(name);
  return v1::SignalingService::NewStub(grpc::CreateCustomChannel(address, credentials, arguments));
}

}  // namespace

Replica::Replica(IoContext& io, const LinkOptions& options, Owner& owner, std::string address)
    : io_(io),
      options_(options),
      owner_(owner),
      address_(std::move(address)),
      backoff_(kFirstBackoff, kLongestBackoff, std::random_device()()) {}

Replica::~Replica() = default;

void Replica::Connect() {
  up_since_ = Instant();
  const absl::StatusOr<std::string> token = options_.access.ReadToken();
  if (!token.ok()) return Fail(NoToken(token.status()));
  RenewStub();
  connected_ = true;
  links_.push_back(std::make_unique<GrpcLink>(io_, static_cast<GrpcLink::Owner&>(*this), options_));
  links_.back()->Start(*stub_, *token);
}

void Replica::RenewStub() {
  std::shared_ptr<grpc::ChannelCredentials> newest = options_.access.credentials();
  if (credentials_ == newest) return;
  credentials_ = std::move(newest);
  stub_ = MakeStub(address_, credentials_, options_.access.name());
}

void Replica::SetWanted(bool wanted) { wanted_ = wanted; }

void Replica::Shutdown() {
  wanted_ = false;
  for (const auto& link : links_) link->End();
}

GrpcLink* Replica::link() const {
  return connected_ && links_.back()->takes_sessions() ? links_.back().get() : nullptr;
}

bool Replica::over() const {
  return std::all_of(links_.begin(), links_.end(), [](const auto& link) { return link->over(); });
}

void Replica::Tick(Instant now) {
  std::erase_if(links_, [](const auto& link) { return link->over(); });
  for (const auto& link : links_) link->Tick(now);
  if (GrpcLink* const idle = link(); idle != nullptr && !wanted_ && idle->sessions() == 0) {
    idle->End();
  }
  if (wanted_ && !connected_ && now >= retry_at_) Connect();
  MoveSessions(now);
}

void Replica::MoveSessions(Instant now) {
  GrpcLink* const next = link();
  if (next == nullptr && now < leave_at_) return;
  for (const auto& link : links_) {
    if (link->goes_away()) owner_.Move(*link, next);
  }
}

void Replica::OnLinkUp(GrpcLink&, const std::string& replica_id) {
  log::Info("link_up", {{"service", address_}, {"replica_id", replica_id}});
  up_since_ = std::chrono::steady_clock::now();
  failure_.reset();
  told_.clear();
  owner_.OnReplicaUp();
  MoveSessions(up_since_);
}

void Replica::OnLinkGoesAway(GrpcLink& link, Duration deadline) {
  log::Info("link_goes_away",
            {{"service", address_},
             {"sessions", std::uint64_t{link.sessions()}},
             {"deadline_ms", std::int64_t{absl::ToInt64Milliseconds(absl::FromChrono(deadline))}}});
  const Instant now = std::chrono::steady_clock::now();
  const bool proven = Proven(now);
  if (proven) backoff_.Reset();
  leave_at_ = proven && wanted_ ? now + deadline / 2 : now;
  retry_at_ = proven ? now : now + backoff_.Next();
  connected_ = false;
  // At once: until it is up, new sessions have to wait.
  if (proven && wanted_) Connect();
  owner_.OnReplicaDown();
}

void Replica::OnLinkDown(GrpcLink& link, const LinkFailure& failure) {
  if (connected_ && links_.back().get() == &link && wanted_) {
    if (up_since_ != Instant()) options_.probe.LinkBroke();
    return Fail(failure);
  }
  log::Info("link_ended", {{"service", address_}, {"status", failure.status}});
  if (links_.back().get() == &link) connected_ = false;
  owner_.OnReplicaDown();
}

void Replica::Fail(LinkFailure failure) {
  const Instant now = std::chrono::steady_clock::now();
  if (Proven(now)) backoff_.Reset();
  const auto delay = backoff_.Next();
  retry_at_ = now + delay;
  const bool was_up = up_since_ != Instant();
  // Rounded up: one that breaks at once was up all the same.
  const std::int64_t up_ms =
      was_up ? std::chrono::ceil<std::chrono::milliseconds>(now - up_since_).count() : 0;
  if (!was_up) leave_at_ = now;
  connected_ = false;
  const bool news = IsNews(failure);
  const char* const event = failure.is_refusal ? "link_refused" : "link_down";
  log::Write(news ? log::Level::kWarning : log::Level::kDebug, news ? event : "link_still_down",
             {{"service", address_},
              {"status", failure.status},
              {"detail", failure.detail},
              log::IfAny("up_ms", up_ms),
              {"retry_ms", std::int64_t{delay.count()}}});
  failure_ = std::move(failure);
  owner_.OnReplicaDown();
  MoveSessions(now);
}

bool Replica::IsNews(const LinkFailure& failure) {
  if (told_.size() >= kMostTold ||
      std::find(told_.begin(), told_.end(), failure.words) != told_.end()) {
    return false;
  }
  told_.push_back(failure.words);
  return true;
}

bool Replica::Proven(Instant now) const {
  return up_since_ != Instant() && now - up_since_ >= kProven;
}

}  // namespace signaling::gateway
