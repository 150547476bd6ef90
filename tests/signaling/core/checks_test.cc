#include "services/signaling/core/checks.h"

#include <gtest/gtest.h>

#include <string>

#include "services/signaling/core/errors.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

constexpr char kSdp[] = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";

std::string ReasonFor(const v1::UpFrame& frame) {
  const absl::Status status = CheckCommand(frame);
  return status.ok() ? "" : std::string(Info(*RefusalReason(status)).code);
}

v1::UpFrame Offer(const std::string& sdp) {
  v1::UpFrame frame;
  frame.mutable_signal()->mutable_offer()->set_sdp(sdp);
  return frame;
}

TEST(ChecksTest, AcceptsEachCommand) {
  EXPECT_EQ(ReasonFor(Offer(kSdp)), "");
  v1::UpFrame frame;
  frame.mutable_room()->mutable_join()->set_room("r");
  EXPECT_EQ(ReasonFor(frame), "");
  frame.mutable_room()->mutable_leave();
  EXPECT_EQ(ReasonFor(frame), "");
  frame.mutable_room()->mutable_update();
  EXPECT_EQ(ReasonFor(frame), "");
  frame.mutable_app()->set_data("null");
  EXPECT_EQ(ReasonFor(frame), "");
  frame.mutable_signal()->mutable_reject()->set_reason(v1::Reject::REASON_DECLINED);
  EXPECT_EQ(ReasonFor(frame), "");
}

TEST(ChecksTest, RefusesEmptyBodies) {
  v1::UpFrame frame;
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
  frame.mutable_room();
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
  frame.mutable_signal();
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
  frame.mutable_app();
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
  frame.mutable_signal()->mutable_reject();
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
}

TEST(ChecksTest, HoldsEveryLimit) {
  v1::UpFrame frame;
  frame.mutable_room()->mutable_join()->set_room(std::string(129, 'r'));
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
  frame.mutable_room()->mutable_update();
  (*frame.mutable_room()->mutable_update()->mutable_metadata())["k"] = std::string(4095, 'v');
  EXPECT_EQ(ReasonFor(frame), "");
  (*frame.mutable_room()->mutable_update()->mutable_metadata())["k"] += 'v';
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
  frame.mutable_app()->set_data(std::string(16 * 1024 + 1, '1'));
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
  EXPECT_EQ(ReasonFor(Offer("hello")), "invalid_sdp");
  frame.mutable_signal()->mutable_ice_candidate()->set_candidate("hello");
  EXPECT_EQ(ReasonFor(frame), "invalid_candidate");
  frame.mutable_signal()->mutable_ice_candidate()->set_candidate("");
  frame.mutable_signal()->mutable_ice_candidate()->set_sdp_m_line_index(65536);
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
  frame.mutable_signal()->mutable_ice_candidate()->set_sdp_m_line_index(0);
  frame.mutable_signal()->mutable_ice_candidate()->set_sdp_mid(std::string(1025, 'm'));
  EXPECT_EQ(ReasonFor(frame), "invalid_candidate");
  frame = Offer(kSdp);
  frame.mutable_signal()->set_to("a b");
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
  frame = Offer(kSdp);
  frame.set_id(std::uint64_t{1} << 53);
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
}

TEST(ChecksTest, ACandidatesTagsAreOfTheirForm) {
  const auto reason = [](const std::string& mid, const std::string& fragment) {
    v1::UpFrame frame;
    v1::IceCandidate* candidate = frame.mutable_signal()->mutable_ice_candidate();
    candidate->set_sdp_mid(mid);
    candidate->set_username_fragment(fragment);
    return ReasonFor(frame);
  };
  EXPECT_EQ(reason("", ""), "");
  EXPECT_EQ(reason("audio-1.0", "Es/+"), "");
  EXPECT_EQ(reason("0", std::string(256, 'u')), "");
  for (const char* mid : {"192.0.2.77", "2001:db8::77", "pc.local", "x192.0.2.77", "a b", "\t"}) {
    EXPECT_EQ(reason(mid, ""), "invalid_candidate") << mid;
  }
  for (const std::string& fragment :
       {std::string("2001:db8::77"), std::string("192.0.2.77"), std::string("abc"),
        std::string("pc.local"), std::string(257, 'u')}) {
    EXPECT_EQ(reason("0", fragment), "invalid_candidate") << fragment;
  }
}

TEST(ChecksTest, AnApplicationsDataIsOneJsonValue) {
  v1::UpFrame frame;
  for (const std::string& data :
       {std::string("1"), std::string(R"({"a":["\u00e9",null]})"), std::string("\"h\xc3\xa9\""),
        std::string(16, '[') + std::string(16, ']')}) {
    frame.mutable_app()->set_data(data);
    EXPECT_EQ(ReasonFor(frame), "") << data;
  }
  for (const std::string& data :
       {std::string("hello"), std::string("{} {}"), std::string("\"\xff\""),
        std::string("\"\\ud800\""), std::string("[1,]"),
        std::string(17, '[') + std::string(17, ']')}) {
    frame.mutable_app()->set_data(data);
    EXPECT_EQ(ReasonFor(frame), "invalid_message") << data;
  }
}

v1::UpFrame Create() {
  v1::UpFrame frame;
  frame.mutable_offer()->mutable_create()->mutable_offer()->set_sdp(kSdp);
  return frame;
}

TEST(ChecksTest, AStoredOfferHoldsItsLimits) {
  v1::UpFrame frame = Create();
  EXPECT_EQ(ReasonFor(frame), "");
  v1::CreateOffer* create = frame.mutable_offer()->mutable_create();
  for (int i = 0; i < 64; ++i) create->add_candidates();
  create->mutable_ttl()->set_seconds(1);
  EXPECT_EQ(ReasonFor(frame), "");
  create->add_candidates();
  EXPECT_EQ(ReasonFor(frame), "invalid_message") << "65 candidates";
  create->mutable_candidates()->DeleteSubrange(1, 64);
  create->mutable_candidates(0)->set_candidate("hello");
  EXPECT_EQ(ReasonFor(frame), "invalid_candidate");
  for (const auto& [seconds, nanos] :
       {std::pair{0, 999'999'999}, std::pair{86'400, 1}, std::pair{-5, 0}, std::pair{5, -1}}) {
    frame = Create();
    frame.mutable_offer()->mutable_create()->mutable_ttl()->set_seconds(seconds);
    frame.mutable_offer()->mutable_create()->mutable_ttl()->set_nanos(nanos);
    EXPECT_EQ(ReasonFor(frame), "invalid_message") << seconds << " s " << nanos << " ns";
  }
  frame = Create();
  frame.mutable_offer()->mutable_create()->mutable_offer()->set_sdp("hello");
  EXPECT_EQ(ReasonFor(frame), "invalid_sdp");
  frame = Create();
  for (int i = 0; i < 100; ++i) {
    frame.mutable_offer()->mutable_create()->mutable_allowed()->add_client_ids(std::to_string(i));
  }
  EXPECT_EQ(ReasonFor(frame), "");
  frame.mutable_offer()->mutable_create()->mutable_allowed()->set_client_ids(0, "1");
  EXPECT_EQ(ReasonFor(frame), "invalid_message") << "twice";
  frame.mutable_offer()->mutable_create()->mutable_allowed()->set_client_ids(0, "0");
  frame.mutable_offer()->mutable_create()->mutable_allowed()->add_client_ids("101");
  EXPECT_EQ(ReasonFor(frame), "invalid_message") << "101 of them";
  frame.mutable_offer()->mutable_claim();
  EXPECT_EQ(ReasonFor(frame), "invalid_message") << "no id";
  frame.mutable_offer()->mutable_withdraw()->set_offer_id("x");
  EXPECT_EQ(ReasonFor(frame), "");
  frame.mutable_offer()->clear_command();
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
}

TEST(ChecksTest, ASignalIsForAPeerOrForAnOffer) {
  v1::UpFrame frame = Offer(kSdp);
  frame.mutable_signal()->set_offer_id("o");
  EXPECT_EQ(ReasonFor(frame), "");
  frame.mutable_signal()->set_to("peer");
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
  frame = Offer(kSdp);
  frame.mutable_signal()->mutable_claim();
  EXPECT_EQ(ReasonFor(frame), "invalid_message") << "only the service says that";
}

TEST(ChecksTest, ModeratorsCommandsHoldTheirLimits) {
  v1::UpFrame frame;
  frame.mutable_moderate();
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
  frame.mutable_moderate()->mutable_lock();
  EXPECT_EQ(ReasonFor(frame), "");
  frame.mutable_moderate()->mutable_admit();
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
  v1::Kick* kick = frame.mutable_moderate()->mutable_kick();
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
  kick->set_client_id("bob");
  kick->set_reason(std::string(256, 'r'));
  kick->mutable_ban()->set_seconds(86'400);
  EXPECT_EQ(ReasonFor(frame), "");
  kick->mutable_ban()->set_nanos(1);
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
  kick->mutable_ban()->Clear();
  EXPECT_EQ(ReasonFor(frame), "");
  kick->set_reason(std::string(257, 'r'));
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
  frame.mutable_moderate()->mutable_close_room()->set_reason(std::string(257, 'r'));
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
}

TEST(ChecksTest, RoomOptionsHoldTheirLimits) {
  v1::UpFrame frame;
  frame.mutable_room()->mutable_join()->set_room("r");
  v1::RoomOptions* options = frame.mutable_room()->mutable_join()->mutable_options();
  EXPECT_EQ(ReasonFor(frame), "");
  options->set_media(v1::MEDIA_AUDIO);
  options->mutable_allowed()->add_client_ids("ann");
  EXPECT_EQ(ReasonFor(frame), "");
  options->mutable_allowed()->add_client_ids("a b");
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
  options->clear_allowed();
  options->set_media(static_cast<v1::Media>(9));
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
}

TEST(ChecksTest, AGatewayRefusesForReasonsOfItsOwnOnly) {
  v1::UpFrame frame;
  frame.mutable_refused()->set_reason(v1::ERROR_REASON_UNKNOWN_TYPE);
  EXPECT_EQ(ReasonFor(frame), "");
  frame.mutable_refused()->set_reason(v1::ERROR_REASON_ROOM_FULL);
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
}

TEST(ChecksTest, OpeningsNeedARoomExactlyOnThePlainPath) {
  v1::Open open;
  EXPECT_FALSE(CheckOpen(open).ok());
  open.set_path(v1::SESSION_PATH_V1);
  EXPECT_TRUE(CheckOpen(open).ok());
  open.set_room("lobby");
  EXPECT_FALSE(CheckOpen(open).ok());
  open.set_path(v1::SESSION_PATH_PLAIN);
  EXPECT_TRUE(CheckOpen(open).ok());
  open.set_client_id("a b");
  EXPECT_FALSE(CheckOpen(open).ok());
}

TEST(ChecksTest, ReportsHoldTheirLimits) {
  const auto good = [] {
    v1::Report report;
    report.set_to("bob");
    report.set_state(v1::SETUP_STATE_CONNECTED);
    report.set_candidate_type(v1::CANDIDATE_TYPE_RELAY);
    return report;
  };
  EXPECT_TRUE(CheckReport(good()).ok());
  const auto refused = [&](auto change) {
    v1::Report report = good();
    change(report);
    return RefusalReason(CheckReport(report)) == Reason::kInvalidMessage;
  };
  EXPECT_TRUE(refused([](v1::Report& report) { report.clear_peer(); }));
  EXPECT_TRUE(refused([](v1::Report& report) { report.set_to("a b"); }));
  EXPECT_TRUE(refused([](v1::Report& report) { report.set_offer_id(""); }));
  EXPECT_FALSE(refused([](v1::Report& report) { report.set_offer_id("o"); }));
  EXPECT_TRUE(refused([](v1::Report& report) { report.clear_state(); }));
  EXPECT_TRUE(
      refused([](v1::Report& report) { report.set_state(static_cast<v1::SetupState>(7)); }));
  EXPECT_TRUE(refused(
      [](v1::Report& report) { report.set_candidate_type(static_cast<v1::CandidateType>(9)); }));
  EXPECT_TRUE(refused([](v1::Report& report) { report.set_failure(v1::SETUP_FAILURE_ICE); }))
      << "it is connected";
  EXPECT_TRUE(refused([](v1::Report& report) { report.set_state(v1::SETUP_STATE_FAILED); }))
      << "it has no candidate";
  const auto failed = [](v1::SetupFailure failure) {
    return [failure](v1::Report& report) {
      report.set_state(v1::SETUP_STATE_FAILED);
      report.clear_candidate_type();
      report.set_failure(failure);
    };
  };
  EXPECT_FALSE(refused(failed(v1::SETUP_FAILURE_DTLS)));
  EXPECT_FALSE(refused(failed(v1::SETUP_FAILURE_UNSPECIFIED)));
  EXPECT_TRUE(refused(failed(static_cast<v1::SetupFailure>(9))));
  const auto lasting = [](std::int64_t seconds, std::int32_t nanos) {
    return [=](v1::Report& report) {
      report.mutable_setup_duration()->set_seconds(seconds);
      report.mutable_setup_duration()->set_nanos(nanos);
    };
  };
  EXPECT_FALSE(refused(lasting(0, 0)));
  EXPECT_FALSE(refused(lasting(600, 0)));
  EXPECT_TRUE(refused(lasting(600, 1)));
  EXPECT_TRUE(refused(lasting(0, -1)));
  EXPECT_TRUE(refused(lasting(1, -1)));
}

}  // namespace
}  // namespace signaling
