#include "gateway/credential.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "gateway/subprotocols.h"
#include "gateway/target.h"
#include "services/common/limits.h"
#include "services/common/text.h"

namespace signaling::gateway {
namespace {

constexpr std::string_view kScheme = "Bearer";
constexpr std::string_view kPrefix = "bearer.";

// token68 of RFC 9110, section 11.2: a JWT in compact form is one, and no byte of it is beyond ASCII.
bool IsToken(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("-._~+/").find(c) != std::string_view::npos;
  });
}

// The tokens of one place: the first place that has one counts.
void Take(const std::vector<std::string_view>& found, Credential* credential) {
  if (found.empty() || !credential->problem.empty()) return;
  const std::string_view token = found.front();
  if (found.size() > 1) {
    credential->problem = "there is more than one token";
  } else if (!IsToken(token)) {
    credential->problem = "the token is malformed";
  } else if (token.size() > kMaxTokenBytes) {
    credential->problem = "the token has more than 8192 bytes";
  } else if (credential->token.empty()) {
    credential->token = token;
  }
}

std::vector<std::string_view> InAuthorization(const HttpRequest& request) {
  std::vector<std::string_view> found;
  auto [line, end] = request.equal_range(http::field::authorization);
  for (; line != end; ++line) {
    std::string_view value(line->value().data(), line->value().size());
    const std::string_view scheme = value.substr(0, value.find(' '));
    if (!absl::EqualsIgnoreCase(Absl(scheme), Absl(kScheme))) continue;
    value.remove_prefix(scheme.size());
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    found.push_back(value);
  }
  return found;
}

std::vector<std::string_view> InSubprotocols(const HttpRequest& request) {
  std::vector<std::string_view> found = OfferedSubprotocols(request);
  std::erase_if(found, [](std::string_view name) { return !name.starts_with(kPrefix); });
  for (std::string_view& name : found) name.remove_prefix(kPrefix.size());
  return found;
}

// An empty value is one that was not given.
std::string InQuery(std::string_view query) {
  const std::string token = QueryParameter(query, "token").value_or("");
  return token.empty() ? QueryParameter(query, "access_token").value_or("") : token;
}

}  // namespace

Credential ReadCredential(const HttpRequest& request, std::string_view query,
                          bool allow_query_token) {
  Credential credential;
  Take(InAuthorization(request), &credential);
  Take(InSubprotocols(request), &credential);
  const std::string in_query = InQuery(query);
  if (in_query.empty()) return credential;
  if (allow_query_token) {
    Take({in_query}, &credential);
  } else if (credential.problem.empty()) {
    credential.problem =
        "a token does not belong in the address, which logs keep: send it in hello, as the "
        "subprotocol bearer.<token>, or as Authorization: Bearer";
  }
  return credential;
}

}  // namespace signaling::gateway
