// A hello that goes on with a session.
#include "gateway/codec/decoder.h"
#include "tests/gateway/codec/decoder_fixture.h"

namespace signaling::gateway {
namespace {

using DecoderResumeTest = DecoderFixture;

constexpr std::string_view kSession = "AAAAAAAAAAAAAAAAAAAAAA";

std::string Hello(std::string_view resume) {
  return R"({"type":"hello","resume":)" + std::string(resume) + "}";
}

TEST_F(DecoderResumeTest, IsReadWhole) {
  const Decoded d = Decode(
      R"({"type":"hello","client_id":"a","resume":{"session_id":"AAAAAAAAAAAAAAAAAAAAAA","resume_token":"t-_","last_seq":9007199254740991,"later":[]}})");
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_EQ(d.message.hello.client_id, "a");
  ASSERT_TRUE(d.message.hello.resume);
  EXPECT_EQ(d.message.hello.resume->session_id(), kSession);
  EXPECT_EQ(d.message.hello.resume->token(), "t-_");
  EXPECT_EQ(d.message.hello.resume->last_seq(), 9007199254740991u);
}

TEST_F(DecoderResumeTest, NothingMayHaveArrivedYet) {
  const Decoded d = Decode(Hello(R"({"session_id":"s","resume_token":"t","last_seq":0})"));
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_EQ(d.message.hello.resume->last_seq(), 0u);
}

TEST_F(DecoderResumeTest, WhatNoSessionIsCalledIsTheServicesToSay) {
  const Decoded d = Decode(Hello(R"({"session_id":"no id","resume_token":"","last_seq":0})"));
  ASSERT_TRUE(d.ok) << d.fault.message;
  EXPECT_EQ(d.message.hello.resume->session_id(), "no id");
}

TEST_F(DecoderResumeTest, MayBeLeftOut) {
  EXPECT_FALSE(Decode(R"({"type":"hello"})").message.hello.resume);
  EXPECT_FALSE(Decode(Hello("null")).message.hello.resume);
  ASSERT_TRUE(Decode(Hello(R"({"session_id":"s","resume_token":"t","last_seq":1})")).ok);
  EXPECT_FALSE(Decode(R"({"type":"hello"})").message.hello.resume) << "nothing is left of the last";
}

class BadResumeTest : public DecoderFixture, public testing::WithParamInterface<BadCase> {};

TEST_P(BadResumeTest, IsRefusedByItsPath) { ExpectRefused(GetParam()); }

constexpr Reason kMessage = Reason::kInvalidMessage;

INSTANTIATE_TEST_SUITE_P(
    Resume, BadResumeTest,
    testing::Values(
        BadCase{"String", Hello(R"("s")"), kMessage, "resume must be an object"},
        BadCase{"Array", Hello("[]"), kMessage, "resume must be an object"},
        BadCase{"Empty", Hello("{}"), kMessage, "resume.session_id is required"},
        BadCase{"SessionNumber", Hello(R"({"session_id":1,"resume_token":"t","last_seq":0})"),
                kMessage, "resume.session_id must be a string"},
        BadCase{"SessionTooLong",
                Hello(R"({"session_id":")" + std::string(129, 's') +
                      R"(","resume_token":"t","last_seq":0})"),
                kMessage, "resume.session_id has more than 128 bytes"},
        BadCase{"NoToken", Hello(R"({"session_id":"s","last_seq":0})"), kMessage,
                "resume.resume_token is required"},
        BadCase{"TokenObject", Hello(R"({"session_id":"s","resume_token":{},"last_seq":0})"),
                kMessage, "resume.resume_token must be a string"},
        BadCase{"NoSeq", Hello(R"({"session_id":"s","resume_token":"t"})"), kMessage,
                "resume.last_seq is required"},
        BadCase{"SeqString", Hello(R"({"session_id":"s","resume_token":"t","last_seq":"1"})"),
                kMessage, "resume.last_seq must be an integer"},
        BadCase{"SeqNegative", Hello(R"({"session_id":"s","resume_token":"t","last_seq":-1})"),
                kMessage, "resume.last_seq"},
        BadCase{"SeqTooBig",
                Hello(R"({"session_id":"s","resume_token":"t","last_seq":9007199254740992})"),
                kMessage, "resume.last_seq"},
        BadCase{"SeqTwice",
                Hello(R"({"session_id":"s","resume_token":"t","last_seq":1,"last_seq":2})"),
                kMessage, "resume.last_seq is there twice"}),
    CaseName);

}  // namespace
}  // namespace signaling::gateway
