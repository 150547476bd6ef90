// One replica of the service, at one address: keeps a link to it up. A link that breaks is opened again after a backoff;
// one that goes away is followed by the next at once, to which its sessions move before it ends. Where the replica lets
// no other link come up, they move to another replica. Not thread-safe: everything happens on the worker's thread. Owned
// by the link set.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/instant.h"
#include "gateway/link/backoff.h"
#include "gateway/link/grpc_link.h"
#include "gateway/link/link_failure.h"
#include "gateway/link/link_options.h"
#include "gateway/net.h"

namespace signaling::gateway {

class Replica final : private GrpcLink::Owner {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    // A link takes sessions.
    virtual void OnReplicaUp() = 0;
    // None does, or not this one any more. What it had has been told, or will be moved.
    virtual void OnReplicaDown() = 0;
    // Moves the sessions of a link that goes away: to `next`, or where that is null, to any other, where there is one.
    virtual void Move(GrpcLink& from, GrpcLink* next) = 0;
  };

  Replica(IoContext& io, const LinkOptions& options, Owner& owner, std::string address);
  ~Replica() override;
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  void Start() { Connect(); }
  // Whether a link that ends is opened again.
  void SetWanted(bool wanted);
  // Ends all links.
  void Shutdown();
  // Keeps the deadlines, opens what is due and destroys what is over.
  void Tick(Instant now);

  const std::string& address() const { return address_; }
  bool wanted() const { return wanted_; }
  // The one that takes sessions, or null.
  GrpcLink* link() const;
  // Why there is none; null where there is one, or the first is on its way.
  const LinkFailure* failure() const { return failure_ ? &*failure_ : nullptr; }
  // Nothing of it happens any more: it can be destroyed.
  bool over() const;

 private:
  void Connect();
  // A stub with the newest credentials. Streams of the one before keep their connection.
  void RenewStub();
  // The newest link has ended, or could not begin: the next one follows after a backoff.
  void Fail(LinkFailure failure);
  void MoveSessions(Instant now);
  // Of one reason it is enough to hear once until it is over.
  bool IsNews(const LinkFailure& failure);
  // The newest link has been up for long enough to say that the replica works.
  bool Proven(Instant now) const;

  // GrpcLink::Owner:
  void OnLinkUp(GrpcLink& link, const std::string& replica_id) override;
  void OnLinkGoesAway(GrpcLink& link, Duration deadline) override;
  void OnLinkDown(GrpcLink& link, const LinkFailure& failure) override;

  // Constant after construction.
  IoContext& io_;
  const LinkOptions& options_;
  Owner& owner_;
  const std::string address_;

  std::shared_ptr<grpc::ChannelCredentials> credentials_;  // of the stub
  std::unique_ptr<signaling::v1::SignalingService::Stub> stub_;
  // The newest last. The others go away or are over.
  std::vector<std::unique_ptr<GrpcLink>> links_;
  bool wanted_ = true;
  bool connected_ = false;              // the newest is neither over nor goes away
  std::optional<LinkFailure> failure_;  // of the last attempt, until one succeeds
  std::vector<std::string> told_;       // in words, what the log says is wrong since a link was up
  Backoff backoff_;
  Instant up_since_{};  // the newest; the epoch: it is not
  Instant retry_at_{};
  // When sessions move to another replica, as this one lets no other link come up.
  Instant leave_at_{};
};

}  // namespace signaling::gateway
