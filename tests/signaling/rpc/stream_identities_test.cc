// Streams whose clients have tokens: openings that wait for a verdict, and tokens that end.
#include <functional>

#include "absl/strings/str_cat.h"
#include "tests/signaling/rpc/streams_fixture.h"
#include "tests/support/fake_authenticator.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

// An engine before which another thread's work can be put.
class MeddledEngine final : public Engine {
 public:
  explicit MeddledEngine(Engine& engine) : engine_(engine) {}

  std::function<void()> before_apply = [] {};

  void Open(const SessionId& id, const v1::Open& open, const absl::StatusOr<Identity>& identity,
            const Holder& holder) override {
    engine_.Open(id, open, identity, holder);
  }
  void Attach(const SessionId& id, const v1::Attach& attach, const Holder& holder) override {
    engine_.Attach(id, attach, holder);
  }
  void Detach(const SessionRef& session, const SessionSink* holder, DetachCause cause) override {
    engine_.Detach(session, holder, cause);
  }
  void SetResumable(const SessionRef& session) override { engine_.SetResumable(session); }
  void Refresh(const SessionRef& session, const Identity& identity) override {
    engine_.Refresh(session, identity);
  }
  void Apply(const SessionRef& session, v1::UpFrame* frame) override {
    before_apply();
    engine_.Apply(session, frame);
  }
  void Alive(const SessionRef& session) override { engine_.Alive(session); }
  void Measured(const SessionRef& session, absl::Duration round_trip) override {
    engine_.Measured(session, round_trip);
  }
  void Report(const SessionRef& session, const v1::Report& report) override {
    engine_.Report(session, report);
  }
  void Acknowledge(const SessionRef& session, std::uint64_t seq) override {
    engine_.Acknowledge(session, seq);
  }
  PullResult Pull(const SessionRef& session, std::uint64_t after_seq, std::uint32_t slot,
                  PullBudget* budget, v1::DownBatch* batch) override {
    return engine_.Pull(session, after_seq, slot, budget, batch);
  }
  void Expire() override { engine_.Expire(); }
  EngineStats Stats() const override { return engine_.Stats(); }
  BackOffice& back_office() override { return engine_.back_office(); }

 private:
  Engine& engine_;
};

class StreamIdentitiesTest : public StreamsTest {
 protected:
  StreamIdentitiesTest() {
    stream().set_stream(owner_);
    for (const char* name : {"ann", "bob"}) {
      Identity identity = FakeAuthenticator::Client(name);
      identity.expires = clock_.Now() + absl::Minutes(10);
      tokens_.Know(name, identity);
    }
  }
  ~StreamIdentitiesTest() override { stream().DetachAll(DetachCause::kBye); }

  StreamSessions& stream() { return guarded_; }
  absl::Status Take(v1::UpFrame frame) { return guarded_.Handle(&frame); }
  v1::DownBatch Written() { return FillOf(guarded_); }

  static v1::UpFrame OpenWith(std::uint32_t slot, const std::string& token) {
    v1::UpFrame frame = OpenFrame(slot, "");
    frame.mutable_open()->set_token(token);
    return frame;
  }
  static v1::UpFrame RefreshFrame(std::uint32_t slot, const std::string& token) {
    v1::UpFrame frame;
    frame.set_slot(slot);
    frame.mutable_refresh()->set_token(token);
    return frame;
  }
  // The only frame there is.
  v1::DownFrame Only() {
    const v1::DownBatch batch = Written();
    EXPECT_EQ(batch.frames_size(), 1) << batch.ShortDebugString();
    return batch.frames_size() == 1 ? batch.frames(0) : v1::DownFrame();
  }

  FakeAuthenticator tokens_;
  const SessionsContext guarded_context_{engine_, tokens_, ice_servers_, clock_,
                                         {},      queue_,  probe_};
  StreamSessions guarded_{guarded_context_};
};

TEST_F(StreamIdentitiesTest, WithoutAGoodTokenNothingIsOpened) {
  for (const char* token : {"", "forged"}) {
    ASSERT_TRUE(Take(OpenWith(1, token)).ok());
    const v1::DownFrame frame = Only();
    EXPECT_EQ(frame.closed().error().reason(), v1::ERROR_REASON_UNAUTHENTICATED);
    EXPECT_EQ(frame.closed().close_code(), 4501u);
  }
  EXPECT_EQ(engine_.Stats().sessions, 0u);
  ASSERT_TRUE(Take(OpenWith(1, "ann")).ok());
  EXPECT_EQ(Only().opened().client_id(), "ann");
}

TEST_F(StreamIdentitiesTest, WhatComesBehindAnOpeningWaitsWithItAndNobodyElseDoes) {
  tokens_.KeepBack();
  ASSERT_TRUE(Take(OpenWith(1, "ann")).ok());
  for (std::uint64_t id = 1; id <= 3; ++id) ASSERT_TRUE(Take(MessageFrame(1, id)).ok());
  EXPECT_EQ(Written().frames_size(), 0);
  ASSERT_TRUE(Handle(OpenFrame(1, "other")).ok());
  EXPECT_TRUE(Fill().frames(0).has_opened()) << "another stream does not wait";
  EXPECT_EQ(tokens_.kept(), 1u);
  tokens_.LetGo();
  EXPECT_EQ(Only().opened().client_id(), "ann");
  stream().Tick();
  EXPECT_EQ(Only().ack_id(), 3u);
  ASSERT_TRUE(Take(MessageFrame(1, 4)).ok());
  stream().Tick();
  EXPECT_EQ(Only().ack_id(), 4u) << "what came later passes";
}

TEST_F(StreamIdentitiesTest, WhatWaitsIsBoundedAndEndsNobodyElse) {
  ASSERT_TRUE(Take(OpenWith(2, "bob")).ok());
  EXPECT_TRUE(Only().has_opened());
  tokens_.KeepBack();
  ASSERT_TRUE(Take(OpenWith(1, "ann")).ok());
  for (std::uint64_t id = 1; id <= 64; ++id) ASSERT_TRUE(Take(MessageFrame(1, id)).ok());
  EXPECT_EQ(Written().frames_size(), 0) << "a window fits";
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(Take(RefreshFrame(1, std::string(8000, 'x'))).ok()) << "the stream goes on";
  }
  EXPECT_EQ(Only().closed().error().reason(), v1::ERROR_REASON_INVALID_MESSAGE);
  // Its number is another's now, whose own verdict is what counts.
  ASSERT_TRUE(Take(OpenWith(1, "forged")).ok());
  ASSERT_TRUE(Take(MessageFrame(1, 1)).ok());
  tokens_.LetGo();
  EXPECT_EQ(Only().closed().error().reason(), v1::ERROR_REASON_UNAUTHENTICATED);
  EXPECT_EQ(engine_.Stats().sessions, 1u) << "bob's";
}

TEST_F(StreamIdentitiesTest, TooMuchWhileItIsActedOnEndsTheSessionInTheEngineToo) {
  MeddledEngine engine(engine_);
  const SessionsContext context{engine, tokens_, ice_servers_, clock_, {}, queue_, probe_};
  StreamSessions stream(context);
  stream.set_stream(owner_);
  tokens_.KeepBack();
  ASSERT_TRUE(HandleOn(stream, OpenWith(1, "ann")).ok());
  ASSERT_TRUE(HandleOn(stream, MessageFrame(1, 1)).ok());
  // From here the reader is another thread.
  engine.before_apply = [&] {
    for (int i = 0; i < 1000; ++i) {
      ASSERT_TRUE(HandleOn(stream, RefreshFrame(1, std::string(8000, 'x'))).ok());
    }
  };
  tokens_.LetGo();
  const v1::DownBatch batch = FillOf(stream);
  ASSERT_EQ(batch.frames_size(), 2) << batch.ShortDebugString();
  EXPECT_TRUE(batch.frames(0).has_opened());
  EXPECT_EQ(batch.frames(1).closed().error().reason(), v1::ERROR_REASON_INVALID_MESSAGE);
  EXPECT_EQ(engine_.Stats().sessions, 0u) << "or it would call a stream that is gone";
  stream.DetachAll(DetachCause::kBye);
}

TEST_F(StreamIdentitiesTest, AClientThatGoesMeanwhileIsGone) {
  tokens_.KeepBack();
  ASSERT_TRUE(Take(OpenWith(1, "ann")).ok());
  ASSERT_TRUE(Take(DetachFrame(1, v1::Detach::CAUSE_BYE)).ok());
  tokens_.LetGo();
  const v1::DownBatch batch = Written();
  ASSERT_EQ(batch.frames_size(), 2);
  EXPECT_TRUE(batch.frames(1).has_closed());
  EXPECT_EQ(engine_.Stats().sessions, 0u);
}

TEST_F(StreamIdentitiesTest, AStreamThatEndsMeanwhileOpensNothing) {
  tokens_.KeepBack();
  ASSERT_TRUE(Take(OpenWith(1, "ann")).ok());
  stream().DetachAll(DetachCause::kBroken);
  tokens_.LetGo();
  EXPECT_EQ(engine_.Stats().sessions, 0u);
}

TEST_F(StreamIdentitiesTest, AStreamThatIsGoneIsNotTouched) {
  tokens_.KeepBack();
  {
    auto owner = std::make_shared<Nobody>();
    StreamSessions gone(guarded_context_);
    gone.set_stream(owner);
    v1::UpFrame frame = OpenWith(1, "ann");
    ASSERT_TRUE(gone.Handle(&frame).ok());
    gone.DetachAll(DetachCause::kBroken);
  }
  tokens_.LetGo();
  EXPECT_EQ(engine_.Stats().sessions, 0u);
}

TEST_F(StreamIdentitiesTest, AServiceThatStopsMeanwhileSaysSo) {
  tokens_.KeepBack();
  ASSERT_TRUE(Take(OpenWith(1, "ann")).ok());
  stream().TakeNoMore();
  tokens_.LetGo();
  EXPECT_EQ(Only().closed().error().reason(), v1::ERROR_REASON_DRAINING);
}

TEST_F(StreamIdentitiesTest, ATokensEndIsToldOnceThenTheSessionIsDetached) {
  ASSERT_TRUE(Take(OpenWith(1, "ann")).ok());
  v1::UpFrame resumable;
  resumable.set_slot(1);
  resumable.mutable_resumable();
  ASSERT_TRUE(Take(resumable).ok());
  const v1::Opened opened = Only().opened();
  EXPECT_EQ(opened.token_expire_time().seconds(),
            absl::ToUnixSeconds(clock_.Now() + absl::Minutes(10)));
  clock_.Advance(absl::Minutes(9) + absl::Seconds(29));
  stream().Tick();
  EXPECT_EQ(Written().frames_size(), 0) << "too early";
  clock_.Advance(absl::Seconds(1));
  stream().Tick();
  stream().Tick();
  EXPECT_EQ(Only().notice().token_expiring().expire_time().seconds(),
            opened.token_expire_time().seconds());
  clock_.Advance(absl::Seconds(54));
  stream().Tick();
  EXPECT_EQ(Written().frames_size(), 0) << "the grace is not over";
  clock_.Advance(absl::Seconds(1));
  stream().Tick();
  const v1::Closed closed = Only().closed();
  EXPECT_EQ(closed.error().reason(), v1::ERROR_REASON_TOKEN_EXPIRED);
  EXPECT_EQ(closed.error().action(), v1::ERROR_ACTION_RECONNECT);
  EXPECT_EQ(closed.close_code(), 4002u);
  EXPECT_EQ(engine_.Stats().detached, 1u) << "it waits for its client";
}

TEST_F(StreamIdentitiesTest, ARefreshMovesTheEnd) {
  ASSERT_TRUE(Take(OpenWith(1, "ann")).ok());
  Only();
  Identity next = FakeAuthenticator::Client("ann");
  next.expires = clock_.Now() + absl::Minutes(20);
  tokens_.Know("next", next);
  ASSERT_TRUE(Take(RefreshFrame(1, "next")).ok());
  clock_.Advance(absl::Minutes(15));
  stream().Tick();
  EXPECT_EQ(Written().frames_size(), 0) << "it is not answered, and the old end is none";
  clock_.Advance(absl::Minutes(5));
  stream().Tick();
  EXPECT_EQ(Only().notice().token_expiring().expire_time().seconds(),
            absl::ToUnixSeconds(next.expires));
}

TEST_F(StreamIdentitiesTest, ASessionHasOneRefreshWaitAndTheNewestCounts) {
  ASSERT_TRUE(Take(OpenWith(1, "ann")).ok());
  Only();
  Identity next = FakeAuthenticator::Client("ann");
  next.expires = clock_.Now() + absl::Minutes(20);
  tokens_.Know("next", next);
  tokens_.KeepBack();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(Take(RefreshFrame(1, "forged")).ok());
  ASSERT_TRUE(Take(RefreshFrame(1, "next")).ok());
  EXPECT_EQ(tokens_.kept(), 1u) << "or few sessions take every place that there is to wait";
  tokens_.LetGo();
  EXPECT_TRUE(Only().has_error()) << "the first";
  clock_.Advance(absl::Minutes(15));
  stream().Tick();
  EXPECT_EQ(Written().frames_size(), 0) << "the last was taken";
}

TEST_F(StreamIdentitiesTest, ARefusedRefreshIsTold) {
  ASSERT_TRUE(Take(OpenWith(1, "ann")).ok());
  Only();
  for (const char* token : {"forged", "bob"}) {
    ASSERT_TRUE(Take(RefreshFrame(1, token)).ok());
    const v1::DownFrame frame = Only();
    EXPECT_EQ(frame.error().reason(), v1::ERROR_REASON_UNAUTHENTICATED);
    EXPECT_EQ(frame.error().action(), v1::ERROR_ACTION_NONE);
    EXPECT_FALSE(frame.error().fatal());
    EXPECT_EQ(frame.reply_to(), 0u);
  }
  tokens_.KeepBack();
  ASSERT_TRUE(Take(RefreshFrame(1, "forged")).ok());
  ASSERT_TRUE(Take(DetachFrame(1, v1::Detach::CAUSE_BYE)).ok());
  EXPECT_TRUE(Only().has_closed());
  tokens_.LetGo();
  EXPECT_EQ(Written().frames_size(), 0) << "nobody is there to be told";
}

TEST_F(StreamIdentitiesTest, WhatIsSaidOfTokensDoesNotPileUpForWhoDoesNotRead) {
  ASSERT_TRUE(Take(OpenWith(1, "ann")).ok());
  Only();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(Take(RefreshFrame(1, "forged")).ok());
    const std::string name = absl::StrCat("brief", i);
    Identity brief = FakeAuthenticator::Client("ann");
    brief.expires = clock_.Now() + absl::Milliseconds(10'000 + i);
    tokens_.Know(name, brief);
    ASSERT_TRUE(Take(RefreshFrame(1, name)).ok());
    stream().Tick();
  }
  const v1::DownBatch batch = Written();
  ASSERT_EQ(batch.frames_size(), 2);
  EXPECT_TRUE(batch.frames(0).has_error());
  EXPECT_TRUE(batch.frames(1).notice().has_token_expiring());
  // Once it has read, it is told again.
  ASSERT_TRUE(Take(RefreshFrame(1, "forged")).ok());
  EXPECT_TRUE(Only().has_error());
}

TEST_F(StreamIdentitiesTest, AMovedSessionTakesItsTokensEndAlong) {
  ASSERT_TRUE(Take(OpenWith(1, "ann")).ok());
  const v1::Opened opened = Only().opened();
  ASSERT_TRUE(HandleOn(other_, AttachFrame(5, opened, 0, 0)).ok());
  EXPECT_TRUE(FillOf(other_).frames(0).has_opened());
  clock_.Advance(absl::Minutes(10));
  other_.Tick();
  EXPECT_TRUE(FillOf(other_).frames(0).notice().has_token_expiring());
  other_.DetachAll(DetachCause::kBye);
}

}  // namespace
}  // namespace signaling
