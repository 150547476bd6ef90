// Tokens: a client's on their way up, and what it is told of them.
#include <gmock/gmock.h>

#include "gateway/codec/decoder.h"
#include "gateway/codec/encoder.h"
#include "tests/gateway/codec/decoder_fixture.h"

namespace signaling::gateway {
namespace {

namespace v1 = signaling::v1;

using TokenTest = DecoderFixture;

std::string Long(std::size_t bytes) { return std::string(bytes, 't'); }
std::string Hello(const std::string& token) {
  return R"({"type":"hello","token":")" + token + "\"}";
}
std::string Refresh(const std::string& token) {
  return R"({"type":"refresh","token":")" + token + "\"}";
}

TEST_F(TokenTest, HelloTakesOne) {
  const Decoded d = Decode(R"({"token":"e30.e30.c2ln","type":"hello","client_id":"a"})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_EQ(d.message.hello.token, "e30.e30.c2ln");
  EXPECT_EQ(d.message.hello.client_id, "a");
  EXPECT_EQ(d.frame.body_case(), v1::UpFrame::BODY_NOT_SET);
}

TEST_F(TokenTest, HelloDoesWithout) {
  ASSERT_EQ(Decode(Hello("t")).message.hello.token, "t");
  EXPECT_EQ(Decode(R"({"type":"hello"})").message.hello.token, "") << "nothing is left of the last";
  EXPECT_EQ(Decode(R"({"type":"hello","token":null})").message.hello.token, "");
  const Decoded empty = Decode(Hello(""));
  EXPECT_TRUE(empty.ok) << "an empty one is none";
  EXPECT_EQ(empty.message.hello.token, "");
}

TEST_F(TokenTest, RefreshGoesUp) {
  const Decoded d = Decode(R"({"type":"refresh","token":"e30.e30.c2ln","ack":3})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_EQ(d.message.type, MessageType::kRefresh);
  EXPECT_EQ(d.message.ack_seq, 3u);
  EXPECT_EQ(d.frame.refresh().token(), "e30.e30.c2ln");
}

TEST_F(TokenTest, RefreshHasNoNumber) {
  for (const char* id : {"1", "0", R"("x")"}) {
    const Decoded d = Decode(R"({"type":"refresh","token":"t","id":)" + std::string(id) + "}");
    ASSERT_TRUE(d.ok) << d.fault.message;
    EXPECT_EQ(d.message.id, 0u);
    EXPECT_EQ(d.frame.refresh().token(), "t");
  }
}

TEST_F(TokenTest, EightKibibytesPass) {
  EXPECT_EQ(Decode(Hello(Long(8192))).message.hello.token, Long(8192));
  EXPECT_EQ(Decode(Refresh(Long(8192))).frame.refresh().token(), Long(8192));
}

TEST_F(TokenTest, OtherTypesKnowNoToken) {
  EXPECT_TRUE(Decode(R"({"type":"leave","token":7})").ok);
  EXPECT_TRUE(Decode(R"({"type":"update","metadata":{"token":"t"}})").ok);
}

class BadTokenTest : public DecoderFixture, public testing::WithParamInterface<BadCase> {};

TEST_P(BadTokenTest, IsRefusedAndNotQuoted) {
  ExpectRefused(GetParam());
  EXPECT_THAT(Decode(GetParam().text).fault.message, testing::Not(testing::HasSubstr("ttt")));
}

constexpr Reason kMessage = Reason::kInvalidMessage;

INSTANTIATE_TEST_SUITE_P(
    Tokens, BadTokenTest,
    testing::Values(
        BadCase{"HelloNumber", R"({"type":"hello","token":1})", kMessage, "token must be a string"},
        BadCase{"HelloObject", R"({"type":"hello","token":{"a":"ttt"}})", kMessage,
                "token must be a string"},
        BadCase{"HelloLong", Hello(Long(8193)), kMessage, "token has more than 8192 bytes"},
        BadCase{"HelloTwice", R"({"type":"hello","token":"ttt","token":"ttt"})", kMessage,
                "token is there twice"},
        BadCase{"RefreshWithout", R"({"type":"refresh"})", kMessage, "token is required"},
        BadCase{"RefreshNull", R"({"type":"refresh","token":null,"id":1})", kMessage,
                "token is required"},
        BadCase{"RefreshEmpty", Refresh(""), kMessage, "token is empty"},
        BadCase{"RefreshArray", R"({"type":"refresh","token":["ttt"]})", kMessage,
                "token must be a string"},
        BadCase{"RefreshLong", Refresh(Long(8193)), kMessage, "token has more than 8192 bytes"}),
    CaseName);

TEST(TokenEncoderTest, ConnectedSaysWhenItEnds) {
  v1::Opened opened;
  std::string out;
  EncodeConnected(opened, {}, out);
  EXPECT_THAT(out, testing::Not(testing::HasSubstr("token_expires_at"))) << "an open service";
  opened.mutable_token_expire_time()->set_seconds(1767225600);
  out.clear();
  EncodeConnected(opened, {}, out);
  EXPECT_THAT(out, testing::HasSubstr(R"("token_expires_at":"2026-01-01T00:00:00)"));
}

TEST(TokenEncoderTest, ItsEndIsTold) {
  v1::Notice notice;
  notice.mutable_token_expiring()->mutable_expire_time()->set_seconds(1767225600);
  std::string out;
  EXPECT_EQ(EncodeNotice(notice, out), MessageType::kTokenExpiring);
  EXPECT_THAT(out,
              testing::StartsWith(R"({"type":"token_expiring","expires_at":"2026-01-01T00:00:00)"));
}

}  // namespace
}  // namespace signaling::gateway
