#include "services/signalctl/ws/advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509_vfy.h>

#include <boost/asio/error.hpp>
#include <boost/beast/websocket/error.hpp>
#include <set>

namespace signaling::ctl {
namespace {

using ::testing::HasSubstr;

Asked AskedOf(const char* url) { return {.url = *ParseUrl(url), .origin = {}, .room = {}}; }

Trouble Refused(const char* code) {
  Trouble trouble;
  trouble.kind = Trouble::Kind::kRefused;
  trouble.code = code;
  return trouble;
}

Trouble NotConnected(Stage stage) {
  Trouble trouble;
  trouble.kind = Trouble::Kind::kNotConnected;
  trouble.end.stage = stage;
  return trouble;
}

TEST(AdviceTest, EachRefusalIsToldApart) {
  std::set<std::string> meanings;
  const char* const codes[] = {"unavailable", "origin_not_allowed", "too_many_connections",
                               "room_full",   "unauthenticated",    "permission_denied"};
  for (const char* code : codes) {
    const Advice advice = Explain(Refused(code), AskedOf("ws://h"));
    EXPECT_THAT(advice.what, HasSubstr(code));
    EXPECT_FALSE(advice.next.empty());
    meanings.insert(advice.meaning);
  }
  EXPECT_EQ(meanings.size(), std::size(codes));
}

TEST(AdviceTest, WithATokenItIsTheTokenThatIsWrong) {
  Asked asked = AskedOf("ws://h");
  EXPECT_THAT(Explain(Refused("unauthenticated"), asked).meaning, HasSubstr("none was given"));
  asked.with_token = true;
  EXPECT_THAT(Explain(Refused("unauthenticated"), asked).meaning, HasSubstr("does not take"));
}

TEST(AdviceTest, ACodeOfTheFuture) {
  const Advice advice = Explain(Refused("no_such_code"), AskedOf("ws://h"));
  EXPECT_FALSE(advice.meaning.empty());
  EXPECT_FALSE(advice.next.empty());
}

TEST(AdviceTest, NobodyListens) {
  Trouble trouble = NotConnected(Stage::kConnect);
  trouble.end.error = boost::asio::error::connection_refused;
  EXPECT_THAT(Explain(trouble, AskedOf("ws://h")).meaning, HasSubstr("listens on 8765"));
  EXPECT_THAT(Explain(trouble, AskedOf("ws://h:9")).what, HasSubstr("nothing listens at h:9"));
  trouble.end.timed_out = true;
  EXPECT_THAT(Explain(trouble, AskedOf("ws://h:9")).meaning, HasSubstr("firewall"));
}

TEST(AdviceTest, Certificates) {
  Trouble trouble = NotConnected(Stage::kTls);
  trouble.trace.verification.certificate = ShownCertificate{.subject = {},
                                                            .issuer = "CN = Us",
                                                            .names = {"a.org"},
                                                            .not_before = absl::UnixEpoch(),
                                                            .not_after = absl::UnixEpoch()};
  trouble.trace.verification.error = X509_V_ERR_HOSTNAME_MISMATCH;
  EXPECT_THAT(Explain(trouble, AskedOf("wss://b.org")).meaning,
              HasSubstr("is for a.org, and not for b.org"));
  trouble.trace.verification.error = X509_V_ERR_CERT_HAS_EXPIRED;
  EXPECT_THAT(Explain(trouble, AskedOf("wss://b.org")).meaning, HasSubstr("ended on 1970-01-01"));
  trouble.trace.verification.error = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
  EXPECT_THAT(Explain(trouble, AskedOf("wss://b.org")).meaning, HasSubstr("its issuer is CN = Us"));
}

TEST(AdviceTest, HttpAnswers) {
  Trouble trouble = NotConnected(Stage::kUpgrade);
  trouble.end.error = make_error_code(boost::beast::websocket::error::upgrade_declined);
  const auto meaning = [&](int status) {
    trouble.trace.http_status = status;
    return Explain(trouble, AskedOf("ws://h/x")).meaning;
  };
  EXPECT_THAT(meaning(404), HasSubstr("The path /x"));
  EXPECT_THAT(meaning(426), HasSubstr("dropped the Upgrade"));
  EXPECT_THAT(meaning(200), HasSubstr("plain HTTP server"));
  EXPECT_THAT(meaning(503), HasSubstr("cannot reach the gateway"));
  EXPECT_THAT(meaning(403), HasSubstr("in front of the gateway"));
  EXPECT_FALSE(meaning(418).empty());
}

TEST(AdviceTest, HowLongACertificateLasts) {
  const absl::Time now = absl::FromUnixSeconds(1'000'000'000);  // 2001-09-09
  ShownCertificate certificate{.subject = {},
                               .issuer = {},
                               .names = {},
                               .not_before = now - absl::Hours(1),
                               .not_after = now + absl::Hours(24 * 12 + 1)};
  EXPECT_EQ(Lasting(certificate, now), "ends in 12 days (2001-09-21)");
  certificate.not_after = now + absl::Hours(30);
  EXPECT_EQ(Lasting(certificate, now), "ends in 1 day (2001-09-10)");
  certificate.not_after = now - absl::Hours(1);
  EXPECT_EQ(Lasting(certificate, now), "ended on 2001-09-09");
}

}  // namespace
}  // namespace signaling::ctl
