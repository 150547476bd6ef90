// All links of a worker: one to each replica of the service. Not thread-safe: everything happens on the worker's thread.
// Owned by the worker, outlives its sessions and its loop; shut down, and over, before it is destroyed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/instant.h"
#include "gateway/link/link.h"
#include "gateway/link/replica.h"
#include "gateway/net.h"

namespace signaling::gateway {

class LinkSet final : public Links, private Replica::Owner {
 public:
  struct Events {
    // Pick has a link: sessions that have none may bind. Also after each break, where there is another link.
    std::function<void()> on_link_ready;
    // Whether Pick has a link, each time that changes.
    std::function<void(bool ready)> on_ready_change;
    // A link broke, or could not be opened.
    std::function<void()> on_link_down;
  };

  LinkSet(IoContext& io, LinkOptions options, Events events);
  ~LinkSet() override;
  LinkSet(const LinkSet&) = delete;
  LinkSet& operator=(const LinkSet&) = delete;

  // Where the replicas are, as gRPC targets, each once. Those that are no longer among them keep the sessions that they
  // have, but get none while there are others, and are not connected to again.
  void SetReplicas(const std::vector<std::string>& addresses);
  // Sends what waits, and ends all streams.
  void Shutdown();
  // Keeps all deadlines; called some times a second, also until it is over.
  void Tick(Instant now);

  bool ready() const { return ready_; }
  // How many links take sessions.
  std::size_t usable() const;
  // Why it is not ready, in words: a refusal before anything else. Empty: nothing has failed so far.
  std::string trouble() const;
  // All streams have ended.
  bool over() const;

  // Links:
  Link* Pick() override;

 private:
  void UpdateReady();

  // Replica::Owner:
  void OnReplicaUp() override;
  void OnReplicaDown() override;
  void Move(GrpcLink& from, GrpcLink* next) override;

  // Constant after construction.
  IoContext& io_;
  const LinkOptions options_;
  const Events events_;

  std::vector<std::unique_ptr<Replica>> replicas_;
  GrpcLink* preferred_ = nullptr;  // while sessions move to it
  bool ready_ = false;
  bool stopping_ = false;
};

}  // namespace signaling::gateway
