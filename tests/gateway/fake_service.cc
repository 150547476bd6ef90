#include "tests/gateway/fake_service.h"

#include <grpcpp/security/server_credentials.h>
#include <gtest/gtest.h>

#include <chrono>

#include "absl/strings/str_cat.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

constexpr std::chrono::seconds kDeadline{10};

}  // namespace

FakeService::FakeService(int port) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(absl::StrCat("127.0.0.1:", port), grpc::InsecureServerCredentials(),
                           &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  EXPECT_NE(server_, nullptr);
}

FakeService::~FakeService() { server_->Shutdown(std::chrono::system_clock::now()); }

void FakeService::set_echoes(int echoes) {
  MutexLock lock(mu_);
  echoes_ = echoes;
}

template <class T>
T FakeService::TakeNext(std::deque<T>& queue, const char* what) {
  const auto end = std::chrono::steady_clock::now() + kDeadline;
  while (queue.empty()) {
    if (changed_.wait_until(mu_, end) == std::cv_status::timeout) {
      ADD_FAILURE() << "no sign of " << what;
      return {};
    }
  }
  const T next = queue.front();
  queue.pop_front();
  return next;
}

v1::Detach::Cause FakeService::WaitForDetach() {
  MutexLock lock(mu_);
  return TakeNext(detached_, "a session that was detached");
}

absl::Duration FakeService::WaitForRoundTrip() {
  MutexLock lock(mu_);
  return TakeNext(round_trips_, "a round trip");
}

grpc::Status FakeService::Multiplex(grpc::ServerContext*, Streams* stream) {
  std::map<std::uint32_t, std::uint64_t> seqs;
  v1::MultiplexRequest request;
  while (stream->Read(&request)) {
    if (request.has_hello()) {
      v1::MultiplexResponse response;
      response.mutable_hello()->set_replica_id("fake");
      stream->Write(response);
    }
    for (const v1::UpFrame& frame : request.batch().frames()) Answer(frame, seqs, stream);
  }
  return grpc::Status::OK;
}

void FakeService::Answer(const v1::UpFrame& frame, std::map<std::uint32_t, std::uint64_t>& seqs,
                         Streams* stream) {
  v1::MultiplexResponse response;
  v1::DownFrame down;
  down.set_slot(frame.slot());
  if (frame.has_open()) {
    seqs[frame.slot()] = 0;
    down.mutable_opened()->set_session_id(frame.open().session_id());
    down.mutable_opened()->set_client_id(frame.open().client_id());
    *response.mutable_batch()->add_frames() = down;
  } else if (frame.has_detach()) {
    down.mutable_closed();
    *response.mutable_batch()->add_frames() = down;
    MutexLock lock(mu_);
    detached_.push_back(frame.detach().cause());
    changed_.notify_all();
  } else if (frame.has_round_trip()) {
    const auto& duration = frame.round_trip().duration();
    MutexLock lock(mu_);
    round_trips_.push_back(absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos()));
    changed_.notify_all();
  } else if (frame.has_moderate()) {
    const bool kicked = frame.moderate().has_kick();
    v1::Closed& closed = *down.mutable_closed();
    closed.set_close_code(kicked ? 4503 : 4505);
    closed.mutable_error()->set_reason(kicked ? v1::ERROR_REASON_KICKED
                                              : v1::ERROR_REASON_ROOM_CLOSED);
    closed.mutable_error()->set_action(v1::ERROR_ACTION_CLOSE);
    closed.mutable_error()->set_message(kicked ? frame.moderate().kick().reason()
                                               : frame.moderate().close_room().reason());
    *response.mutable_batch()->add_frames() = down;
  } else if (frame.has_app()) {
    int echoes = 0;
    {
      MutexLock lock(mu_);
      echoes = echoes_;
    }
    down.set_ack_id(frame.id());
    *down.mutable_app() = frame.app();
    for (int i = 0; i < echoes; ++i) {
      down.set_seq(++seqs[frame.slot()]);
      *response.mutable_batch()->add_frames() = down;
    }
  }
  if (response.has_batch()) stream->Write(response);
}

}  // namespace signaling::gateway
