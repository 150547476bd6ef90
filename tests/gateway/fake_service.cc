#include "tests/gateway/fake_service.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

constexpr std::chrono::seconds kDeadline{30};

v1::Closed Ended(v1::ErrorReason reason, v1::ErrorAction action, std::uint32_t code,
                 const std::string& message) {
  v1::Closed closed;
  closed.set_close_code(code);
  closed.mutable_error()->set_reason(reason);
  closed.mutable_error()->set_action(action);
  closed.mutable_error()->set_message(message);
  return closed;
}

}  // namespace

FakeService::FakeService(int port, const std::shared_ptr<grpc::ServerCredentials>& credentials) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(absl::StrCat("127.0.0.1:", port), credentials, &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  EXPECT_NE(server_, nullptr);
}

FakeService::~FakeService() { server_->Shutdown(std::chrono::system_clock::now()); }

std::string FakeService::address() const { return absl::StrCat("127.0.0.1:", port_); }

void FakeService::set_echoes(int echoes) {
  MutexLock lock(mu_);
  echoes_ = echoes;
}

void FakeService::set_refuses(bool refuses) {
  MutexLock lock(mu_);
  refuses_ = refuses;
}

void FakeService::set_refusal(const grpc::Status& refusal) {
  MutexLock lock(mu_);
  refusal_ = refusal;
}

void FakeService::set_authenticates(bool authenticates) {
  MutexLock lock(mu_);
  authenticates_ = authenticates;
}

void FakeService::set_is_silent(bool is_silent) {
  MutexLock lock(mu_);
  is_silent_ = is_silent;
}

void FakeService::set_knows_nobody(bool knows_nobody) {
  MutexLock lock(mu_);
  knows_nobody_ = knows_nobody;
}

void FakeService::GoAway(absl::Duration deadline) {
  MutexLock lock(mu_);
  v1::MultiplexResponse response;
  auto& duration = *response.mutable_go_away()->mutable_deadline();
  duration.set_seconds(absl::ToInt64Seconds(deadline));
  duration.set_nanos(
      static_cast<std::int32_t>(absl::ToInt64Nanoseconds(deadline % absl::Seconds(1))));
  for (const Link* link : links_) link->writer->Write(response);
}

void FakeService::BreakStreams() {
  MutexLock lock(mu_);
  for (const Link* link : links_) link->context->TryCancel();
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

std::string FakeService::WaitForToken() {
  MutexLock lock(mu_);
  return TakeNext(tokens_, "a token");
}

bool FakeService::WaitForEnd() {
  MutexLock lock(mu_);
  return TakeNext(ends_, "a stream that ended");
}

std::size_t FakeService::streams() const {
  MutexLock lock(mu_);
  return links_.size();
}

std::string FakeService::authorization() const {
  MutexLock lock(mu_);
  return authorization_;
}

int FakeService::attempts() const {
  MutexLock lock(mu_);
  return attempts_;
}

std::size_t FakeService::held() const {
  MutexLock lock(mu_);
  std::size_t held = 0;
  for (const auto& [id, session] : sessions_) held += session.link != nullptr ? 1 : 0;
  return held;
}

int FakeService::attached() const {
  MutexLock lock(mu_);
  return attached_;
}

grpc::Status FakeService::Multiplex(grpc::ServerContext* context, Writer* stream) {
  Link link{context, stream, {}};
  v1::MultiplexRequest request;
  {
    MutexLock lock(mu_);
    ++attempts_;
    const auto shown = context->client_metadata().find("authorization");
    authorization_ = shown == context->client_metadata().end()
                         ? std::string()
                         : std::string(shown->second.data(), shown->second.size());
    if (!refusal_.ok()) return refusal_;
    if (refuses_) return {grpc::StatusCode::UNAVAILABLE, "draining"};
    links_.push_back(&link);
  }
  while (stream->Read(&request)) {
    MutexLock lock(mu_);
    if (request.has_hello() && !is_silent_) {
      v1::MultiplexResponse response;
      response.mutable_hello()->set_replica_id("fake");
      response.mutable_hello()->set_authenticates(authenticates_);
      stream->Write(response);
    }
    for (const v1::UpFrame& frame : request.batch().frames()) Handle(frame, link);
  }
  MutexLock lock(mu_);
  links_.erase(std::find(links_.begin(), links_.end(), &link));
  for (const auto& [slot, session] : link.slots) session->link = nullptr;
  ends_.push_back(!context->IsCancelled());
  changed_.notify_all();
  return grpc::Status::OK;
}

void FakeService::Send(const Link& link, const v1::DownFrame& frame) {
  v1::MultiplexResponse response;
  *response.mutable_batch()->add_frames() = frame;
  link.writer->Write(response);
}

void FakeService::Close(Link& link, std::uint32_t slot, const v1::Closed& closed) {
  v1::DownFrame frame;
  frame.set_slot(slot);
  *frame.mutable_closed() = closed;
  if (const auto bound = link.slots.find(slot); bound != link.slots.end()) {
    bound->second->link = nullptr;
    link.slots.erase(bound);
  }
  Send(link, frame);
}

void FakeService::Bind(Session& session, Link& link, std::uint32_t slot) {
  if (session.link != nullptr) Close(*session.link, session.slot, {});
  session.link = &link;
  session.slot = slot;
  link.slots[slot] = &session;
}

void FakeService::NoteToken(const std::string& token) {
  if (token.empty()) return;
  tokens_.push_back(token);
  changed_.notify_all();
}

void FakeService::Open(const v1::UpFrame& frame, Link& link) {
  if (knows_nobody_) {
    return Close(link, frame.slot(),
                 Ended(v1::ERROR_REASON_UNAUTHENTICATED, v1::ERROR_ACTION_CLOSE, 4501,
                       "this token is not good"));
  }
  Session& session = sessions_[frame.open().session_id()];
  session.id = frame.open().session_id();
  Bind(session, link, frame.slot());
  NoteToken(frame.open().token());
  v1::DownFrame down;
  down.set_slot(frame.slot());
  v1::Opened& opened = *down.mutable_opened();
  opened.set_session_id(session.id);
  opened.set_client_id(frame.open().client_id());
  opened.set_epoch(1);
  opened.set_resume_token("a token");
  opened.mutable_resume_window()->set_seconds(30);
  Send(link, down);
}

void FakeService::Attach(const v1::UpFrame& frame, Link& link) {
  const v1::Attach& attach = frame.attach();
  const auto known = sessions_.find(attach.session_id());
  if (known == sessions_.end()) {
    return Close(link, frame.slot(),
                 Ended(v1::ERROR_REASON_UNAVAILABLE, v1::ERROR_ACTION_RECONNECT, 1012,
                       "this session is not known"));
  }
  ++attached_;
  Session& session = known->second;
  Bind(session, link, frame.slot());
  v1::DownFrame down;
  down.set_slot(frame.slot());
  down.mutable_opened()->set_session_id(session.id);
  down.mutable_opened()->set_epoch(attach.epoch());
  down.mutable_opened()->set_last_id(session.last_id);
  Send(link, down);
  for (v1::DownFrame event : session.events) {
    if (event.seq() <= attach.received_seq()) continue;
    event.set_slot(frame.slot());
    Send(link, event);
  }
}

void FakeService::Echo(const v1::UpFrame& frame, Session& session) {
  if (frame.id() <= session.last_id) return;
  v1::DownFrame down;
  down.set_slot(session.slot);
  if (frame.after_id() > session.last_id) {
    down.mutable_gap()->set_last_id(session.last_id);
    return Send(*session.link, down);
  }
  session.last_id = frame.id();
  down.set_ack_id(frame.id());
  *down.mutable_app() = frame.app();
  for (int i = 0; i < echoes_; ++i) {
    down.set_seq(++session.last_seq);
    session.events.push_back(down);
    Send(*session.link, down);
  }
}

void FakeService::Handle(const v1::UpFrame& frame, Link& link) {
  if (frame.has_open()) return Open(frame, link);
  if (frame.has_attach()) return Attach(frame, link);
  const auto bound = link.slots.find(frame.slot());
  if (bound == link.slots.end()) return;  // void: held elsewhere, or over
  Session& session = *bound->second;
  while (!session.events.empty() && session.events.front().seq() <= frame.ack_seq()) {
    session.events.pop_front();
  }
  if (frame.has_refresh()) {
    NoteToken(frame.refresh().token());
  } else if (frame.has_detach()) {
    Close(link, frame.slot(), {});
    detached_.push_back(frame.detach().cause());
    changed_.notify_all();
  } else if (frame.has_round_trip()) {
    const auto& duration = frame.round_trip().duration();
    round_trips_.push_back(absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos()));
    changed_.notify_all();
  } else if (frame.has_moderate() && frame.moderate().has_kick()) {
    Close(link, frame.slot(),
          Ended(v1::ERROR_REASON_KICKED, v1::ERROR_ACTION_CLOSE, 4503,
                frame.moderate().kick().reason()));
  } else if (frame.has_moderate()) {
    Close(link, frame.slot(),
          Ended(v1::ERROR_REASON_ROOM_CLOSED, v1::ERROR_ACTION_CLOSE, 4505,
                frame.moderate().close_room().reason()));
  } else if (frame.has_app()) {
    Echo(frame, session);
  }
}

}  // namespace signaling::gateway
