// How sessions and stored offers explain themselves.
#include "services/signaling/core/errors.h"
#include "tests/contract/back_office_call.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr absl::Duration kKept = absl::Minutes(10);
constexpr int kMaxEnded = 2048;

absl::StatusOr<v1::ExplainSessionResponse> Explain(Engine& engine, const std::string& session) {
  v1::ExplainSessionRequest request;
  request.set_session(session);
  return Call(engine.back_office(), &BackOffice::ExplainSession, request);
}

absl::StatusOr<v1::ExplainOfferResponse> ExplainOffer(Engine& engine, const std::string& id) {
  v1::ExplainOfferRequest request;
  request.set_offer_id(id);
  return Call(engine.back_office(), &BackOffice::ExplainOffer, request);
}

v1::History HistoryOf(Engine& engine, const Client& client) {
  const auto explained = Explain(engine, client.ref().id.ToString());
  EXPECT_TRUE(explained.ok()) << explained.status();
  return explained.ok() ? explained->history() : v1::History();
}

// "KIND whom room reason xCOUNT", as far as there is one.
std::string Text(const v1::Step& step) {
  std::string text = v1::StepKind_Name(step.kind()).substr(std::string("STEP_KIND_").size());
  for (const std::string& name : {step.client_id(), step.room()}) {
    if (!name.empty()) text += " " + name;
  }
  if (step.reason() != v1::ERROR_REASON_UNSPECIFIED) {
    text += " " + std::string(Info(static_cast<Reason>(step.reason())).code);
  }
  if (step.offer_reason() != v1::OFFER_REASON_UNSPECIFIED) {
    text += " " + v1::OfferReason_Name(step.offer_reason());
  }
  if (step.count() != 1) text += " x" + std::to_string(step.count());
  return text;
}

std::vector<std::string> Texts(const v1::History& history) {
  std::vector<std::string> texts;
  for (const v1::Step& step : history.steps()) texts.push_back(Text(step));
  return texts;
}

TEST_P(EngineHistoriesTest, ACallInARoomFromBothSides) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  Wait(absl::Seconds(1));
  ann.Offer("bob", "", "v=0 secret");
  bob.Answer("ann");
  for (int i = 0; i < 10; ++i) {
    ann.Candidate("candidate:secret", "bob");
    bob.Candidate("candidate:secret", "ann");
    Wait(absl::Seconds(1));
  }
  bob.Offer();
  ann.Reject(v1::Reject::REASON_BUSY);
  bob.Leave();
  const v1::History of_ann = HistoryOf(*engine_, ann);
  EXPECT_THAT(Texts(of_ann),
              ElementsAre("OPENED", "JOINED r", "OFFER_SENT bob", "ANSWER_RECEIVED bob",
                          "CANDIDATES_SENT bob x10", "CANDIDATES_RECEIVED bob x10",
                          "OFFER_RECEIVED bob", "REJECT_SENT bob"));
  EXPECT_TRUE(of_ann.live());
  EXPECT_EQ(of_ann.steps(0).step_time().seconds(), 1'800'000'000);
  EXPECT_EQ(of_ann.steps(2).step_time().seconds(), 1'800'000'001);
  EXPECT_FALSE(of_ann.steps(2).has_last_step_time());
  EXPECT_EQ(of_ann.steps(4).step_time().seconds(), 1'800'000'001);
  EXPECT_EQ(of_ann.steps(4).last_step_time().seconds(), 1'800'000'010);
  const v1::History of_bob = HistoryOf(*engine_, bob);
  EXPECT_THAT(Texts(of_bob),
              ElementsAre("OPENED", "JOINED r", "OFFER_RECEIVED ann", "ANSWER_SENT ann",
                          "CANDIDATES_RECEIVED ann x10", "CANDIDATES_SENT ann x10",
                          "OFFER_SENT ann", "REJECT_RECEIVED ann", "LEFT r"));
  EXPECT_THAT(of_ann.DebugString() + of_bob.DebugString(), Not(HasSubstr("secret")));
}

TEST_P(EngineHistoriesTest, ByNameAndByIdUntilTenMinutesAfterTheEnd) {
  Client& ann = Joined("r", "ann");
  const std::string id = ann.ref().id.ToString();
  const auto by_id = Explain(*engine_, id);
  ASSERT_TRUE(by_id.ok()) << by_id.status();
  EXPECT_EQ(by_id->client_id(), "ann");
  const std::string name = by_id->name();
  const auto listed = Call(engine_->back_office(), &BackOffice::ListSessions, {});
  EXPECT_EQ(listed->sessions(0).name(), name);
  EXPECT_EQ(Explain(*engine_, name)->SerializeAsString(), by_id->SerializeAsString());
  ann.End();
  for (const std::string& session : {id, name}) {
    const auto ended = Explain(*engine_, session);
    ASSERT_TRUE(ended.ok()) << ended.status();
    EXPECT_THAT(Texts(ended->history()), ElementsAre("OPENED", "JOINED r", "LEFT r", "ENDED"));
    EXPECT_FALSE(ended->history().live());
    EXPECT_EQ(ended->name(), name);
    EXPECT_EQ(ended->client_id(), "ann");
  }
  Wait(kKept - absl::Seconds(1));
  EXPECT_TRUE(Explain(*engine_, name).ok());
  Wait(absl::Seconds(1));
  for (const std::string& session : {id, name, std::string("nobody")}) {
    EXPECT_EQ(RefusalReason(Explain(*engine_, session).status()), Reason::kSessionNotFound);
  }
}

TEST_P(EngineHistoriesTest, WhyASessionEnded) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  ann.Moderate(Kick("bob"));
  EXPECT_EQ(Texts(HistoryOf(*engine_, bob)).back(), "ENDED kicked");
}

TEST_P(EngineHistoriesTest, TheLast64StepsAreKept) {
  Client& ann = NewClient().Open("ann");
  for (int i = 0; i < 50; ++i) {
    ann.Join("r");
    ann.Leave();
    ann.Events();
  }
  const v1::History history = HistoryOf(*engine_, ann);
  EXPECT_THAT(history.steps(), SizeIs(64));
  EXPECT_EQ(history.dropped_steps(), 101u - 64u);
  EXPECT_EQ(Text(history.steps(0)), "JOINED r");
  EXPECT_EQ(Text(history.steps(62)), "JOINED r");
  EXPECT_EQ(Text(history.steps(63)), "LEFT r");
}

TEST_P(EngineHistoriesTest, AStoredOfferFromAllSides) {
  Scene scene = Queued();
  scene.maker.CandidateFor(scene.id, "candidate:1");
  scene.other.Claim(scene.id);
  scene.claimer.Claim(scene.id);
  scene.other.RejectFor(scene.id, v1::Reject::REASON_UNSUPPORTED);
  scene.claimer.Claim(scene.id);
  scene.claimer.CandidateFor(scene.id, "candidate:2");
  scene.claimer.AnswerFor(scene.id);
  scene.maker.CandidateFor(scene.id, "candidate:3");
  scene.claimer.Withdraw(scene.id);
  const auto explained = ExplainOffer(*engine_, scene.id);
  ASSERT_TRUE(explained.ok()) << explained.status();
  EXPECT_THAT(
      Texts(explained->history()),
      ElementsAre("OFFER_STORED maker", "CANDIDATES_SENT maker", "OFFER_CLAIMED other",
                  "REFUSED claimer offer_taken", "OFFER_REQUEUED other OFFER_REASON_UNSUPPORTED",
                  "OFFER_CLAIMED claimer", "CANDIDATES_SENT claimer", "OFFER_ANSWERED claimer",
                  "CANDIDATES_SENT maker", "OFFER_WITHDRAWN claimer"));
  EXPECT_FALSE(explained->history().live());
  EXPECT_EQ(explained->offer().state(), v1::OFFER_STATE_WITHDRAWN);
  EXPECT_THAT(Texts(HistoryOf(*engine_, scene.maker)),
              ElementsAre("OPENED", "OFFER_STORED maker", "CANDIDATES_SENT", "OFFER_CLAIMED other",
                          "OFFER_REQUEUED other OFFER_REASON_UNSUPPORTED", "OFFER_CLAIMED claimer",
                          "OFFER_ANSWERED claimer", "CANDIDATES_RECEIVED claimer",
                          "CANDIDATES_SENT claimer", "OFFER_WITHDRAWN claimer"));
  const v1::History of_claimer = HistoryOf(*engine_, scene.claimer);
  EXPECT_THAT(Texts(of_claimer),
              ElementsAre("OPENED", "REFUSED offer_taken", "OFFER_CLAIMED claimer",
                          "CANDIDATES_RECEIVED maker", "CANDIDATES_SENT", "OFFER_ANSWERED claimer",
                          "CANDIDATES_RECEIVED maker", "OFFER_WITHDRAWN claimer"));
  EXPECT_EQ(of_claimer.steps(2).offer_id(), scene.id);
}

TEST_P(EngineHistoriesTest, AnOfferIsExplainedUntilTenMinutesAfterItsEnd) {
  Scene scene = Queued();
  EXPECT_TRUE(ExplainOffer(*engine_, scene.id)->history().live());
  Wait(EngineOptions().offer_ttl);
  scene.claimer.Claim(scene.id);
  auto explained = ExplainOffer(*engine_, scene.id);
  EXPECT_THAT(Texts(explained->history()),
              ElementsAre("OFFER_STORED maker", "OFFER_EXPIRED OFFER_REASON_TTL_EXPIRED",
                          "REFUSED claimer offer_expired"));
  EXPECT_TRUE(explained->has_offer());
  Wait(absl::Minutes(5));
  explained = ExplainOffer(*engine_, scene.id);
  ASSERT_TRUE(explained.ok());
  EXPECT_FALSE(explained->has_offer());
  EXPECT_THAT(explained->history().steps(), SizeIs(3));
  Wait(absl::Minutes(5));
  EXPECT_EQ(RefusalReason(ExplainOffer(*engine_, scene.id).status()), Reason::kOfferNotFound);
}

TEST_P(EngineHistoriesTest, AKeptOfferSaysInWhichRoom) {
  Client& robot = NewClient().OpenPlain("r", "robot");
  robot.Offer();
  robot.Candidate("candidate:1");
  Client& ann = NewClient().OpenPlain("r", "ann");
  ann.Answer();
  EXPECT_THAT(Texts(HistoryOf(*engine_, robot)),
              ElementsAre("OPENED", "JOINED r", "OFFER_STORED robot r", "CANDIDATES_SENT",
                          "OFFER_CLAIMED ann r", "ANSWER_RECEIVED ann", "OFFER_ANSWERED ann r"));
  EXPECT_THAT(Texts(HistoryOf(*engine_, ann)),
              ElementsAre("OPENED", "JOINED r", "OFFER_CLAIMED ann r", "CANDIDATES_RECEIVED robot",
                          "ANSWER_SENT robot", "OFFER_ANSWERED ann r"));
}

TEST_P(EngineHistoriesTest, WhyNobodyCameIn) {
  Make({.max_participants = 1});
  const absl::Status no_token = Refusal(Reason::kUnauthenticated, "no token");
  Client& eve = NewClient().As(no_token).Open("eve");
  Wait(absl::Seconds(1));
  eve.OpenAgain();
  const auto explained = Explain(*engine_, eve.ref().id.ToString());
  ASSERT_TRUE(explained.ok()) << explained.status();
  EXPECT_EQ(explained->name(), "");
  EXPECT_EQ(explained->client_id(), "eve");
  EXPECT_THAT(Texts(explained->history()), ElementsAre("REFUSED unauthenticated x2"));
  EXPECT_FALSE(explained->history().live());
  Joined("r", "ann");
  Client& bob = NewClient().OpenPlain("r", "bob");
  EXPECT_THAT(Texts(HistoryOf(*engine_, bob)), ElementsAre("REFUSED room_full"));
}

TEST_P(EngineHistoriesTest, WhoIsRefusedOverAndOverCrowdsOutNobodyElse) {
  Client& ann = Joined("r", "ann");
  ann.End();
  Client& first = NewClient().As(Refusal(Reason::kUnauthenticated, "no token")).Open("eve");
  const std::string first_id = first.ref().id.ToString();
  Client& eve = NewClient().As(Refusal(Reason::kUnauthenticated, "no token"));
  for (int i = 0; i < kMaxEnded - 1; ++i) {
    sink_.Clear();
    eve.Open("eve");
  }
  EXPECT_TRUE(Explain(*engine_, first_id).ok());
  sink_.Clear();
  eve.Open("eve");
  EXPECT_FALSE(Explain(*engine_, first_id).ok()) << "the oldest goes first";
  EXPECT_TRUE(Explain(*engine_, ann.ref().id.ToString()).ok());
}

TEST_P(EngineHistoriesTest, OffersCrowdOutNoSession) {
  Client& ann = NewClient().Open("ann");
  ann.End();
  Client& bob = NewClient().Open("bob");
  std::string first;
  for (int i = 0; i <= kMaxEnded; ++i) {
    bob.Create();
    const std::string id = OfferOf(bob.OnlyEvent()).offer_id();
    if (first.empty()) first = id;
    bob.Withdraw(id);
    bob.Events();
  }
  EXPECT_TRUE(Explain(*engine_, ann.ref().id.ToString()).ok());
  const auto told = ExplainOffer(*engine_, first);
  EXPECT_EQ(told.ok() ? told->history().steps_size() : 0, 0) << "the oldest goes first";
}

TEST_P(EngineHistoriesTest, TheLast2048ThatEndedAreKept) {
  Client& ann = NewClient().Open("ann");
  const std::string id = ann.ref().id.ToString();
  ann.End();
  Client& bob = NewClient();
  for (int i = 0; i < kMaxEnded; ++i) {
    EXPECT_EQ(Explain(*engine_, id).ok(), true) << i;
    sink_.Clear();
    bob.Open("bob").End();
  }
  EXPECT_FALSE(Explain(*engine_, id).ok());
}

TEST_P(EngineHistoriesTest, ComingBack) {
  Client& ann = NewClient().Open("ann");
  const std::string id = ann.ref().id.ToString();
  ann.End(DetachCause::kLinkBroken);
  ann.Attach();
  ann.End(DetachCause::kBroken);
  ann.Resume();
  const v1::History history = HistoryOf(*engine_, ann);
  EXPECT_THAT(Texts(history), ElementsAre("OPENED", "DETACHED", "ATTACHED", "DETACHED", "RESUMED"));
  const SessionRef first = ann.ref();
  const std::uint64_t tag = ann.tag();
  ann.ResumeWith("AAAAAAAAAAAAAAAAAAAAAA", 0);
  EXPECT_EQ(Texts(Explain(*engine_, id)->history()).back(), "RESUME_REFUSED unauthenticated");
  EXPECT_THAT(Texts(HistoryOf(*engine_, ann)),
              ElementsAre("RESUME_REFUSED unauthenticated", "OPENED"))
      << "the session that is opened instead says why, too";
  EXPECT_FALSE(sink_.Of(tag).closed);
  engine_->Detach(first, &sink_, DetachCause::kBye);
}

TEST_P(EngineHistoriesTest, WhoComesBackToWhatHasEnded) {
  Client& ann = Joined("r", "ann");
  Client& bob = Joined("r", "bob");
  const std::string id = bob.ref().id.ToString();
  ann.Moderate(Kick("bob"));
  bob.Resume();
  EXPECT_EQ(bob.closed_for(), Reason::kKicked);
  EXPECT_EQ(Texts(Explain(*engine_, id)->history()).back(), "RESUME_REFUSED kicked");
}

TEST_P(EngineHistoriesTest, KnockingAndRefusedMessages) {
  Client& ann = NewClient().Open("ann");
  ann.JoinWith("r", Knocking());
  Client& bob = NewClient().Open("bob");
  bob.Join("r");
  bob.Offer();
  bob.Offer();
  ann.Moderate(Admit("bob"));
  bob.Offer();
  EXPECT_THAT(
      Texts(HistoryOf(*engine_, bob)),
      ElementsAre("OPENED", "KNOCKED r", "REFUSED not_in_room x2", "JOINED r", "OFFER_SENT ann"));
}

TEST_P(EngineHistoriesTest, ARefusedJoinNamesTheRoom) {
  Make({.max_participants = 1});
  Joined("full", "ann");
  Client& bob = NewClient().Open("bob");
  bob.Join("full");
  bob.Join("full");
  bob.Join("r");
  bob.Join("another");
  EXPECT_THAT(Texts(HistoryOf(*engine_, bob)),
              ElementsAre("OPENED", "REFUSED full room_full x2", "JOINED r",
                          "REFUSED another already_in_room"));
}

TEST_P(EngineHistoriesTest, Reports) {
  Client& ann = Joined("r", "ann");
  Joined("r", "bob");
  ann.Offer("bob");
  ann.ReportConnected("bob");
  const v1::History history = HistoryOf(*engine_, ann);
  const v1::Step& step = history.steps(history.steps_size() - 1);
  EXPECT_EQ(Text(step), "REPORTED bob");
  EXPECT_EQ(step.report().to(), "bob");
  EXPECT_EQ(step.report().state(), v1::SETUP_STATE_CONNECTED);
  EXPECT_EQ(step.report().candidate_type(), v1::CANDIDATE_TYPE_HOST);
  EXPECT_EQ(step.report().setup_duration().nanos(), 500'000'000);
  Scene scene = Answered();
  v1::Report report;
  report.set_offer_id(scene.id);
  report.set_state(v1::SETUP_STATE_FAILED);
  report.set_failure(v1::SETUP_FAILURE_DTLS);
  scene.claimer.Report(report);
  const auto offer = ExplainOffer(*engine_, scene.id)->history();
  const v1::Step& of_offer = offer.steps(offer.steps_size() - 1);
  EXPECT_EQ(Text(of_offer), "REPORTED claimer");
  EXPECT_EQ(of_offer.report().failure(), v1::SETUP_FAILURE_DTLS);
  EXPECT_FALSE(of_offer.report().has_setup_duration());
  const v1::History of_claimer = HistoryOf(*engine_, scene.claimer);
  EXPECT_EQ(of_claimer.steps(of_claimer.steps_size() - 1).report().offer_id(), scene.id);
}

TEST_P(EngineHistoriesTest, NobodyReportsOfAnothersOffer) {
  Scene scene = Answered();
  // May report of an offer of his own, and knows the id of theirs.
  scene.other.Create();
  const std::string own = OfferOf(scene.other.OnlyEvent()).offer_id();
  NewClient().Open("joe").Claim(own);
  observer_.Take();
  v1::Report report;
  report.set_offer_id(scene.id);
  report.set_state(v1::SETUP_STATE_FAILED);
  const std::string before = ExplainOffer(*engine_, scene.id)->DebugString();
  scene.other.Report(report);
  scene.maker.Withdraw(scene.id);
  const std::string after = ExplainOffer(*engine_, scene.id)->DebugString();
  scene.other.Report(report);
  EXPECT_EQ(ExplainOffer(*engine_, scene.id)->DebugString(), after) << "ended or not";
  EXPECT_EQ(before.find("other"), std::string::npos);
  EXPECT_EQ(after.find("other"), std::string::npos);
  EXPECT_THAT(observer_.Take().reports, ::testing::IsEmpty());
  scene.maker.Report(report);
  report.set_offer_id(own);
  scene.other.Report(report);
  EXPECT_THAT(observer_.Take().reports, ::testing::SizeIs(2)) << "of one's own, also afterwards";
}

}  // namespace
}  // namespace signaling
