#include "services/signaling/rpc/watch.h"

#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

#include "services/signaling/core/access.h"
#include "services/signaling/rpc/call_audit.h"
#include "services/signaling/rpc/session_log.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

// Read at a time, and so the most that a watcher holds. One that does not keep up falls behind in the log, which costs
// nothing, until the log has gone past it.
constexpr std::size_t kEventsAtATime = 64;

class Watch final : public WatchWriter, private EventSink {
 public:
  Watch(const StreamContext& context, grpc::CallbackServerContext* call, std::string cursor)
      : WatchWriter(context, std::chrono::microseconds(0)),
        call_(*call),
        peer_(call->peer()),
        office_(context.engine.back_office()),
        cursor_(std::move(cursor)),
        audit_(context.calls, MethodOf(*v1::WatchEventsRequest::descriptor()), *call) {}

  // Nothing is to be sent away: who watches goes on elsewhere with its cursor.
  std::size_t BeginDrain(absl::Duration) override {
    Shutdown();
    return 0;
  }
  std::size_t SendAway(std::size_t) override { return 0; }

 private:
  void OnStart() override {
    context_.gate.Admit(call_, MayAdminister,
                        [weak = weak_from_this()](const absl::StatusOr<Identity>& caller) {
                          const auto alive = std::static_pointer_cast<Watch>(weak.lock());
                          if (alive != nullptr) alive->Begin(caller);
                        });
  }

  void Begin(const absl::StatusOr<Identity>& caller) {
    refusal_ = audit_.Admitted(caller);
    if (!refusal_.ok()) audit_.Refused();
    judged_ = true;
    if (!caller.ok()) {
      LogCallRefused(peer_, caller.status());
      return TryFinish(ToGrpc(caller.status()));
    }
    lifetime_.Limit(Uptime(), caller->expires - context_.clock.Now());
    admitted_ = true;
    Flush();
  }

  void OnEnd() override {
    if (watching_) office_.Unwatch(this);
    if (!judged_) return;
    const auto code = static_cast<absl::StatusCode>(end_status().error_code());
    audit_.Write(refusal_.ok() ? absl::Status(code, "") : refusal_);
  }

  // With the engine's locks held.
  void OnEvents() override {
    if (!noted_.exchange(true)) context_.queue.Note(weak_from_this());
  }

  absl::StatusOr<bool> Next(v1::WatchEventsResponse* response) override {
    if (!admitted_) return false;
    if (!watching_) return Watching(response);
    if (next_ == events_.size()) {
      events_.clear();
      next_ = 0;
      noted_ = false;  // before the reading: what comes during it is noted again
      absl::Status read = office_.ReadEvents(read_, kEventsAtATime, &events_);
      if (!read.ok()) return read;
      read_ += events_.size();
      if (events_.empty()) return false;
    }
    response->Swap(&events_[next_++]);
    return true;
  }

  // Here and not in OnStart, since the sink is called from the moment that the engine knows it, and what it causes has
  // to wait for the start's number.
  absl::StatusOr<bool> Watching(v1::WatchEventsResponse* response) {
    const absl::StatusOr<std::uint64_t> start = office_.Watch(cursor_, this);
    if (!start.ok()) return start.status();
    watching_ = true;
    read_ = *start;
    response->set_cursor(office_.CursorOf(read_));
    return true;
  }

  // Constant after construction.
  const grpc::CallbackServerContext& call_;  // gRPC's, and there until Finish
  const std::string peer_;                   // for an answer so late that the call is gone
  BackOffice& office_;
  const std::string cursor_;

  // Of Begin; once it has judged, of the end.
  CallAudit audit_;
  absl::Status refusal_;
  std::atomic<bool> judged_{false};

  std::atomic<bool> admitted_{false};

  std::atomic<bool> noted_{false};

  // Of the one caller of Next.
  bool watching_ = false;
  std::uint64_t read_ = 0;  // the number of the last event that was read
  std::vector<v1::WatchEventsResponse> events_;
  std::size_t next_ = 0;  // of them
};

}  // namespace

std::shared_ptr<WatchWriter> MakeWatch(const StreamContext& context,
                                       grpc::CallbackServerContext* call,
                                       const std::string& cursor) {
  return std::make_shared<Watch>(context, call, cursor);
}

}  // namespace signaling
