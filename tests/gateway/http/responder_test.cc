#include "gateway/http/responder.h"

#include <gtest/gtest.h>

#include <string>

#include "gateway/http/pages.h"

namespace signaling::gateway {
namespace {

HttpRequest Request(http::verb method, const std::string& target) {
  return HttpRequest{method, target, 11};
}

std::string Header(const HttpResponse& response, http::field field) {
  const auto value = response[field];
  return std::string(value.data(), value.size());
}

TEST(ResponderTest, ServesTheIndexAtTheRoot) {
  const auto response = Respond(Request(http::verb::get, "/?room=a"), true);
  EXPECT_EQ(response.result(), http::status::ok);
  EXPECT_EQ(Header(response, http::field::content_type), "text/html; charset=utf-8");
  EXPECT_EQ(Header(response, http::field::content_length), std::to_string(response.body().size()));
  EXPECT_GT(response.body().size(), 0u);
  EXPECT_EQ(std::string(response["X-Content-Type-Options"]), "nosniff");
  EXPECT_NE(std::string(response["Content-Security-Policy"]).find("default-src 'self'"),
            std::string::npos);
  EXPECT_TRUE(response.keep_alive());
}

TEST(ResponderTest, ServesEveryPageByItsName) {
  for (const std::string name : {"/offer", "/robot", "/viewer"}) {
    const auto response = Respond(Request(http::verb::get, name + "?room=a"), true);
    EXPECT_EQ(response.result(), http::status::ok) << name;
    EXPECT_EQ(Header(response, http::field::content_type), "text/html; charset=utf-8") << name;
    EXPECT_EQ(Respond(Request(http::verb::get, name + ".html"), true).result(),
              http::status::not_found);
  }
}

TEST(ResponderTest, EveryPageHasAMediaTypeAndATagOfItsOwn) {
  std::vector<std::string> tags;
  for (const Page& page : Pages()) {
    EXPECT_FALSE(page.media_type.empty());
    for (const std::string& tag : tags) EXPECT_NE(page.etag, tag);
    tags.emplace_back(page.etag);
    EXPECT_EQ(FindPage(page.path), &page);
  }
  EXPECT_FALSE(tags.empty());
}

TEST(ResponderTest, PagesOfOtherOriginsMayLoadTheClientAndNothingElse) {
  const auto client = Respond(Request(http::verb::get, "/client/index.js"), true);
  EXPECT_EQ(client.result(), http::status::ok);
  EXPECT_EQ(Header(client, http::field::content_type), "text/javascript; charset=utf-8");
  EXPECT_EQ(Header(client, http::field::access_control_allow_origin), "*");
  for (const std::string path : {"/", "/voice.js"}) {
    const auto page = Respond(Request(http::verb::get, path), true);
    EXPECT_EQ(page.result(), http::status::ok) << path;
    EXPECT_EQ(Header(page, http::field::access_control_allow_origin), "") << path;
  }
}

TEST(ResponderTest, HeadHasTheLengthAndNoBody) {
  const auto get = Respond(Request(http::verb::get, "/"), true);
  const auto head = Respond(Request(http::verb::head, "/"), true);
  EXPECT_EQ(Header(head, http::field::content_length), Header(get, http::field::content_length));
  EXPECT_EQ(head.body().size(), 0u);
}

TEST(ResponderTest, WhatTheBrowserHasIsNotSentAgain) {
  auto request = Request(http::verb::get, "/");
  const auto first = Respond(request, true);
  request.set(http::field::if_none_match, "\"other\", W/" + Header(first, http::field::etag));
  const auto second = Respond(request, true);
  EXPECT_EQ(second.result(), http::status::not_modified);
  EXPECT_EQ(Header(second, http::field::etag), Header(first, http::field::etag));
  EXPECT_EQ(second.body().size(), 0u);
}

TEST(ResponderTest, RefusesTheRest) {
  EXPECT_EQ(Respond(Request(http::verb::get, "/nothing"), true).result(), http::status::not_found);
  EXPECT_EQ(Respond(Request(http::verb::get, "/../etc/passwd"), true).result(),
            http::status::not_found);
  EXPECT_EQ(Respond(Request(http::verb::get, "/v1"), true).result(),
            http::status::upgrade_required);
  const auto post = Respond(Request(http::verb::post, "/"), true);
  EXPECT_EQ(post.result(), http::status::method_not_allowed);
  EXPECT_EQ(Header(post, http::field::allow), "GET, HEAD");
  EXPECT_FALSE(RefuseRequest(http::status::bad_request).keep_alive());
}

}  // namespace
}  // namespace signaling::gateway
