// Two transitions of one offer at the same time: in each order, and from two threads. Whichever comes first holds, the
// other one hears so, and both sides end up with the same story.
#include <functional>
#include <thread>

#include "tests/contract/engine_fixture.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What a side saw of an offer, in order: states of events, "answer", "offer", codes of verdicts.
std::string Story(const std::vector<v1::DownFrame>& events) {
  std::string story;
  for (const v1::DownFrame& event : events) {
    if (!story.empty()) story += ' ';
    if (event.has_offer()) {
      story += v1::OfferState_Name(event.offer().state()).substr(12);
    } else if (event.has_error()) {
      story += Info(static_cast<Reason>(event.error().reason())).code;
    } else if (event.signal().has_answer()) {
      story += "answer";
    } else if (event.signal().has_offer()) {
      story += "offer";
    } else {
      story += "candidate";
    }
  }
  return story;
}

struct Outcome {
  std::string maker;
  std::string claimer;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};
void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << "maker: " << outcome.maker << "; claimer: " << outcome.claimer;
}

class Race {
 public:
  using Step = std::function<void()>;

  // `ab` and `ba`: what the sides see where the one, or the other, comes first.
  Race(Step a, Step b, Outcome ab, Outcome ba)
      : a_(std::move(a)), b_(std::move(b)), ab_(std::move(ab)), ba_(std::move(ba)) {}

  void Run(bool a_first, Client& maker, Client& claimer) {
    (a_first ? a_ : b_)();
    (a_first ? b_ : a_)();
    EXPECT_EQ(Seen(maker, claimer), a_first ? ab_ : ba_);
  }

  void RunTogether(Client& maker, Client& claimer) {
    std::thread other(a_);
    b_();
    other.join();
    EXPECT_THAT(Seen(maker, claimer), ::testing::AnyOf(ab_, ba_));
  }

 private:
  static Outcome Seen(Client& maker, Client& claimer) {
    return {Story(maker.Events()), Story(claimer.Events())};
  }

  const Step a_, b_;
  const Outcome ab_, ba_;
};

using Scene = EngineOffersTest::Scene;
using MakeScene = Scene (EngineOffersTest::*)();

template <typename MakeRace>
void ExpectRace(EngineOffersTest* test, MakeScene make_scene, MakeRace make_race) {
  for (const bool a_first : {true, false}) {
    const Scene scene = (test->*make_scene)();
    make_race(scene).Run(a_first, scene.maker, scene.claimer);
  }
  for (int i = 0; i < 50; ++i) {
    const Scene scene = (test->*make_scene)();
    make_race(scene).RunTogether(scene.maker, scene.claimer);
  }
}

TEST_P(EngineOfferRacesTest, AnswerAgainstLeaseEnd) {
  ExpectRace(this, &EngineOffersTest::Claimed, [&](const Scene& s) {
    // The clock has moved before either runs: what counts is who reaches the engine first.
    clock_.Advance(absl::Seconds(15));
    return Race([s] { s.claimer.AnswerFor(s.id); }, [this] { engine_->Expire(); },
                {.maker = "answer", .claimer = ""},
                {.maker = "QUEUED", .claimer = "QUEUED claim_lost"});
  });
}

TEST_P(EngineOfferRacesTest, WithdrawAgainstClaim) {
  ExpectRace(this, &EngineOffersTest::Queued, [&](const Scene& s) {
    return Race([s] { s.maker.Withdraw(s.id); }, [s] { s.claimer.Claim(s.id); },
                {.maker = "WITHDRAWN", .claimer = "offer_not_found"},
                {.maker = "CLAIMED WITHDRAWN", .claimer = "offer WITHDRAWN"});
  });
}

TEST_P(EngineOfferRacesTest, WithdrawAgainstAnswer) {
  ExpectRace(this, &EngineOffersTest::Claimed, [&](const Scene& s) {
    return Race([s] { s.maker.Withdraw(s.id); }, [s] { s.claimer.AnswerFor(s.id); },
                {.maker = "WITHDRAWN", .claimer = "WITHDRAWN offer_not_found"},
                {.maker = "answer WITHDRAWN", .claimer = "WITHDRAWN"});
  });
}

TEST_P(EngineOfferRacesTest, WithdrawAgainstReject) {
  ExpectRace(this, &EngineOffersTest::Claimed, [&](const Scene& s) {
    return Race([s] { s.maker.Withdraw(s.id); },
                [s] { s.claimer.RejectFor(s.id, v1::Reject::REASON_DECLINED); },
                {.maker = "WITHDRAWN", .claimer = "WITHDRAWN offer_not_found"},
                {.maker = "REJECTED offer_not_found", .claimer = "REJECTED"});
  });
}

TEST_P(EngineOfferRacesTest, ExpiryAgainstClaim) {
  ExpectRace(this, &EngineOffersTest::Queued, [&](const Scene& s) {
    clock_.Advance(absl::Hours(1));
    return Race([this] { engine_->Expire(); }, [s] { s.claimer.Claim(s.id); },
                {.maker = "EXPIRED", .claimer = "offer_expired"},
                {.maker = "CLAIMED", .claimer = "offer"});
  });
}

TEST_P(EngineOfferRacesTest, ExpiryAgainstAnswer) {
  ExpectRace(this, &EngineOffersTest::Claimed, [&](const Scene& s) {
    // Lease and time to live are over: it does not go back, it ends.
    clock_.Advance(absl::Hours(1));
    return Race([this] { engine_->Expire(); }, [s] { s.claimer.AnswerFor(s.id); },
                {.maker = "EXPIRED", .claimer = "EXPIRED offer_expired"},
                {.maker = "answer", .claimer = ""});
  });
}

TEST_P(EngineOfferRacesTest, ARunningLeaseIsHonouredPastTheTimeToLive) {
  const Scene queued = Queued();
  clock_.Advance(absl::Hours(1) - absl::Seconds(5));
  queued.claimer.Claim(queued.id);
  clock_.Advance(absl::Seconds(10));
  engine_->Expire();
  EXPECT_EQ(Story(queued.maker.Events()), "CLAIMED");
  queued.claimer.AnswerFor(queued.id);
  EXPECT_EQ(Story(queued.maker.Events()), "answer");
  const Scene lost = Queued();
  clock_.Advance(absl::Hours(1) - absl::Seconds(5));
  lost.claimer.Claim(lost.id);
  clock_.Advance(absl::Seconds(15));
  engine_->Expire();
  EXPECT_EQ(Story(lost.maker.Events()), "CLAIMED EXPIRED");
  EXPECT_EQ(Story(lost.claimer.Events()), "offer EXPIRED");
}

TEST_P(EngineOfferRacesTest, RejectAgainstLeaseEnd) {
  ExpectRace(this, &EngineOffersTest::Claimed, [&](const Scene& s) {
    clock_.Advance(absl::Seconds(15));
    return Race([s] { s.claimer.RejectFor(s.id, v1::Reject::REASON_BUSY); },
                [this] { engine_->Expire(); }, {.maker = "QUEUED", .claimer = "QUEUED"},
                {.maker = "QUEUED", .claimer = "QUEUED claim_lost"});
  });
}

TEST_P(EngineOfferRacesTest, MakersCandidateAgainstLeaseEnd) {
  ExpectRace(this, &EngineOffersTest::Claimed, [&](const Scene& s) {
    clock_.Advance(absl::Seconds(15));
    return Race([s] { s.maker.CandidateFor(s.id, "candidate:1"); }, [this] { engine_->Expire(); },
                {.maker = "QUEUED", .claimer = "candidate QUEUED"},
                {.maker = "QUEUED", .claimer = "QUEUED"});
  });
}

TEST_P(EngineOfferRacesTest, ClaimersEndAgainstLeaseEnd) {
  ExpectRace(this, &EngineOffersTest::Claimed, [&](const Scene& s) {
    clock_.Advance(absl::Seconds(15));
    return Race([s] { s.claimer.End(); }, [this] { engine_->Expire(); },
                {.maker = "QUEUED", .claimer = ""}, {.maker = "QUEUED", .claimer = ""});
  });
}

TEST_P(EngineOfferRacesTest, MakersEndAgainstClaim) {
  ExpectRace(this, &EngineOffersTest::Queued, [&](const Scene& s) {
    return Race([s] { s.maker.End(); }, [s] { s.claimer.Claim(s.id); },
                {.maker = "", .claimer = "offer_expired"},
                {.maker = "", .claimer = "offer EXPIRED"});
  });
}

TEST_P(EngineOfferRacesTest, MakersEndAgainstAnswer) {
  ExpectRace(this, &EngineOffersTest::Claimed, [&](const Scene& s) {
    return Race([s] { s.maker.End(); }, [s] { s.claimer.AnswerFor(s.id); },
                {.maker = "", .claimer = "EXPIRED offer_expired"},
                {.maker = "", .claimer = "WITHDRAWN"});
  });
}

TEST_P(EngineOfferRacesTest, BothSidesEndAtOnce) {
  ExpectRace(this, &EngineOffersTest::Answered, [&](const Scene& s) {
    return Race([s] { s.maker.End(); }, [s] { s.claimer.End(); }, {.maker = "", .claimer = ""},
                {.maker = "", .claimer = ""});
  });
}

TEST_P(EngineOfferRacesTest, TwoClaims) {
  for (int i = 0; i < 100; ++i) {
    const Scene scene = Queued();
    std::thread thread([&] { scene.claimer.Claim(scene.id); });
    scene.other.Claim(scene.id);
    thread.join();
    const std::string one = Story(scene.claimer.Events());
    const std::string two = Story(scene.other.Events());
    EXPECT_TRUE((one == "offer" && two == "offer_taken") ||
                (one == "offer_taken" && two == "offer"))
        << one << ", " << two;
    EXPECT_EQ(Story(scene.maker.Events()), "CLAIMED");
  }
}

TEST_P(EngineOfferRacesTest, BackOfficeAgainstAnswer) {
  ExpectRace(this, &EngineOffersTest::Claimed, [&](const Scene& s) {
    const auto remove = [this, s] {
      v1::DeleteOfferRequest request;
      request.set_offer_id(s.id);
      engine_->back_office().DeleteOffer(
          request, [](const auto& reply) { EXPECT_TRUE(reply.ok()) << reply.status(); });
    };
    return Race(remove, [s] { s.claimer.AnswerFor(s.id); },
                {.maker = "WITHDRAWN", .claimer = "WITHDRAWN offer_not_found"},
                {.maker = "answer WITHDRAWN", .claimer = "WITHDRAWN"});
  });
}

}  // namespace
}  // namespace signaling
