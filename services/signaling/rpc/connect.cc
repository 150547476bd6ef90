#include "services/signaling/rpc/connect.h"

#include <utility>

namespace signaling {
namespace {

namespace v1 = signaling::v1;

constexpr std::uint32_t kSlot = 1;
constexpr std::size_t kFramesAtATime = 32;

class Connect final : public StreamReactor<v1::ConnectRequest, v1::ConnectResponse> {
 public:
  Connect(const StreamContext& context, grpc::CallbackServerContext* call)
      : StreamReactor(context, call, std::chrono::microseconds(0)) {}

 private:
  absl::Status OnRequest(v1::ConnectRequest* request) override {
    v1::UpFrame* frame = request->mutable_frame();
    if (frame->has_open() == std::exchange(open_, true)) {
      return absl::FailedPreconditionError("open has to be the first frame, and only that");
    }
    if (frame->has_open() && frame->open().path() != v1::SESSION_PATH_V1) {
      return absl::InvalidArgumentError("path has to be SESSION_PATH_V1");
    }
    // Only a gateway knows its clients' addresses and pings them; here it would be the client's word.
    if (frame->has_open()) frame->mutable_open()->clear_remote_address();
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
    response->mutable_frame()->Swap(frame);
    return true;
  }

  std::optional<grpc::Status> EndAfterWrite() override { return end_; }

  // Of the reader.
  bool open_ = false;

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
