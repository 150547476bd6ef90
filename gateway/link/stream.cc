#include "gateway/link/stream.h"

#include <boost/asio/post.hpp>

#include "absl/strings/str_cat.h"

namespace signaling::gateway {

Stream::Stream(IoContext& io, Owner& owner) : io_(io), owner_(owner) {}

Stream::~Stream() { MutexLock lock(done_mu_); }

void Stream::Start(signaling::v1::SignalingService::Stub& stub, const std::string& token) {
  if (!token.empty()) context_.AddMetadata("authorization", absl::StrCat("Bearer ", token));
  stub.async()->Multiplex(&context_, this);
  // Writes and reads are started by the worker too, so the end waits until it has heard that reads are over.
  AddHold();
  StartRead(&responses_[reading_]);
  StartCall();
}

bool Stream::CanWrite() {
  if (over_ || finished_) return false;
  WriteState writing = WriteState::kWriting;
  if (write_state_.compare_exchange_strong(writing, WriteState::kWanted)) return false;
  return writing == WriteState::kIdle;
}

bool Stream::TryWrite(const Request& request) {
  if (!CanWrite()) return false;
  write_state_.store(WriteState::kWriting);
  StartWrite(&request);
  return true;
}

void Stream::OnWriteDone(bool ok) {
  const WriteState before = write_state_.exchange(WriteState::kIdle);
  if (before == WriteState::kWanted && ok) {
    net::post(io_, [this] { owner_.OnWritable(); });
  }
}

void Stream::OnReadDone(bool ok) {
  if (!ok) {
    net::post(io_, [this] { OnReadsOver(); });
    return;
  }
  const std::size_t index = reading_;
  reading_ = (reading_ + 1) % kResponses;
  // Posted before it is counted: once counted, the worker may start the next read, whose end must not be posted first.
  net::post(io_, [this, index] { Handle(index); });
  const bool room = unhandled_.fetch_add(1) + 1 < kResponses;
  // Where there is no room, the worker goes on when it has made some.
  if (room) StartRead(&responses_[reading_]);
}

void Stream::Handle(std::size_t index) {
  owner_.OnResponse(responses_[index]);
  if (unhandled_.fetch_sub(1) == kResponses) StartRead(&responses_[reading_]);
}

void Stream::OnReadsOver() {
  over_ = true;
  RemoveHold();
}

void Stream::Finish() {
  if (over_ || finished_) return;
  finished_ = true;
  StartWritesDone();
}

void Stream::Cancel() { context_.TryCancel(); }

void Stream::OnDone(const grpc::Status& status) {
  MutexLock lock(done_mu_);
  net::post(io_, [this, status] { owner_.OnStreamEnd(status); });
}

}  // namespace signaling::gateway
