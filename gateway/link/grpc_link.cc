#include "gateway/link/grpc_link.h"

#include <algorithm>
#include <boost/asio/post.hpp>

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

constexpr std::chrono::seconds kGreetingTimeout{5};
constexpr std::chrono::seconds kEndTimeout{2};
// Whatever the service says, so that streams that go away do not pile up.
constexpr std::chrono::minutes kLongestGoodbye{10};

Duration DeadlineOf(const v1::GoAway& go_away) {
  const Duration deadline =
      std::chrono::seconds(std::clamp<std::int64_t>(
          go_away.deadline().seconds(), 0, std::chrono::seconds(kLongestGoodbye).count())) +
      std::chrono::nanoseconds(go_away.deadline().nanos());
  return std::clamp<Duration>(deadline, Duration::zero(), kLongestGoodbye);
}

}  // namespace

GrpcLink::GrpcLink(IoContext& io, Owner& owner, const LinkOptions& options)
    : io_(io), owner_(owner), options_(options), pacer_(options.flush_interval), flush_timer_(io) {}

GrpcLink::~GrpcLink() = default;

void GrpcLink::Start(v1::SignalingService::Stub& stub, const std::string& token) {
  deadline_ = std::chrono::steady_clock::now() + kGreetingTimeout;
  hello_.mutable_hello()->set_gateway_id(options_.gateway_id);
  stream_ = std::make_unique<Stream>(io_, static_cast<Stream::Owner&>(*this));
  stream_->Start(stub, token);
  stream_->TryWrite(hello_);
}

void GrpcLink::Unbind(std::uint32_t slot) {
  slots_.Unbind(slot);
  if (state_ == State::kGoingAway && slots_.bound() == 0) End();
}

void GrpcLink::Send(std::uint32_t slot, std::size_t bytes) {
  // What is not kept here is given up by the next call of Next.
  if (state_ == State::kGreeting || state_ == State::kOver) return;
  batcher_.Commit(slot, bytes);
  ScheduleFlush();
}

void GrpcLink::ScheduleFlush() {
  if (flush_scheduled_) return;
  flush_scheduled_ = true;
  const Duration delay = batcher_.full() || state_ == State::kEnding
                             ? Duration::zero()
                             : pacer_.Delay(std::chrono::steady_clock::now());
  if (delay == Duration::zero()) {
    net::post(io_, [this] {
      flush_scheduled_ = false;
      Flush();
    });
    return;
  }
  flush_timer_.expires_after(delay);
  flush_timer_.async_wait([this](beast::error_code) {
    flush_scheduled_ = false;
    Flush();
  });
}

void GrpcLink::Flush() {
  if (state_ == State::kGreeting || state_ == State::kOver) return;
  const bool ending = state_ == State::kEnding;
  if (batcher_.empty() && !ending) return;
  if (!stream_->CanWrite()) return;  // OnWritable follows
  if (batcher_.empty()) return stream_->Finish();
  const Batcher::Request& batch = batcher_.Take();
  options_.probe.BatchSent(batch.batch().frames_size());
  stream_->TryWrite(batch);
  pacer_.Written(std::chrono::steady_clock::now());
  if (!batcher_.empty() || ending) ScheduleFlush();
}

void GrpcLink::OnResponse(Stream::Response& response) {
  if (response.has_hello()) return Greet(response.hello());
  if (response.has_go_away()) return GoAway(response.go_away());
  options_.probe.BatchReceived(response.batch().frames_size());
  for (v1::DownFrame& frame : *response.mutable_batch()->mutable_frames()) Dispatch(frame);
}

void GrpcLink::Greet(const v1::ServiceHello& hello) {
  if (state_ != State::kGreeting) return;
  if (options_.refuses_open_service && !hello.authenticates()) {
    found_open_ = true;
    return End();
  }
  state_ = State::kUp;
  owner_.OnLinkUp(*this, hello.replica_id());
}

void GrpcLink::Dispatch(v1::DownFrame& frame) {
  Receiver* const receiver = slots_.Find(frame.slot());
  const bool was_bound = receiver != nullptr;
  if (frame.has_closed() && slots_.IsTaken(frame.slot())) slots_.Free(frame.slot());
  if (was_bound) receiver->OnFrame(frame);
  if (was_bound && state_ == State::kGoingAway && slots_.bound() == 0) End();
}

void GrpcLink::GoAway(const v1::GoAway& go_away) {
  if (state_ != State::kGreeting && state_ != State::kUp) return;
  const Duration deadline = DeadlineOf(go_away);
  state_ = State::kGoingAway;
  // The end is the service's to make; what it has closed by then arrives first.
  deadline_ = std::chrono::steady_clock::now() + deadline + kEndTimeout;
  if (slots_.bound() == 0) End();
  owner_.OnLinkGoesAway(*this, deadline);
}

void GrpcLink::MoveSessions() {
  slots_.ForEach([](std::uint32_t, Receiver& receiver) { receiver.OnLinkGoesAway(); });
}

void GrpcLink::End() {
  if (state_ == State::kEnding || state_ == State::kOver) return;
  const bool greeted = state_ != State::kGreeting;
  state_ = State::kEnding;
  deadline_ = std::chrono::steady_clock::now() + kEndTimeout;
  if (greeted) return ScheduleFlush();
  cancelled_ = true;
  stream_->Cancel();
}

void GrpcLink::OnStreamEnd(const grpc::Status& status) {
  state_ = State::kOver;
  stream_.reset();
  batcher_.Clear();
  flush_timer_.cancel();
  slots_.ForEach([this](std::uint32_t slot, Receiver& receiver) {
    slots_.Unbind(slot);
    receiver.OnLinkBroken();
  });
  owner_.OnLinkDown(*this,
                    found_open_ ? ServiceIsOpen() : FailureOf(status, options_.access.uses_tls()));
}

void GrpcLink::Tick(Instant now) {
  if (state_ == State::kUp || state_ == State::kOver || cancelled_ || now < deadline_) return;
  cancelled_ = true;
  stream_->Cancel();
}

}  // namespace signaling::gateway
