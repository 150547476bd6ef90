#include "gateway/credential.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/subprotocols.h"
#include "gateway/upgrade.h"

namespace signaling::gateway {
namespace {

constexpr http::field kAuthorization = http::field::authorization;
constexpr http::field kProtocol = http::field::sec_websocket_protocol;

struct Header {
  http::field name;
  std::string value;
};

HttpRequest Request(const std::vector<Header>& headers, const std::string& target = "/v1") {
  HttpRequest request{http::verb::get, target, 11};
  for (const Header& header : headers) request.insert(header.name, header.value);
  return request;
}

Credential Read(const std::vector<Header>& headers) {
  return ReadCredential(Request(headers), "", false);
}

void ExpectToken(const Credential& credential, const std::string& token) {
  EXPECT_EQ(credential.problem, "");
  EXPECT_EQ(credential.token, token);
}

TEST(CredentialTest, ThereMayBeNone) {
  ExpectToken(Read({}), "");
  ExpectToken(Read({{kProtocol, "signaling.v1, other, bearer"}}), "");
}

TEST(CredentialTest, Authorization) {
  ExpectToken(Read({{kAuthorization, "Bearer e30.e30.c2ln-_"}}), "e30.e30.c2ln-_");
  ExpectToken(Read({{kAuthorization, "bEARER  e30=="}}), "e30==");
}

TEST(CredentialTest, AnotherSchemeIsSomebodyElses) {
  ExpectToken(Read({{kAuthorization, "Basic dXNlcjpwYXNz"}}), "");
  ExpectToken(Read({{kAuthorization, "Bearers e30"}}), "");
  ExpectToken(Read({{kAuthorization, "Basic dXNlcjpwYXNz"}, {kAuthorization, "Bearer e30"}}),
              "e30");
}

TEST(CredentialTest, Subprotocol) {
  ExpectToken(Read({{kProtocol, "signaling.v1, bearer.e30.e30.c2ln"}}), "e30.e30.c2ln");
  ExpectToken(Read({{kProtocol, "bearer.e30,signaling.v1"}}), "e30");
  ExpectToken(Read({{kProtocol, "signaling.v1"}, {kProtocol, "bearer.e30"}}), "e30");
  ExpectToken(Read({{kProtocol, "bearer.e30"}}), "e30");
  ExpectToken(Read({{kProtocol, "signaling.v1, Bearer.e30"}}), "");
}

TEST(CredentialTest, TheHeaderGoesBeforeTheSubprotocolAndThisBeforeTheQuery) {
  const HttpRequest both = Request({{kProtocol, "bearer.b"}, {kAuthorization, "Bearer a"}});
  ExpectToken(ReadCredential(both, "token=c", true), "a");
  ExpectToken(ReadCredential(Request({{kProtocol, "bearer.b"}}), "token=c", true), "b");
  ExpectToken(ReadCredential(Request({}), "token=c&access_token=d", true), "c");
  ExpectToken(ReadCredential(Request({}), "token=&access_token=%64", true), "d");
}

TEST(CredentialTest, TheQueryIsRefusedUnlessAllowed) {
  for (const char* query : {"token=e30", "room=r&access_token=e30", "token=%65"}) {
    const Credential credential = ReadCredential(Request({}), query, false);
    EXPECT_EQ(credential.token, "");
    EXPECT_NE(credential.problem.find("does not belong in the address"), std::string_view::npos);
  }
  const HttpRequest good = Request({{kAuthorization, "Bearer a"}});
  EXPECT_NE(ReadCredential(good, "token=e30", false).problem, "")
      << "it is in the logs all the same";
  ExpectToken(ReadCredential(Request({}), "token=&access_token", false), "");
}

TEST(CredentialTest, WhatCanBeNoTokenIsRefused) {
  const std::vector<Header> cases[] = {
      {{kAuthorization, "Bearer"}},
      {{kAuthorization, "Bearer "}},
      {{kAuthorization, "Bearer a b"}},
      {{kAuthorization, "Bearer a,b"}},
      {{kAuthorization, "Bearer ="}},
      {{kAuthorization, "Bearer a=b"}},
      {{kAuthorization, "Bearer \"a\""}},
      {{kAuthorization, "Bearer \xc3\xa9"}},
      {{kAuthorization, "Bearer a\xff"}},
      {{kAuthorization, "Bearer a"}, {kAuthorization, "Bearer a"}},
      {{kProtocol, "signaling.v1, bearer."}},
      {{kProtocol, "signaling.v1, bearer.a b"}},
      {{kProtocol, "bearer.a, bearer.b"}},
      {{kProtocol, "bearer.a"}, {kProtocol, "bearer.a"}},
      {{kAuthorization, "Bearer a"}, {kProtocol, "bearer."}},
      {{kAuthorization, "Bearer " + std::string(8193, 'a')}},
      {{kProtocol, "bearer." + std::string(8193, 'a')}},
  };
  for (const std::vector<Header>& headers : cases) {
    EXPECT_NE(Read(headers).problem, "") << headers.front().value.substr(0, 40);
  }
  EXPECT_NE(ReadCredential(Request({}), "token=%ff", true).problem, "");
  ExpectToken(Read({{kAuthorization, "Bearer " + std::string(8192, 'a')}}), std::string(8192, 'a'));
}

TEST(SubprotocolsTest, TheOneIsFoundAmongOthers) {
  EXPECT_FALSE(OffersSubprotocol(Request({})));
  EXPECT_FALSE(OffersSubprotocol(Request({{kProtocol, "bearer.a"}})));
  EXPECT_FALSE(OffersSubprotocol(Request({{kProtocol, "signaling.v10, Signaling.v1"}})));
  EXPECT_TRUE(OffersSubprotocol(Request({{kProtocol, "other ,\tsignaling.v1"}})));
  EXPECT_TRUE(OffersSubprotocol(Request({{kProtocol, "bearer.a"}, {kProtocol, "signaling.v1"}})));
}

TEST(UpgradeCredentialTest, IsReadOnBothPaths) {
  for (const char* target : {"/", "/v1", "/?room=r"}) {
    const Upgrade upgrade = ReadUpgrade(Request({{kAuthorization, "Bearer e30"}}, target), {});
    EXPECT_EQ(upgrade.token, "e30") << target;
    EXPECT_FALSE(upgrade.refusal);
  }
  Config config;
  for (const char* target : {"/?token=e30", "/v1?access_token=e30"}) {
    config.allow_query_token = false;
    const Upgrade refused = ReadUpgrade(Request({}, target), config);
    ASSERT_TRUE(refused.refusal) << target;
    EXPECT_EQ(refused.refusal->reason, Reason::kUnauthenticated);
    config.allow_query_token = true;
    EXPECT_EQ(ReadUpgrade(Request({}, target), config).token, "e30") << target;
  }
}

TEST(UpgradeCredentialTest, AForeignPageIsToldThatFirst) {
  const Upgrade upgrade = ReadUpgrade(
      Request({{http::field::origin, "https://b.example"}, {kAuthorization, "Bearer"}}), {});
  EXPECT_EQ(upgrade.refusal->reason, Reason::kOriginNotAllowed);
}

}  // namespace
}  // namespace signaling::gateway
