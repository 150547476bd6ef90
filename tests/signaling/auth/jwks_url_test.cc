#include "services/signaling/auth/jwks_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <future>
#include <thread>

#include "absl/strings/str_cat.h"
#include "tests/signaling/auth/https_server.h"
#include "tests/signaling/auth/test_keys.h"

namespace signaling::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::seconds kPatience{30};

std::string Response(const std::string& status, const std::string& headers,
                     const std::string& body) {
  return absl::StrCat("HTTP/1.1 ", status, "\r\n", headers, "Content-Length: ", body.size(),
                      "\r\nConnection: close\r\n\r\n", body);
}

class JwksUrlTest : public ::testing::Test {
 protected:
  JwksUrlTest()
      : ca_file_(absl::StrCat(::testing::TempDir(), "jwks-ca-", getpid())),
        certificate_(ca_.Sign("IP:127.0.0.1")) {
    setenv("no_proxy", "*", 1);  // where there is one
    ReplaceFile(ca_file_, ca_.certificate());
  }
  ~JwksUrlTest() override { unlink(ca_file_.c_str()); }

  std::string Url(const HttpsServer& server, const std::string& path = "/keys") const {
    return absl::StrCat("https://127.0.0.1:", server.port(), path);
  }
  absl::StatusOr<FetchedKeys> Fetch(JwksUrl& url, const std::string& etag = "") {
    std::promise<absl::StatusOr<FetchedKeys>> promise;
    url.Fetch(etag,
              [&](absl::StatusOr<FetchedKeys> fetched) { promise.set_value(std::move(fetched)); });
    return promise.get_future().get();
  }
  absl::StatusOr<FetchedKeys> Fetch(const std::string& url, const std::string& etag = "") {
    auto made = JwksUrl::Make(url, ca_file_);
    EXPECT_TRUE(made.ok()) << made.status();
    return Fetch(**made, etag);
  }
  std::string Error(const std::string& url) {
    const auto fetched = Fetch(url);
    return fetched.ok() ? "it was fetched" : std::string(fetched.status().message());
  }

  const TestCa ca_;
  const std::string ca_file_;
  const TestCertificate certificate_;
};

TEST_F(JwksUrlTest, FetchesTheBodyAndWhatTheHeadersSayOfIt) {
  std::string head;
  const HttpsServer server(certificate_, [&](const std::string& request) {
    head = request;
    return Response("200 OK", "ETag: \"one\"\r\nCache-Control: public, Max-Age=120\r\n", "{}");
  });
  const auto fetched = Fetch(Url(server), "\"old\"");
  ASSERT_TRUE(fetched.ok()) << fetched.status();
  EXPECT_FALSE(fetched->unchanged);
  EXPECT_EQ(fetched->body, "{}");
  EXPECT_EQ(fetched->etag, "\"one\"");
  EXPECT_EQ(fetched->max_age, absl::Seconds(120));
  EXPECT_THAT(head, HasSubstr("GET /keys HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("If-None-Match: \"old\"\r\n"));
}

TEST_F(JwksUrlTest, SeveralTimesAndUnchanged) {
  std::atomic<int> asked{0};
  const HttpsServer server(certificate_, [&](const std::string&) {
    return ++asked == 1 ? Response("200 OK", "ETag: x\r\nCache-Control: no-cache\r\n", "{}")
                        : Response("304 Not Modified", "", "");
  });
  auto url = JwksUrl::Make(Url(server), ca_file_);
  ASSERT_TRUE(url.ok());
  const auto first = Fetch(**url);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->max_age, std::nullopt);
  const auto second = Fetch(**url, first->etag);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(second->unchanged);
  EXPECT_THAT(std::string(Fetch(**url).status().message()), HasSubstr("HTTP status 304"))
      << "nothing was asked for that could be unchanged";
}

TEST_F(JwksUrlTest, OnlyGoodResponsesCount) {
  const HttpsServer server(certificate_, [&](const std::string& head) {
    if (head.starts_with("GET /500")) return Response("500 hidden", "", "hidden");
    if (head.starts_with("GET /204")) return Response("204 No Content", "", "");
    if (head.starts_with("GET /large")) return Response("200 OK", "", std::string(262145, 'x'));
    if (head.starts_with("GET /endless")) {
      return "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(262145, 'x');
    }
    return std::string("hidden\r\n\r\n");
  });
  EXPECT_THAT(Error(Url(server, "/500")), HasSubstr("HTTP status 500"));
  EXPECT_THAT(Error(Url(server, "/204")), HasSubstr("HTTP status 204"));
  EXPECT_THAT(Error(Url(server, "/large")), HasSubstr("larger than 256 KiB"));
  EXPECT_THAT(Error(Url(server, "/endless")), HasSubstr("larger than 256 KiB"));
  EXPECT_THAT(Error(Url(server, "/")), HasSubstr("could not be fetched"));
  EXPECT_THAT(Error(Url(server, "/500")), Not(HasSubstr("hidden")));
  EXPECT_THAT(Error(Url(server, "/")), Not(HasSubstr("hidden")));
}

TEST_F(JwksUrlTest, RedirectsStayWithHttps) {
  const HttpsServer server(certificate_, [&](const std::string& head) {
    const auto to = [](const std::string& where) {
      return Response("302 Found", "ETag: \"old\"\r\nLocation: " + where + "\r\n", "");
    };
    if (head.starts_with("GET /here")) return to("/keys");
    if (head.starts_with("GET /http")) return to("http://127.0.0.1:1/keys");
    if (head.starts_with("GET /file")) return to("file:///etc/hostname");
    if (head.starts_with("GET /round")) return to("/round");
    return Response("200 OK", "", "{}");
  });
  const auto fetched = Fetch(Url(server, "/here"));
  ASSERT_TRUE(fetched.ok()) << fetched.status();
  EXPECT_EQ(fetched->etag, "") << "that was the redirect's";
  EXPECT_THAT(Error(Url(server, "/http")), HasSubstr("Unsupported protocol"));
  EXPECT_THAT(Error(Url(server, "/file")), HasSubstr("Unsupported protocol"));
  EXPECT_THAT(Error(Url(server, "/round")), HasSubstr("redirects"));
}

TEST_F(JwksUrlTest, TheServerHasToBeTheOne) {
  const auto good = [](const std::string&) { return Response("200 OK", "", "{}"); };
  const HttpsServer stranger(TestCa().Sign("IP:127.0.0.1"), good);
  EXPECT_THAT(Error(Url(stranger)), HasSubstr("could not be fetched"));
  const HttpsServer other(ca_.Sign("DNS:other.example"), good);
  EXPECT_THAT(Error(Url(other)), HasSubstr("could not be fetched"));
  // Without its CA file, the system's authorities count.
  const HttpsServer server(certificate_, good);
  auto url = JwksUrl::Make(Url(server), "");
  ASSERT_TRUE(url.ok());
  EXPECT_FALSE(Fetch(**url).ok());
  EXPECT_TRUE(Fetch(Url(server)).ok());
}

TEST_F(JwksUrlTest, OnlyHttpsUrlsWithoutPasswords) {
  for (const char* url :
       {"", "http://127.0.0.1/keys", "file:///etc/hostname", "127.0.0.1", "https://",
        "https://user:hidden@127.0.0.1/keys", "https://user@127.0.0.1/keys"}) {
    const auto made = JwksUrl::Make(url, ca_file_);
    ASSERT_FALSE(made.ok()) << url;
    EXPECT_THAT(std::string(made.status().message()), Not(HasSubstr("hidden")));
  }
  EXPECT_FALSE(JwksUrl::Make("https://127.0.0.1/keys", ca_file_ + "-none").ok());
}

TEST_F(JwksUrlTest, ItsEndBreaksOffTheFetch) {
  std::promise<void> asked;
  const HttpsServer server(certificate_, [&](const std::string&) {
    asked.set_value();
    return std::string();
  });
  auto url = JwksUrl::Make(Url(server), ca_file_);
  ASSERT_TRUE(url.ok());
  std::atomic<int> done{0};
  (*url)->Fetch("", [&](const absl::StatusOr<FetchedKeys>& fetched) {
    EXPECT_FALSE(fetched.ok());
    ++done;
  });
  ASSERT_EQ(asked.get_future().wait_for(kPatience), std::future_status::ready);
  const auto before = std::chrono::steady_clock::now();
  url->reset();
  EXPECT_EQ(done, 1);
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(4))
      << "sooner than it would have given up";
}

TEST_F(JwksUrlTest, AServiceBecomesReadyByIt) {
  const TestKey key = TestKey::Raw("ED25519");
  boost::json::object jwk = key.PublicJwk();
  const HttpsServer server(certificate_,
                           [&](const std::string&) { return Response("200 OK", "", Jwks({jwk})); });
  const SystemClock clock;
  prometheus::Registry registry;
  AuthOptions options;
  options.jwks_url = Url(server);
  options.jwks_ca_file = ca_file_;
  options.audience = "signaling";
  auto door = StartTokenAuthenticator(options, clock, registry);
  ASSERT_TRUE(door.ok()) << door.status();
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!(*door)->Ready().ok() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_TRUE((*door)->Ready().ok()) << (*door)->Ready();
  options.jwks_url = "http://127.0.0.1/keys";
  EXPECT_FALSE(StartTokenAuthenticator(options, clock, registry).ok());
}

}  // namespace
}  // namespace signaling::auth
