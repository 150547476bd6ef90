#include "tests/contract/engine_fixture.h"

#include <utility>

namespace signaling {
namespace {

// Tags of one client's connections are so far apart.
constexpr std::uint64_t kConnections = 1000;

}  // namespace

Client& Client::Open(const std::string& client_id) {
  v1::Open open;
  open.set_path(v1::SESSION_PATH_V1);
  open.set_client_id(client_id);
  return DoOpen(std::move(open));
}

Client& Client::OpenPlain(const std::string& room, const std::string& client_id) {
  v1::Open open;
  open.set_path(v1::SESSION_PATH_PLAIN);
  open.set_room(room);
  open.set_client_id(client_id);
  return DoOpen(std::move(open));
}

Client& Client::DoOpen(v1::Open open) {
  open.set_session_id(NewRandomId());
  open.set_traceparent(traceparent_);
  id_ = *SessionId::Parse(open.session_id());
  open_ = std::move(open);
  engine_.Open(id_, open_, identity_, {&sink_, tag_});
  TakeOpened();
  return *this;
}

void Client::Connect() { tag_ += kConnections; }

// What a client keeps of its opening.
void Client::TakeOpened() {
  const auto opened = record().opened;
  if (!opened) return;
  id_ = *SessionId::Parse(opened->session_id());
  epoch_ = opened->epoch();
  last_id_ = opened->last_id();
  if (!opened->resume_token().empty()) token_ = opened->resume_token();
}

Client& Client::Resume() { return ResumeWith(token_, last_seq_); }

Client& Client::ResumeWith(const std::string& token, std::uint64_t last_seq) {
  v1::Open open;
  open.set_session_id(NewRandomId());
  open.set_path(v1::SESSION_PATH_V1);
  open.mutable_resume()->set_session_id(id_.ToString());
  open.mutable_resume()->set_token(token);
  open.mutable_resume()->set_last_seq(last_seq);
  open.set_traceparent(traceparent_);
  Connect();
  engine_.Open(*SessionId::Parse(open.session_id()), open, identity_, {&sink_, tag_});
  if (opened() && !record().opened->resumed()) last_seq_ = 0;
  TakeOpened();
  return *this;
}

Client& Client::Attach() {
  v1::Attach attach;
  attach.set_session_id(id_.ToString());
  attach.set_epoch(epoch_);
  attach.set_received_seq(last_seq_);
  attach.set_acked_seq(acked_seq_);
  attach.set_attempt(++attempt_);
  Connect();
  engine_.Attach(id_, attach, {&sink_, tag_});
  TakeOpened();
  return *this;
}

Client& Client::OpenAgain() {
  Connect();
  open_.set_attempt(++attempt_);
  engine_.Open(id_, open_, identity_, {&sink_, tag_});
  TakeOpened();
  return *this;
}

SessionRef Client::ref() const {
  const auto opened = record().opened;
  return {id_, opened ? opened->epoch() : epoch_};
}

std::uint64_t Client::Send(v1::UpFrame frame) {
  frame.set_after_id(last_id_);
  frame.set_id(++last_id_);
  engine_.Apply(ref(), &frame);
  return last_id_;
}

std::uint64_t Client::Join(const std::string& room, bool keep_existing) {
  v1::UpFrame frame;
  frame.mutable_room()->mutable_join()->set_room(room);
  frame.mutable_room()->mutable_join()->set_keep_existing(keep_existing);
  return Send(std::move(frame));
}

std::uint64_t Client::Leave() {
  v1::UpFrame frame;
  frame.mutable_room()->mutable_leave();
  return Send(std::move(frame));
}

std::uint64_t Client::Offer(const std::string& to, const std::string& client_id,
                            const std::string& sdp) {
  v1::UpFrame frame;
  frame.mutable_signal()->set_to(to);
  frame.mutable_signal()->set_client_id(client_id);
  frame.mutable_signal()->mutable_offer()->set_sdp(sdp);
  return Send(std::move(frame));
}

std::uint64_t Client::Answer(const std::string& to) {
  v1::UpFrame frame;
  frame.mutable_signal()->set_to(to);
  frame.mutable_signal()->mutable_answer()->set_sdp("v=0");
  return Send(std::move(frame));
}

std::uint64_t Client::Candidate(const std::string& text, const std::string& to) {
  v1::UpFrame frame;
  frame.mutable_signal()->set_to(to);
  frame.mutable_signal()->mutable_ice_candidate()->set_candidate(text);
  return Send(std::move(frame));
}

std::uint64_t Client::Reject(v1::Reject::Reason reason, const std::string& to) {
  v1::UpFrame frame;
  frame.mutable_signal()->set_to(to);
  frame.mutable_signal()->mutable_reject()->set_reason(reason);
  return Send(std::move(frame));
}

void Client::ReportConnected(const std::string& to) {
  v1::Report report;
  report.set_to(to);
  report.set_state(v1::SETUP_STATE_CONNECTED);
  report.mutable_setup_duration()->set_seconds(1);
  report.mutable_setup_duration()->set_nanos(500'000'000);
  report.set_candidate_type(v1::CANDIDATE_TYPE_HOST);
  Report(report);
}

std::uint64_t Client::Message(const std::string& json, const std::string& to) {
  v1::UpFrame frame;
  frame.mutable_app()->set_to(to);
  frame.mutable_app()->set_data(json);
  return Send(std::move(frame));
}

std::uint64_t Client::Create(const std::string& sdp) {
  v1::CreateOffer create;
  create.mutable_offer()->set_sdp(sdp);
  return Create(create);
}

std::uint64_t Client::Create(const v1::CreateOffer& create) {
  v1::UpFrame frame;
  *frame.mutable_offer()->mutable_create() = create;
  return Send(std::move(frame));
}

std::uint64_t Client::Claim(const std::string& offer_id) {
  v1::UpFrame frame;
  frame.mutable_offer()->mutable_claim()->set_offer_id(offer_id);
  return Send(std::move(frame));
}

std::uint64_t Client::Withdraw(const std::string& offer_id) {
  v1::UpFrame frame;
  frame.mutable_offer()->mutable_withdraw()->set_offer_id(offer_id);
  return Send(std::move(frame));
}

std::uint64_t Client::Signal(const std::string& offer_id, v1::Signal signal) {
  v1::UpFrame frame;
  *frame.mutable_signal() = std::move(signal);
  frame.mutable_signal()->set_offer_id(offer_id);
  return Send(std::move(frame));
}

std::uint64_t Client::OfferFor(const std::string& offer_id, const std::string& sdp) {
  v1::Signal signal;
  signal.mutable_offer()->set_sdp(sdp);
  return Signal(offer_id, std::move(signal));
}

std::uint64_t Client::AnswerFor(const std::string& offer_id, const std::string& sdp) {
  v1::Signal signal;
  signal.mutable_answer()->set_sdp(sdp);
  return Signal(offer_id, std::move(signal));
}

std::uint64_t Client::CandidateFor(const std::string& offer_id, const std::string& text) {
  v1::Signal signal;
  signal.mutable_ice_candidate()->set_candidate(text);
  return Signal(offer_id, std::move(signal));
}

std::uint64_t Client::RejectFor(const std::string& offer_id, v1::Reject::Reason reason) {
  v1::Signal signal;
  signal.mutable_reject()->set_reason(reason);
  return Signal(offer_id, std::move(signal));
}

std::uint64_t Client::Moderate(v1::Moderate moderate) {
  v1::UpFrame frame;
  *frame.mutable_moderate() = std::move(moderate);
  return Send(std::move(frame));
}

std::uint64_t Client::JoinWith(const std::string& room, const v1::RoomOptions& options) {
  v1::UpFrame frame;
  frame.mutable_room()->mutable_join()->set_room(room);
  *frame.mutable_room()->mutable_join()->mutable_options() = options;
  return Send(std::move(frame));
}

std::vector<v1::DownFrame> Client::Events(bool acknowledge) {
  v1::DownBatch batch;
  PullBudget budget{.frames = 100'000, .bytes = 100'000'000};
  const PullResult pulled = engine_.Pull(ref(), last_seq_, 1, &budget, &batch);
  EXPECT_FALSE(pulled.more);
  std::vector<v1::DownFrame> events(batch.frames().begin(), batch.frames().end());
  for (const v1::DownFrame& event : events) EXPECT_EQ(event.seq(), ++last_seq_);
  EXPECT_EQ(pulled.last_seq, last_seq_);
  if (acknowledge) {
    engine_.Acknowledge(ref(), last_seq_);
    acked_seq_ = last_seq_;
  }
  return events;
}

v1::DownFrame Client::OnlyEvent() {
  std::vector<v1::DownFrame> events = Events();
  EXPECT_EQ(events.size(), 1u);
  return events.empty() ? v1::DownFrame() : events.front();
}

std::optional<Reason> Client::closed_for() const {
  const auto end = record().closed;
  if (!end || !end->has_error()) return std::nullopt;
  return static_cast<Reason>(end->error().reason());
}

void EngineTest::TearDown() {
  for (const auto& client : clients_) client->End();
  Wait(EngineOptions().resume_window);
  EXPECT_EQ(engine_->Stats().participants, 0u);
  EXPECT_EQ(engine_->Stats().offers, 0u);
  // Rooms without participants outlive them for a while.
  clock_.Advance(absl::Hours(24 * 30));
  engine_->Expire();
  const EngineStats stats = engine_->Stats();
  EXPECT_EQ(stats.sessions, 0u);
  EXPECT_EQ(stats.rooms, 0u);
  EXPECT_EQ(stats.outbox_events, 0u);
  EXPECT_EQ(stats.outbox_bytes, 0u);
}

Client& EngineTest::Joined(const std::string& room, const std::string& client_id) {
  Client& client = NewClient().Open(client_id);
  client.Join(room);
  EXPECT_TRUE(client.OnlyEvent().room().has_joined());
  return client;
}

EngineOffersTest::Scene EngineOffersTest::Queued() {
  Client& maker = NewClient().Open("maker");
  maker.Create("v=0 kept");
  const std::string id = OfferOf(maker.OnlyEvent()).offer_id();
  return {maker, NewClient().Open("claimer"), NewClient().Open("other"), id};
}

EngineOffersTest::Scene EngineOffersTest::Claimed() {
  Scene scene = Queued();
  scene.claimer.Claim(scene.id);
  EXPECT_TRUE(scene.claimer.OnlyEvent().signal().has_offer());
  EXPECT_EQ(OfferOf(scene.maker.OnlyEvent()).state(), v1::OFFER_STATE_CLAIMED);
  return scene;
}

EngineOffersTest::Scene EngineOffersTest::Answered() {
  Scene scene = Claimed();
  scene.claimer.AnswerFor(scene.id);
  EXPECT_TRUE(scene.maker.OnlyEvent().signal().has_answer());
  return scene;
}

v1::Moderate Kick(const std::string& client_id, int ban_seconds) {
  v1::Moderate moderate;
  moderate.mutable_kick()->set_client_id(client_id);
  if (ban_seconds >= 0) moderate.mutable_kick()->mutable_ban()->set_seconds(ban_seconds);
  moderate.mutable_kick()->set_reason("enough");
  return moderate;
}

v1::Moderate Lock(bool locked) {
  v1::Moderate moderate;
  moderate.mutable_lock()->set_locked(locked);
  return moderate;
}

v1::Moderate Admit(const std::string& client_id) {
  v1::Moderate moderate;
  moderate.mutable_admit()->set_client_id(client_id);
  return moderate;
}

v1::RoomOptions Knocking() {
  v1::RoomOptions options;
  options.set_knock(true);
  return options;
}

v1::OfferEvent OfferOf(const v1::DownFrame& event) {
  EXPECT_TRUE(event.has_offer()) << event.ShortDebugString();
  return event.offer();
}

Reason ReasonOf(const v1::DownFrame& event) {
  EXPECT_TRUE(event.has_error()) << event.ShortDebugString();
  return static_cast<Reason>(event.error().reason());
}

}  // namespace signaling
