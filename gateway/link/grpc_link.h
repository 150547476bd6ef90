// One stream to one replica, from its start to its end, for many sessions. What waits for it goes in batches, whose
// flushes are paced. Not thread-safe: everything happens on the worker's thread. Owned by its replica, which destroys it
// when it is over.
#pragma once

#include <memory>
#include <string>

#include "gateway/instant.h"
#include "gateway/link/batcher.h"
#include "gateway/link/link.h"
#include "gateway/link/link_failure.h"
#include "gateway/link/link_options.h"
#include "gateway/link/pacer.h"
#include "gateway/link/slot_table.h"
#include "gateway/link/stream.h"
#include "gateway/net.h"

namespace signaling::gateway {

class GrpcLink final : public Link, private Stream::Owner {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void OnLinkUp(GrpcLink& link, const std::string& replica_id) = 0;
    // The service ends the stream at the deadline: the link takes no more sessions.
    virtual void OnLinkGoesAway(GrpcLink& link, Duration deadline) = 0;
    // The stream is gone, and whoever listened knows it.
    virtual void OnLinkDown(GrpcLink& link, const LinkFailure& failure) = 0;
  };

  GrpcLink(IoContext& io, Owner& owner, const LinkOptions& options);
  ~GrpcLink() override;
  GrpcLink(const GrpcLink&) = delete;
  GrpcLink& operator=(const GrpcLink&) = delete;

  void Start(signaling::v1::SignalingService::Stub& stub, const std::string& token);
  // Sends what waits, and ends the stream.
  void End();
  // OnLinkGoesAway for all sessions; when the last has moved, the stream is ended.
  void MoveSessions();
  // Keeps the deadlines of the greeting and of the end.
  void Tick(Instant now);

  bool takes_sessions() const { return state_ == State::kUp; }
  bool goes_away() const { return state_ == State::kGoingAway; }
  // Nothing of it happens any more: it can be destroyed.
  bool over() const { return state_ == State::kOver && !flush_scheduled_; }
  std::size_t sessions() const { return slots_.bound(); }

  // Link:
  std::uint32_t Bind(Receiver& receiver) override { return slots_.Bind(receiver); }
  void Unbind(std::uint32_t slot) override;
  signaling::v1::UpFrame& Next() override { return batcher_.Next(); }
  void Send(std::uint32_t slot, std::size_t bytes) override;

 private:
  enum class State : std::uint8_t {
    kGreeting,   // until the service has said hello
    kUp,         // takes sessions
    kGoingAway,  // has its sessions until they have moved
    kEnding,     // sends what waits, then ends
    kOver,       // the stream is gone
  };

  void ScheduleFlush();
  void Flush();
  void Greet(const signaling::v1::ServiceHello& hello);
  void GoAway(const signaling::v1::GoAway& go_away);
  void Dispatch(signaling::v1::DownFrame& frame);

  // Stream::Owner:
  void OnResponse(Stream::Response& response) override;
  void OnWritable() override { Flush(); }
  void OnStreamEnd(const grpc::Status& status) override;

  // Constant after construction.
  IoContext& io_;
  Owner& owner_;
  const LinkOptions& options_;

  State state_ = State::kGreeting;
  std::unique_ptr<Stream> stream_;  // null when it is over
  Stream::Request hello_;
  Instant deadline_;  // of the greeting or of the end
  bool cancelled_ = false;
  bool found_open_ = false;  // a service that is refused for that
  Batcher batcher_;
  SlotTable slots_;
  Pacer pacer_;
  bool flush_scheduled_ = false;
  Timer flush_timer_;
};

}  // namespace signaling::gateway
