// A back office whose answers a test decides, and an engine that has nothing else: for what RoomService itself promises.
#pragma once

#include <condition_variable>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "services/common/mutex.h"
#include "services/signaling/core/errors.h"
#include "services/signaling/engine/engine.h"

namespace signaling {

// Thread-safe. Calls its sinks as an engine does: with its lock held.
class FakeOffice final : public BackOffice {
 public:
  explicit FakeOffice(std::size_t max_events) : max_events_(max_events) {}

  // What every call is answered with, instead of an empty response.
  void Refuse(absl::Status status) {
    MutexLock lock(mu_);
    refusal_ = std::move(status);
  }
  // From now on calls are answered by AnswerHeld only.
  void Hold() {
    MutexLock lock(mu_);
    hold_ = true;
  }
  void AwaitHeld(std::size_t count) {
    MutexLock lock(mu_);
    while (held_.size() != count) changed_.wait(mu_);
  }
  void AnswerHeld() {
    std::vector<std::function<void()>> held;
    {
      MutexLock lock(mu_);
      held.swap(held_);
    }
    for (const auto& answer : held) answer();
  }
  // The types of the requests so far.
  std::vector<std::string> calls() const {
    MutexLock lock(mu_);
    return calls_;
  }

  // An event with this text as the room's name.
  void Append(const std::string& text) {
    MutexLock lock(mu_);
    signaling::v1::WatchEventsResponse event;
    event.set_cursor(std::to_string(++last_));
    event.mutable_event()->mutable_room_opened()->set_room(text);
    log_.push_back(std::move(event));
    if (log_.size() > max_events_) log_.erase(log_.begin());
    for (EventSink* sink : sinks_) sink->OnEvents();
  }
  void AwaitSinks(std::size_t count) {
    MutexLock lock(mu_);
    while (sinks_.size() != count) changed_.wait(mu_);
  }

  void CreateRoom(const signaling::v1::CreateRoomRequest& request,
                  Reply<signaling::v1::CreateRoomResponse> reply) override {
    if (!request.room().empty()) Append(request.room());
    Take(request, std::move(reply));
  }
  void GetRoom(const signaling::v1::GetRoomRequest& request,
               Reply<signaling::v1::GetRoomResponse> reply) override {
    Take(request, std::move(reply));
  }
  void ListRooms(const signaling::v1::ListRoomsRequest& request,
                 Reply<signaling::v1::ListRoomsResponse> reply) override {
    Take(request, std::move(reply));
  }
  void UpdateRoom(const signaling::v1::UpdateRoomRequest& request,
                  Reply<signaling::v1::UpdateRoomResponse> reply) override {
    Take(request, std::move(reply));
  }
  void DeleteRoom(const signaling::v1::DeleteRoomRequest& request,
                  Reply<signaling::v1::DeleteRoomResponse> reply) override {
    Take(request, std::move(reply));
  }
  void ListParticipants(const signaling::v1::ListParticipantsRequest& request,
                        Reply<signaling::v1::ListParticipantsResponse> reply) override {
    Take(request, std::move(reply));
  }
  void RemoveParticipant(const signaling::v1::RemoveParticipantRequest& request,
                         Reply<signaling::v1::RemoveParticipantResponse> reply) override {
    Take(request, std::move(reply));
  }
  void SendMessage(const signaling::v1::SendMessageRequest& request,
                   Reply<signaling::v1::SendMessageResponse> reply) override {
    Take(request, std::move(reply));
  }
  void GetOffer(const signaling::v1::GetOfferRequest& request,
                Reply<signaling::v1::GetOfferResponse> reply) override {
    Take(request, std::move(reply));
  }
  void ListOffers(const signaling::v1::ListOffersRequest& request,
                  Reply<signaling::v1::ListOffersResponse> reply) override {
    Take(request, std::move(reply));
  }
  void DeleteOffer(const signaling::v1::DeleteOfferRequest& request,
                   Reply<signaling::v1::DeleteOfferResponse> reply) override {
    Take(request, std::move(reply));
  }
  void ListSessions(const signaling::v1::ListSessionsRequest& request,
                    Reply<signaling::v1::ListSessionsResponse> reply) override {
    Take(request, std::move(reply));
  }
  void EndSession(const signaling::v1::EndSessionRequest& request,
                  Reply<signaling::v1::EndSessionResponse> reply) override {
    Take(request, std::move(reply));
  }

  void ExplainSession(const signaling::v1::ExplainSessionRequest& request,
                      Reply<signaling::v1::ExplainSessionResponse> reply) override {
    Take(request, std::move(reply));
  }
  void ExplainOffer(const signaling::v1::ExplainOfferRequest& request,
                    Reply<signaling::v1::ExplainOfferResponse> reply) override {
    Take(request, std::move(reply));
  }

  absl::StatusOr<std::uint64_t> Watch(const std::string& cursor, EventSink* sink) override {
    MutexLock lock(mu_);
    std::uint64_t after = last_;
    if (!cursor.empty() && (!absl::SimpleAtoi(cursor, &after) || !Reaches(after))) return Expired();
    sinks_.insert(sink);
    changed_.notify_all();
    if (after < last_) sink->OnEvents();
    return after;
  }
  absl::Status ReadEvents(std::uint64_t after, std::size_t max,
                          std::vector<signaling::v1::WatchEventsResponse>* events) override {
    MutexLock lock(mu_);
    if (!Reaches(after)) return Expired();
    const std::size_t first = log_.size() - (last_ - after);
    for (std::size_t i = first; i < log_.size() && i < first + max; ++i) events->push_back(log_[i]);
    return absl::OkStatus();
  }
  std::string CursorOf(std::uint64_t number) override { return std::to_string(number); }
  void Unwatch(EventSink* sink) override {
    MutexLock lock(mu_);
    sinks_.erase(sink);
    changed_.notify_all();
  }

 private:
  static absl::Status Expired() {
    return Refusal(Reason::kCursorExpired, "the log has gone past the cursor");
  }
  bool Reaches(std::uint64_t after) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return after <= last_ && last_ - after <= log_.size();
  }

  template <typename Request, typename Response>
  void Take(const Request& request, Reply<Response> reply) {
    absl::StatusOr<Response> result = Response();
    {
      MutexLock lock(mu_);
      calls_.push_back(request.GetTypeName());
      if (!refusal_.ok()) result = refusal_;
      if (hold_) {
        held_.push_back([reply, result] { reply(result); });
        changed_.notify_all();
        return;
      }
    }
    reply(std::move(result));
  }

  const std::size_t max_events_;

  mutable Mutex mu_;
  std::condition_variable_any changed_;
  absl::Status refusal_ ABSL_GUARDED_BY(mu_);
  bool hold_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::function<void()>> held_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> calls_ ABSL_GUARDED_BY(mu_);
  std::set<EventSink*> sinks_ ABSL_GUARDED_BY(mu_);
  std::vector<signaling::v1::WatchEventsResponse> log_ ABSL_GUARDED_BY(mu_);
  std::uint64_t last_ ABSL_GUARDED_BY(mu_) = 0;  // the number of the last event
};

class FakeEngine final : public Engine {
 public:
  explicit FakeEngine(std::size_t max_events) : office_(max_events) {}
  FakeOffice& office() { return office_; }

  void Open(const SessionId&, const signaling::v1::Open&, const absl::StatusOr<Identity>&,
            const Holder&) override {}
  void Attach(const SessionId&, const signaling::v1::Attach&, const Holder&) override {}
  void Detach(const SessionRef&, const SessionSink*, DetachCause) override {}
  void SetResumable(const SessionRef&) override {}
  void Refresh(const SessionRef&, const Identity&) override {}
  void Apply(const SessionRef&, signaling::v1::UpFrame*) override {}
  void Alive(const SessionRef&) override {}
  void Measured(const SessionRef&, absl::Duration) override {}
  void Report(const SessionRef&, const signaling::v1::Report&) override {}
  void Acknowledge(const SessionRef&, std::uint64_t) override {}
  PullResult Pull(const SessionRef&, std::uint64_t after_seq, std::uint32_t, PullBudget*,
                  signaling::v1::DownBatch*) override {
    return {.last_seq = after_seq};
  }
  void Expire() override {}
  EngineStats Stats() const override { return {}; }
  BackOffice& back_office() override { return office_; }

 private:
  FakeOffice office_;
};

}  // namespace signaling
