#include "services/signaling/auth/token.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "services/common/limits.h"

namespace signaling::auth {
namespace {

constexpr auto kDots = 2;

Json DecodeObject(std::string_view part) {
  const std::optional<std::string> text = DecodeBase64Url(part);
  return text ? ParseJsonObject(*text) : nullptr;
}

}  // namespace

Problem ReadToken(std::string_view text, Token* token) {
  if (text.size() > kMaxTokenBytes) return "the token is larger than 8 KiB";
  if (std::count(text.begin(), text.end(), '.') != kDots) {
    return "the token is not three parts with dots between them";
  }
  const std::size_t first = text.find('.');
  const std::size_t second = text.find('.', first + 1);
  token->parts.header = text.substr(0, first);
  token->parts.payload = text.substr(first + 1, second - first - 1);
  token->parts.signature = text.substr(second + 1);
  token->header = DecodeObject(token->parts.header);
  if (!token->header) return "the token's header is not a JSON object in base64url";
  std::optional<std::string> signature = DecodeBase64Url(token->parts.signature);
  if (!signature) return "the token's signature is not base64url";
  token->parts.signature_bytes = *std::move(signature);
  return nullptr;
}

Problem ReadClaims(Token* token) {
  token->claims = DecodeObject(token->parts.payload);
  return token->claims ? nullptr : "the token's claims are not a JSON object in base64url";
}

}  // namespace signaling::auth
