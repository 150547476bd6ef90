#include "gateway/http/responder.h"

#include <string_view>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/http/pages.h"
#include "gateway/target.h"

namespace signaling::gateway {
namespace {

// Everything comes from this server; the page speaks to its WebSocket and plays what peers send.
constexpr char kContentSecurityPolicy[] =
    "default-src 'self'; connect-src 'self' ws: wss:; media-src 'self' blob: mediastream:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
// The browser client is for pages of other origins too, where --allowed_origins lets them connect. It is no secret.
constexpr std::string_view kClientPath = "/client/";
constexpr char kTextType[] = "text/plain; charset=utf-8";
constexpr unsigned kHttp11 = 11;

HttpResponse Make(http::status status, unsigned version) {
  HttpResponse response{status, version};
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");
  return response;
}

void SetBody(HttpResponse& response, std::string_view type, std::string_view body, bool head) {
  response.set(http::field::content_type, {type.data(), type.size()});
  response.content_length(body.size());
  if (!head) response.body() = {body.data(), body.size()};
}

bool Matches(beast::string_view if_none_match, std::string_view etag) {
  for (absl::string_view one :
       absl::StrSplit(absl::string_view(if_none_match.data(), if_none_match.size()), ',')) {
    one = absl::StripAsciiWhitespace(one);
    absl::ConsumePrefix(&one, "W/");
    if (one == "*" || one == absl::string_view(etag.data(), etag.size())) return true;
  }
  return false;
}

HttpResponse ServePage(const HttpRequest& request, const Page& page, bool head) {
  const bool unchanged = Matches(request[http::field::if_none_match], page.etag);
  HttpResponse response =
      Make(unchanged ? http::status::not_modified : http::status::ok, request.version());
  response.set(http::field::etag, {page.etag.data(), page.etag.size()});
  response.set(http::field::cache_control, "no-cache");
  if (page.path.starts_with(kClientPath)) {
    response.set(http::field::access_control_allow_origin, "*");
  }
  if (unchanged) return response;
  response.set("Content-Security-Policy", kContentSecurityPolicy);
  SetBody(response, page.media_type, page.body, head);
  return response;
}

}  // namespace

HttpResponse Respond(const HttpRequest& request, bool keep_alive) {
  const beast::string_view target = request.target();
  const std::string_view path = ParseTarget({target.data(), target.size()}).path;
  const bool head = request.method() == http::verb::head;
  const Page* page = FindPage(path);
  HttpResponse response;
  if (!head && request.method() != http::verb::get) {
    response = Make(http::status::method_not_allowed, request.version());
    response.set(http::field::allow, "GET, HEAD");
    SetBody(response, kTextType, "only GET and HEAD\n", head);
  } else if (page != nullptr) {
    response = ServePage(request, *page, head);
  } else if (path == "/" || path == "/v1") {
    response = Make(http::status::upgrade_required, request.version());
    response.set(http::field::upgrade, "websocket");
    SetBody(response, kTextType, "connect with a WebSocket\n", head);
  } else {
    response = Make(http::status::not_found, request.version());
    SetBody(response, kTextType, "not found\n", head);
  }
  response.keep_alive(keep_alive);
  return response;
}

HttpResponse RefuseRequest(http::status status) {
  HttpResponse response = Make(status, kHttp11);
  SetBody(response, kTextType, "bad request\n", false);
  response.keep_alive(false);
  return response;
}

}  // namespace signaling::gateway
