#include "services/signaling/rpc/connect.h"

#include <atomic>
#include <utility>

#include "absl/random/random.h"
#include "services/signaling/core/durations.h"
#include "services/signaling/rpc/session_log.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

constexpr std::uint32_t kSlot = 1;
constexpr std::size_t kFramesAtATime = 32;
constexpr absl::Duration kReconnectSpread = absl::Seconds(1);
// For a client that resumes elsewhere, until its stream is ended for it.
constexpr absl::Duration kTimeToLeave = absl::Seconds(1);

class Connect final : public StreamReactor<v1::ConnectRequest, v1::ConnectResponse> {
 public:
  Connect(const StreamContext& context, grpc::CallbackServerContext* call)
      : StreamReactor(context, call, std::chrono::microseconds(0)),
        peer_(call->peer()),
        read_gate_(context.limits) {}

 private:
  void Authorize() override {
    if (absl::Status status = context_.limits.MayAuthenticate(peer_); !status.ok()) {
      return TryFinish(ToGrpc(status));
    }
    BeginReading();
  }

  bool ReadsOn() override { return read_gate_.OnFrame(kind_); }
  bool ReadsAgain() override { return read_gate_.OnTick(); }

  absl::Status OnRequest(v1::ConnectRequest* request) override {
    kind_ = LimitOf(request->frame());
    absl::Status status = Handle(request);
    if (!status.ok()) end_cause_ = DetachCause::kFault;
    return status;
  }

  absl::Status Handle(v1::ConnectRequest* request) {
    v1::UpFrame* frame = request->mutable_frame();
    if (frame->has_open() == std::exchange(open_, true)) {
      return absl::FailedPreconditionError("open has to be the first frame, and only that");
    }
    if (frame->has_open() && frame->open().path() != v1::SESSION_PATH_V1) {
      return absl::InvalidArgumentError("path has to be SESSION_PATH_V1");
    }
    // Moves without the token: for gateways alone.
    if (frame->has_attach()) return absl::InvalidArgumentError("a session is resumed by open");
    // Only a gateway knows its clients' addresses and pings them; here it would be the client's word.
    if (frame->has_open()) frame->mutable_open()->clear_remote_address();
    if (frame->has_open() && frame->open().traceparent().empty()) {
      frame->mutable_open()->set_traceparent(Traceparent(call_));
    }
    if (frame->has_open()) LogPeer(frame->open(), peer_);
    if (frame->has_open() && frame->open().token().empty()) {
      frame->mutable_open()->set_token(BearerToken(call_));
    }
    if (frame->has_round_trip()) frame->clear_round_trip();
    frame->set_slot(kSlot);
    return sessions_.Handle(frame);
  }

  void OnHalfClose() override {
    sessions_.DetachAll(call_.IsCancelled() ? DetachCause::kBroken : DetachCause::kBye);
    if (!open_) TryFinish(grpc::Status::OK);
  }

  bool Fill(v1::ConnectResponse* response) override {
    if (next_ == batch_.frames_size()) {
      batch_.Clear();
      next_ = 0;
      if (!sessions_.Fill(kFramesAtATime, &batch_)) return false;
    }
    v1::DownFrame* frame = batch_.mutable_frames(next_++);
    frame->set_slot(0);
    if (frame->has_closed()) end_ = ToGrpc(frame->closed());
    // Of an opening, or of a refresh.
    const v1::Error& error = frame->has_closed() ? frame->closed().error() : frame->error();
    if (error.reason() == v1::ERROR_REASON_UNAUTHENTICATED) {
      context_.limits.OnFailedAuthentication(peer_);
    }
    response->mutable_frame()->Swap(frame);
    return true;
  }

  std::optional<grpc::Status> EndAfterWrite() override { return end_; }

  void OnGoAway() override {
    if (!told_.exchange(true)) TellGoAway();
  }

  std::size_t SendAway(std::size_t count) override {
    if (count == 0 || sessions_.empty() || sent_away_.exchange(true)) return 0;
    const absl::Duration after = told_.exchange(true) ? absl::ZeroDuration() : TellGoAway();
    lifetime_.EndBy(Uptime() + after + kTimeToLeave);
    return 1;
  }

  // When the client is to be back.
  absl::Duration TellGoAway() {
    const absl::Duration after = absl::Uniform(absl::BitGen(), 0.0, 1.0) * kReconnectSpread;
    v1::Notice notice;
    SetDuration(after, notice.mutable_go_away()->mutable_reconnect_after());
    sessions_.Tell(notice);
    return after;
  }

  DetachCause EndCause() const override { return end_cause_; }

  // Constant after construction.
  const std::string peer_;

  ReadGate read_gate_;  // thread-safe itself

  std::atomic<bool> told_{false};       // that the stream ends
  std::atomic<bool> sent_away_{false};  // by the service that stops
  std::atomic<DetachCause> end_cause_{DetachCause::kBroken};

  // Of the reader.
  bool open_ = false;
  Limit kind_ = Limit::kOther;  // of the frame that was read last

  // Of the writer.
  v1::DownBatch batch_;  // what was pulled and not yet written
  int next_ = 0;
  std::optional<grpc::Status> end_;
};

}  // namespace

std::shared_ptr<StreamReactor<v1::ConnectRequest, v1::ConnectResponse>> MakeConnect(
    const StreamContext& context, grpc::CallbackServerContext* call) {
  return std::make_shared<Connect>(context, call);
}

}  // namespace signaling
