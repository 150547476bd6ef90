#include "gateway/link/grpc_link.h"

#include <grpc/grpc.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <boost/asio/post.hpp>
#include <random>
#include <utility>

#include "services/common/log.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

constexpr std::chrono::milliseconds kFirstBackoff{100};
constexpr std::chrono::milliseconds kLongestBackoff{5000};
constexpr std::chrono::seconds kGreetingTimeout{5};
constexpr std::chrono::seconds kEndTimeout{2};

std::unique_ptr<v1::SignalingService::Stub> MakeStub(const std::string& service) {
  grpc::ChannelArguments arguments;
  // Each worker has a connection of its own.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10000);
  // The link has its own backoff; the channel's must not be the longer one.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  return v1::SignalingService::NewStub(
      grpc::CreateCustomChannel(service, grpc::InsecureChannelCredentials(), arguments));
}

}  // namespace

GrpcLink::GrpcLink(IoContext& io, Options options)
    : io_(io),
      options_(std::move(options)),
      stub_(MakeStub(options_.service)),
      pacer_(options_.flush_interval),
      flush_timer_(io),
      backoff_(kFirstBackoff, kLongestBackoff, std::random_device()()),
      retry_timer_(io) {
  hello_.mutable_hello()->set_gateway_id(options_.gateway_id);
}

GrpcLink::~GrpcLink() = default;

void GrpcLink::Start() { Connect(); }

void GrpcLink::Connect() {
  cancelled_ = false;
  deadline_ = std::chrono::steady_clock::now() + kGreetingTimeout;
  stream_ = std::make_unique<Stream>(io_, static_cast<Stream::Owner&>(*this));
  stream_->Start(*stub_);
  stream_->TryWrite(hello_);
}

void GrpcLink::Send(std::uint32_t slot, std::size_t bytes) {
  if (!greeted_) return;  // the next call of Next gives the frame up
  batcher_.Commit(slot, bytes);
  ScheduleFlush();
}

void GrpcLink::ScheduleFlush() {
  if (flush_scheduled_) return;
  flush_scheduled_ = true;
  const Duration delay = batcher_.full() || shutdown_done_
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
  if (stream_ == nullptr || !greeted_) return;
  if (batcher_.empty() && !shutdown_done_) return;
  if (!stream_->CanWrite()) return;  // OnWritable follows
  if (batcher_.empty()) return stream_->Finish();
  stream_->TryWrite(batcher_.Take());
  pacer_.Written(std::chrono::steady_clock::now());
  if (!batcher_.empty() || shutdown_done_) ScheduleFlush();
}

void GrpcLink::OnResponse(Stream::Response& response) {
  if (response.has_hello()) {
    greeted_ = true;
    backoff_.Reset();
    log::Info("link_up", {{"replica_id", response.hello().replica_id()}});
    if (ready()) options_.on_ready(true);
    return;
  }
  for (v1::DownFrame& frame : *response.mutable_batch()->mutable_frames()) Dispatch(frame);
}

void GrpcLink::Dispatch(v1::DownFrame& frame) {
  Receiver* const receiver = slots_.Find(frame.slot());
  if (frame.has_closed() && slots_.IsTaken(frame.slot())) slots_.Free(frame.slot());
  if (receiver != nullptr) receiver->OnFrame(frame);
}

void GrpcLink::OnStreamEnd(const grpc::Status& status) {
  const bool was_ready = ready();
  stream_.reset();
  greeted_ = false;
  batcher_.Clear();
  for (Receiver* receiver : slots_.Clear()) receiver->OnLinkBroken();
  if (was_ready) options_.on_ready(false);
  if (shutdown_done_) {
    retry_timer_.cancel();
    return shutdown_done_();
  }
  const auto delay = backoff_.Next();
  log::Warning("link_down", {{"status", static_cast<int>(status.error_code())},
                             {"detail", status.error_message()},
                             {"retry_ms", std::int64_t{delay.count()}}});
  retry_timer_.expires_after(delay);
  retry_timer_.async_wait([this](beast::error_code ec) {
    if (!ec && !shutdown_done_) Connect();
  });
}

void GrpcLink::Shutdown(std::function<void()> done) {
  const bool was_ready = ready();
  shutdown_done_ = std::move(done);
  deadline_ = std::chrono::steady_clock::now() + kEndTimeout;
  if (was_ready) options_.on_ready(false);
  if (stream_ == nullptr) {
    retry_timer_.cancel();
    return net::post(io_, shutdown_done_);
  }
  if (!greeted_) return stream_->Cancel();
  Flush();
}

void GrpcLink::Tick(Instant now) {
  if (stream_ == nullptr || cancelled_ || now < deadline_) return;
  if (greeted_ && !shutdown_done_) return;
  cancelled_ = true;
  stream_->Cancel();
}

}  // namespace signaling::gateway
