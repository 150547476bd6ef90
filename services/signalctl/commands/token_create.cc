#include <cstdlib>
#include <map>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "services/common/free_with.h"
#include "services/common/ids.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/context.h"
#include "services/signalctl/failure.h"
#include "services/signalctl/tokens/signing_key.h"
#include "services/signaling/auth/verifier.h"

namespace signaling::ctl {
namespace {

using auth::Json;

struct Options {
  SigningKeyOptions key;
  std::string sub;
  std::vector<std::string> rooms;
  std::vector<std::string> grants;
  absl::Duration ttl = absl::Hours(1);
  std::string aud;
  std::string iss;
  std::string name;
  std::vector<std::string> metadata;
};

std::vector<std::string> GrantNames() {
  std::vector<std::string> names;
  for (const Grant grant : {Grant::kJoin, Grant::kCreate, Grant::kOffer, Grant::kModerate,
                            Grant::kAdmin, Grant::kGateway}) {
    names.emplace_back(GrantName(grant));
  }
  return names;
}

Json String(const std::string& text) { return Json(json_stringn(text.data(), text.size())); }

void Set(const Json& object, const char* name, Json value) {
  json_object_set_new(object.get(), name, value.release());
}

Json Array(const std::vector<std::string>& texts) {
  Json array(json_array());
  for (const std::string& text : texts) {
    json_array_append_new(array.get(), String(text).release());
  }
  return array;
}

absl::StatusOr<Json> Metadata(const std::vector<std::string>& pairs) {
  Json metadata(json_object());
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return Fail(ExitCode::kUsage, absl::StrCat("--metadata ", pair, ": say NAME=VALUE"));
    }
    Set(metadata, pair.substr(0, equals).c_str(), String(pair.substr(equals + 1)));
  }
  return metadata;
}

absl::StatusOr<Json> Claims(const Options& options, absl::Time now) {
  absl::StatusOr<Json> metadata = Metadata(options.metadata);
  if (!metadata.ok()) return metadata.status();

  Json claims(json_object());
  Set(claims, "sub", String(options.sub));
  Set(claims, "aud", String(options.aud));
  if (!options.iss.empty()) Set(claims, "iss", String(options.iss));
  Set(claims, "iat", Json(json_integer(absl::ToUnixSeconds(now))));
  Set(claims, "exp", Json(json_integer(absl::ToUnixSeconds(now + options.ttl))));
  Set(claims, "jti", String(NewRandomId()));
  if (options.rooms.size() == 1) Set(claims, "room", String(options.rooms.front()));
  if (options.rooms.size() > 1) Set(claims, "rooms", Array(options.rooms));
  Set(claims, "grants", Array(options.grants));
  if (!options.name.empty()) Set(claims, "name", String(options.name));
  if (!options.metadata.empty()) Set(claims, "metadata", *std::move(metadata));
  return claims;
}

absl::Status Run(const Options& options, Context& context) {
  const absl::StatusOr<SigningKey> key = SigningKey::Load(options.key);
  if (!key.ok()) return key.status();
  const absl::Time now = absl::Now();
  absl::StatusOr<Json> claims = Claims(options, now);
  if (!claims.ok()) return claims.status();
  const absl::StatusOr<std::string> token = key->Sign(claims->get());
  if (!token.ok()) return token.status();
  // Nobody is given a token that the service refuses.
  const auth::Verdict verdict =
      auth::Verifier({.audience = options.aud, .issuer = options.iss, .leeway = {}})
          .Verify(*token, {key->verification()}, now);
  if (verdict.problem != nullptr) {
    return Fail(ExitCode::kUsage,
                absl::StrCat("the service would refuse such a token: ", verdict.problem));
  }
  if (!context.options.json()) {
    context.out << *token << "\n";
    return absl::OkStatus();
  }
  const Json document(json_object());
  Set(document, "token", String(*token));
  Set(document, "claims", *std::move(claims));
  const std::unique_ptr<char, FreeWith<std::free>> text(json_dumps(document.get(), JSON_INDENT(1)));
  context.out << text.get() << "\n";
  return absl::OkStatus();
}

}  // namespace

void AddTokenCreate(CommandTree& tree) {
  auto options = std::make_shared<Options>();
  Command command = tree.Add(
      {.name = "token create",
       .summary = "Signs a token; needs no service.",
       .example = "signalctl token create --signing-key private.jwk --aud signaling --sub ann "
                  "--room lobby --grants join,create\n"
                  "signalctl token create --signing-key private.pem --aud signaling --sub ops "
                  "--grants admin --ttl 15m > admin.jwt",
       .columns =
           "The token alone. With -o json: {\"token\": .., \"claims\": {..}}. A token that the "
           "service would refuse\n"
           "is not printed; why, is. Who has it is who it names: keep it secret, and short-lived."},
      [options](Context& context) { return Run(*options, context); });
  std::vector<std::string> algorithms;
  for (const auth::Algorithm& one : auth::AllAlgorithms()) algorithms.emplace_back(one.name);
  command.Option("--signing-key", &options->key.key_file,
                 "Private JWK, JWKS or PEM (a JWK may be a shared secret).", {.is_file = true});
  command.Option("--secret-file", &options->key.secret_file,
                 "HMAC secret: the one line of the file. The service knows it as a JWK.",
                 {.is_file = true});
  command.Option("--kid", &options->key.kid, "Which key of a JWKS; or what another key is called.");
  command.Option("--alg", &options->key.alg, "Where the key leaves a choice.",
                 {.words = algorithms, .value = "ALG"});
  command.Option("--sub", &options->sub, "Who the bearer is: its client_id.", {.required = true});
  command.Option("--aud", &options->aud, "Of which service: its --auth_audience.",
                 {.required = true});
  command.Option("--grants", &options->grants,
                 absl::StrCat("What the bearer may do: ", absl::StrJoin(GrantNames(), ", "), "."),
                 {.words = GrantNames(), .required = true, .split = true, .value = "GRANT,.."});
  command.Option("--room", &options->rooms, "A room where it may, or the beginning of rooms and *.",
                 {.split = true, .value = "ROOM,.."});
  command.Option("--ttl", &options->ttl, "How long it is good (1h).");
  command.Option("--iss", &options->iss, "Who issues it, where the service has --auth_issuer.");
  command.Option("--name", &options->name, "What others are shown.");
  command.Option("--metadata", &options->metadata, "More of that.", {.value = "NAME=VALUE"});
}

}  // namespace signaling::ctl
