#include "services/signaling/core/checks.h"

#include <gtest/gtest.h>

#include <string>

namespace signaling {
namespace {

namespace v1 = signaling::v1;

constexpr char kSdp[] = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n";

std::string ReasonFor(const v1::UpFrame& frame) {
  const auto fault = CheckCommand(frame);
  return fault ? std::string(Info(fault->reason).code) : "";
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

TEST(ChecksTest, AGatewayRefusesForReasonsOfItsOwnOnly) {
  v1::UpFrame frame;
  frame.mutable_refused()->set_reason(v1::ERROR_REASON_UNKNOWN_TYPE);
  EXPECT_EQ(ReasonFor(frame), "");
  frame.mutable_refused()->set_reason(v1::ERROR_REASON_ROOM_FULL);
  EXPECT_EQ(ReasonFor(frame), "invalid_message");
}

TEST(ChecksTest, OpeningsNeedARoomExactlyOnThePlainPath) {
  v1::Open open;
  EXPECT_TRUE(CheckOpen(open));
  open.set_path(v1::SESSION_PATH_V1);
  EXPECT_FALSE(CheckOpen(open));
  open.set_room("lobby");
  EXPECT_TRUE(CheckOpen(open));
  open.set_path(v1::SESSION_PATH_PLAIN);
  EXPECT_FALSE(CheckOpen(open));
  open.set_client_id("a b");
  EXPECT_TRUE(CheckOpen(open));
}

}  // namespace
}  // namespace signaling
