// Everything that sessions and back ends can do, in an order that nobody thought of: seeded, so that a failure comes back.
#include <random>
#include <set>

#include "tests/contract/engine_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

constexpr std::size_t kSeats = 3;

class RandomDriver {
 public:
  using NewClient = std::function<Client&()>;

  RandomDriver(unsigned seed, Engine& engine, FakeClock& clock, NewClient new_client)
      : random_(seed), engine_(engine), clock_(clock), new_client_(std::move(new_client)) {}

  void Step() {
    std::erase_if(live_, [&](Client* client) { return client->closed() && !ComesBack(*client); });
    if (live_.size() < 7 && Any(3) == 0) Arrive();
    if (live_.empty()) return;
    Act(*live_[Any(live_.size())]);
    if (Any(3) == 0) Read();
  }

 private:
  std::size_t Any(std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
  }
  bool Maybe() { return Any(2) == 0; }
  std::string Name() { return std::string(1, "abcd"[Any(4)]); }
  std::string Room() { return std::string(1, "rq"[Any(2)]); }
  std::string OfferId() { return offers_[Any(offers_.size())]; }

  void Arrive() {
    Client& client = new_client_();
    if (Maybe()) {
      client.OpenPlain(Room(), Maybe() ? "" : Name());
    } else {
      client.Open(Maybe() ? "" : Name());
    }
    live_.push_back(&client);
  }

  void Read() {
    for (Client* client : live_) {
      if (!client->opened() || client->closed()) continue;
      for (const v1::DownFrame& event : client->Events()) {
        if (event.has_offer()) offers_.push_back(event.offer().offer_id());
      }
    }
  }

  // Whose connection is gone, or was taken from it, may come back to its session, or begin another one.
  bool ComesBack(Client& client) {
    if (!away_.contains(&client) || Any(4) == 0) return false;
    if (Maybe()) {
      client.Attach();
    } else {
      client.Resume();
    }
    away_.erase(&client);
    return !client.closed();
  }

  v1::RoomOptions Options() {
    v1::RoomOptions options;
    if (Maybe()) options.set_knock(Maybe());
    if (Any(4) == 0) options.set_locked(Maybe());
    if (Maybe()) options.mutable_allowed()->add_client_ids(Name());
    if (Maybe()) options.set_max_participants(static_cast<std::uint32_t>(1 + Any(kSeats)));
    return options;
  }

  void Moderate(Client& client) {
    v1::Moderate moderate;
    switch (Any(8)) {
      case 0: moderate.mutable_close_room(); break;
      case 1: moderate.mutable_lock()->set_locked(Maybe()); break;
      case 2:
      case 3:
        moderate.mutable_kick()->set_client_id(Name());
        moderate.mutable_kick()->mutable_ban()->set_seconds(static_cast<std::int64_t>(Any(20)));
        break;
      default: moderate.mutable_admit()->set_client_id(Name()); break;
    }
    client.Moderate(moderate);
  }

  void SignalByOffer(Client& client) {
    switch (Any(5)) {
      case 0: client.OfferFor(OfferId()); break;
      case 1: client.CandidateFor(OfferId(), "x"); break;
      case 2: client.RejectFor(OfferId(), v1::Reject::REASON_BUSY); break;
      case 3: client.RejectFor(OfferId(), v1::Reject::REASON_DECLINED); break;
      default: client.AnswerFor(OfferId()); break;
    }
  }

  void AskBackOffice() {
    const auto ignore = [](const auto&) {};
    BackOffice& office = engine_.back_office();
    switch (Any(6)) {
      case 0: {
        v1::CreateRoomRequest request;
        request.set_room(Room());
        *request.mutable_options() = Options();
        return office.CreateRoom(request, ignore);
      }
      case 1: {
        v1::DeleteRoomRequest request;
        request.set_room(Room());
        return office.DeleteRoom(request, ignore);
      }
      case 2: {
        v1::DeleteOfferRequest request;
        request.set_offer_id(OfferId());
        return office.DeleteOffer(request, ignore);
      }
      case 3: {
        v1::RemoveParticipantRequest request;
        request.set_room(Room());
        request.set_client_id(Name());
        request.mutable_ban()->set_seconds(static_cast<std::int64_t>(Any(10)));
        return office.RemoveParticipant(request, ignore);
      }
      default: {
        v1::UpdateRoomRequest request;
        request.set_room(Room());
        *request.mutable_options() = Options();
        return office.UpdateRoom(request, ignore);
      }
    }
  }

  void Act(Client& client) {
    switch (Any(21)) {
      case 20: client.ReportConnected(Name()); break;
      case 0: client.Join(Room(), Any(4) == 0); break;
      case 1: client.JoinWith(Room(), Options()); break;
      case 2: client.Leave(); break;
      case 3:
      case 4: client.Offer(Maybe() ? Name() : "", Maybe() ? "" : Name()); break;
      case 5: client.Answer(Maybe() ? Name() : ""); break;
      case 6: client.Candidate("x", Maybe() ? Name() : ""); break;
      case 7: client.Message("1"); break;
      case 8:
      case 9: client.Create(); break;
      case 10:
      case 11: client.Claim(OfferId()); break;
      case 12: client.Withdraw(OfferId()); break;
      case 13:
      case 14: SignalByOffer(client); break;
      case 15: Moderate(client); break;
      case 16: engine_.Alive(client.ref()); break;
      case 17:
        clock_.Advance(absl::Seconds(static_cast<std::int64_t>(Any(20))));
        engine_.Expire();
        break;
      case 18: AskBackOffice(); break;
      default: Leave(client); break;
    }
  }

  void Leave(Client& client) {
    constexpr DetachCause kCauses[] = {DetachCause::kBye, DetachCause::kBroken,
                                       DetachCause::kLinkBroken, DetachCause::kFault};
    const DetachCause cause = kCauses[Any(4)];
    if (Maybe()) engine_.SetResumable(client.ref());
    client.End(cause);
    if (cause == DetachCause::kBroken || cause == DetachCause::kLinkBroken) away_.insert(&client);
  }

  std::mt19937 random_;
  Engine& engine_;
  FakeClock& clock_;
  const NewClient new_client_;
  std::vector<Client*> live_;
  std::set<const Client*> away_;  // may come back
  std::vector<std::string> offers_ = {"none"};
};

// What holds at any time, whatever happened.
void ExpectConsistent(Engine& engine) {
  BackOffice& office = engine.back_office();
  std::size_t participants = 0;
  office.ListRooms({}, [&](const absl::StatusOr<v1::ListRoomsResponse>& rooms) {
    for (const v1::Room& room : rooms->rooms()) {
      participants += room.participant_count();
      EXPECT_LE(room.participant_count(), kSeats);
      v1::ListParticipantsRequest request;
      request.set_room(room.name());
      office.ListParticipants(
          request, [&](const absl::StatusOr<v1::ListParticipantsResponse>& listed) {
            std::set<std::string> names(room.knocking().begin(), room.knocking().end());
            for (const v1::Participant& participant : listed->participants()) {
              EXPECT_TRUE(names.insert(participant.client_id()).second)
                  << "two are " << participant.client_id();
            }
          });
    }
  });
  std::size_t offers = 0;
  office.ListOffers({}, [&](const absl::StatusOr<v1::ListOffersResponse>& listed) {
    offers = static_cast<std::size_t>(listed->offers_size());
  });
  std::size_t events = 0;
  std::size_t bytes = 0;
  office.ListSessions({}, [&](const absl::StatusOr<v1::ListSessionsResponse>& listed) {
    for (const v1::Session& session : listed->sessions()) {
      events += session.queued_events();
      bytes += session.queued_bytes();
    }
  });
  EXPECT_EQ(events, engine.Stats().outbox_events);
  EXPECT_EQ(bytes, engine.Stats().outbox_bytes);
  EXPECT_EQ(participants, engine.Stats().participants);
  EXPECT_EQ(offers, engine.Stats().offers);
}

// Every session can say what became of it so far.
void ExpectExplained(Engine& engine) {
  BackOffice& office = engine.back_office();
  office.ListSessions({}, [&](const absl::StatusOr<v1::ListSessionsResponse>& listed) {
    for (const v1::Session& session : listed->sessions()) {
      v1::ExplainSessionRequest request;
      request.set_session(session.name());
      office.ExplainSession(request, [](const absl::StatusOr<v1::ExplainSessionResponse>& told) {
        EXPECT_TRUE(told.ok() && told->history().live()) << told.status();
      });
    }
  });
}

TEST_P(EngineRandomTest, NothingIsLostOrDoubledWhateverTheOrder) {
  for (unsigned seed = 1; seed <= 100 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Make({.max_participants = kSeats, .max_waiting_offers = 4, .max_outbox_events = 24});
    RandomDriver driver(seed, *engine_, clock_, [&]() -> Client& { return NewClient(); });
    for (int step = 0; step < 200 && !HasFailure(); ++step) {
      driver.Step();
      ExpectConsistent(*engine_);
    }
    ExpectExplained(*engine_);
    for (const auto& client : clients_) client->End();
    Wait(EngineOptions().resume_window);
    EXPECT_EQ(engine_->Stats().sessions, 0u);
    EXPECT_EQ(engine_->Stats().detached, 0u);
    EXPECT_EQ(engine_->Stats().offers, 0u);
    EXPECT_EQ(engine_->Stats().participants, 0u);
    sink_.Clear();
  }
  Make({});
}

}  // namespace
}  // namespace signaling
