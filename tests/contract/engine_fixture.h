// What every engine has to do, said against the interface alone. An engine's own test file instantiates the suites with
// its kind.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "services/common/ids.h"
#include "services/common/reason.h"
#include "services/signaling/engine/engine.h"
#include "tests/support/fake_clock.h"
#include "tests/support/recording_observer.h"
#include "tests/support/recording_sink.h"

namespace signaling {

struct EngineKind {
  std::string name;
  std::function<std::unique_ptr<Engine>(const EngineOptions&, const Clock&, EngineObserver&)> make;
};
// In the tests' names; else it would be the object's bytes, which are others in each build.
inline void PrintTo(const EngineKind& kind, std::ostream* out) { *out << kind.name; }

// One client of the engine: numbers what it sends and reads its events.
class Client {
 public:
  Client(Engine& engine, RecordingSink& sink, std::uint64_t tag)
      : engine_(engine), sink_(sink), tag_(tag) {}

  // Who it is from now on, or why nobody knows. At first nobody in particular.
  Client& As(absl::StatusOr<Identity> identity) {
    identity_ = std::move(identity);
    return *this;
  }
  void Refresh(const Identity& identity) { engine_.Refresh(ref(), identity); }
  // Part of this trace from the next opening or resume on.
  Client& TracedAs(const std::string& traceparent) {
    traceparent_ = traceparent;
    return *this;
  }

  Client& Open(const std::string& client_id = "");
  Client& OpenPlain(const std::string& room, const std::string& client_id = "");
  void End(DetachCause cause = DetachCause::kBye) { engine_.Detach(ref(), &sink_, cause); }

  // On a connection of its own from then on. Each forgets nothing: the next event is the one after the last that was
  // read, and the next id that after the last processed.
  Client& Resume();
  Client& ResumeWith(const std::string& token, std::uint64_t last_seq);
  Client& Attach();
  // As Open was called, on another connection.
  Client& OpenAgain();

  // Each returns the id of its message.
  std::uint64_t Join(const std::string& room, bool keep_existing = false);
  std::uint64_t Leave();
  std::uint64_t Offer(const std::string& to = "", const std::string& client_id = "",
                      const std::string& sdp = "v=0");
  std::uint64_t Answer(const std::string& to = "");
  std::uint64_t Candidate(const std::string& text, const std::string& to = "");
  std::uint64_t Reject(signaling::v1::Reject::Reason reason, const std::string& to = "");
  std::uint64_t Message(const std::string& json, const std::string& to = "");
  std::uint64_t Create(const std::string& sdp = "v=0");
  std::uint64_t Create(const signaling::v1::CreateOffer& create);
  std::uint64_t Claim(const std::string& offer_id);
  std::uint64_t Withdraw(const std::string& offer_id);
  std::uint64_t OfferFor(const std::string& offer_id, const std::string& sdp = "v=0");
  std::uint64_t AnswerFor(const std::string& offer_id, const std::string& sdp = "v=0");
  std::uint64_t CandidateFor(const std::string& offer_id, const std::string& text);
  std::uint64_t RejectFor(const std::string& offer_id, signaling::v1::Reject::Reason reason);
  std::uint64_t Moderate(signaling::v1::Moderate moderate);
  std::uint64_t JoinWith(const std::string& room, const signaling::v1::RoomOptions& options);
  std::uint64_t Send(signaling::v1::UpFrame frame);
  // As it is, numbers included.
  void SendRaw(signaling::v1::UpFrame frame) { engine_.Apply(ref(), &frame); }

  // As one that measured 1.5 s until it was connected.
  void ReportConnected(const std::string& to);
  void Report(const signaling::v1::Report& report) { engine_.Report(ref(), report); }

  // The events since the last call. `acknowledge` as an attentive client would.
  std::vector<signaling::v1::DownFrame> Events(bool acknowledge = true);
  // The only event since the last call; fails where there is not exactly one.
  signaling::v1::DownFrame OnlyEvent();

  RecordingSink::Record record() const { return sink_.Of(tag_); }
  bool opened() const { return record().opened.has_value(); }
  bool closed() const { return record().closed.has_value(); }
  // Of the error that closed it; none where it was closed without.
  std::optional<Reason> closed_for() const;
  std::string client_id() const { return record().opened->client_id(); }
  SessionRef ref() const;
  // That the newest opening or resume brought.
  const std::string& token() const { return token_; }
  std::uint64_t last_seq() const { return last_seq_; }
  std::uint64_t tag() const { return tag_; }

 private:
  Client& DoOpen(signaling::v1::Open open);
  void Connect();
  void TakeOpened();
  std::uint64_t Signal(const std::string& offer_id, signaling::v1::Signal signal);

  Engine& engine_;
  RecordingSink& sink_;
  std::uint64_t tag_;
  absl::StatusOr<Identity> identity_ = Identity();
  SessionId id_;
  signaling::v1::Open open_;
  std::string traceparent_;
  std::string token_;
  std::uint64_t epoch_ = 0;
  std::uint64_t acked_seq_ = 0;
  std::uint32_t attempt_ = 0;
  std::uint64_t last_id_ = 0;
  std::uint64_t last_seq_ = 0;
};

class EngineTest : public ::testing::TestWithParam<EngineKind> {
 protected:
  EngineTest() { Make({}); }
  // No test leaves sessions behind that ending them does not clear.
  void TearDown() override;

  void Make(const EngineOptions& options) {
    clients_.clear();
    engine_ = GetParam().make(options, clock_, observer_);
  }
  Client& NewClient() {
    clients_.push_back(std::make_unique<Client>(*engine_, sink_, clients_.size() + 1));
    return *clients_.back();
  }
  void Wait(absl::Duration duration) {
    clock_.Advance(duration);
    engine_->Expire();
  }
  // Its connection breaks, and nobody comes back.
  void Vanish(Client& client) {
    client.End(DetachCause::kBroken);
    Wait(EngineOptions().resume_window);
  }
  // In the room, its `joined` already read.
  Client& Joined(const std::string& room, const std::string& client_id);

  FakeClock clock_;
  RecordingSink sink_;
  RecordingObserver observer_;
  std::unique_ptr<Engine> engine_;
  std::vector<std::unique_ptr<Client>> clients_;
};

// One suite a file; each engine instantiates all of them.
class EngineSessionsTest : public EngineTest {};
class EngineRoomsTest : public EngineTest {};
class EngineSignalsTest : public EngineTest {};
class EngineClaimsTest : public EngineTest {};
class EngineKeptOffersTest : public EngineTest {};
class EngineOffersTest : public EngineTest {
 public:
  // A maker, a claimer and a bystander, and the id of the maker's offer. Everything told so far is read.
  struct Scene {
    Client& maker;
    Client& claimer;
    Client& other;
    std::string id;
  };
  Scene Queued();
  Scene Claimed();
  Scene Answered();
};
class EngineOfferRacesTest : public EngineOffersTest {};
class EngineAdmissionTest : public EngineTest {};
class EngineBackOfficeTest : public EngineTest {};
class EngineResumeTest : public EngineOffersTest {};
class EngineAttachTest : public EngineTest {};
class EngineObserverTest : public EngineOffersTest {};
class EngineStoriesTest : public EngineTest {};
class EngineHistoriesTest : public EngineOffersTest {};
class EngineRandomTest : public EngineTest {};
class EngineRoomRulesTest : public EngineTest {};
class EngineEventsTest : public EngineTest {};
class EngineIdentitiesTest : public EngineTest {};

// A moderator's commands. A negative ban is not set.
signaling::v1::Moderate Kick(const std::string& client_id, int ban_seconds = -1);
signaling::v1::Moderate Lock(bool locked);
signaling::v1::Moderate Admit(const std::string& client_id);
// Of a room at which one knocks.
signaling::v1::RoomOptions Knocking();

// The event of a stored offer; fails where it is none.
signaling::v1::OfferEvent OfferOf(const signaling::v1::DownFrame& event);

// The reason of a verdict; fails where the event is none.
Reason ReasonOf(const signaling::v1::DownFrame& event);

}  // namespace signaling
