#include <cstdlib>
#include <future>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "services/common/free_with.h"
#include "services/common/text.h"
#include "services/signalctl/commands/commands.h"
#include "services/signalctl/context.h"
#include "services/signalctl/failure.h"
#include "services/signalctl/tokens/token_input.h"
#include "services/signalctl/tokens/token_report.h"
#include "services/signaling/auth/jwks_url.h"
#include "services/signaling/auth/key_set.h"
#include "services/signaling/auth/verifier.h"

namespace signaling::ctl {
namespace {

struct Options {
  std::string token = "-";
  std::string key_file;
  std::string jwks_url;
  std::string jwks_ca;
  auth::TokenRules rules;
};

absl::StatusOr<std::shared_ptr<const auth::KeySet>> Fetch(const Options& options) {
  const auto url = auth::JwksUrl::Make(options.jwks_url, options.jwks_ca);
  if (!url.ok()) {
    return Fail(ExitCode::kUsage, absl::StrCat("--jwks-url: ", url.status().message()));
  }
  std::promise<absl::StatusOr<auth::FetchedKeys>> fetched;
  (*url)->Fetch(
      {}, [&](absl::StatusOr<auth::FetchedKeys> keys) { fetched.set_value(std::move(keys)); });
  const absl::StatusOr<auth::FetchedKeys> keys = fetched.get_future().get();
  if (!keys.ok()) {
    return Fail(ExitCode::kUnreachable,
                absl::StrCat(options.jwks_url, ": ", keys.status().message()));
  }
  auto set = auth::KeySet::Parse(keys->body, auth::KeySource::kUrl);
  if (!set.ok()) {
    return Fail(ExitCode::kUsage, absl::StrCat(options.jwks_url, ": ", set.status().message()));
  }
  return set;
}

absl::StatusOr<auth::KeySets> Keys(const Options& options) {
  auth::KeySets keys;
  if (!options.key_file.empty()) {
    auto set = auth::ReadKeyFile(options.key_file);
    if (!set.ok()) {
      return Fail(ExitCode::kUsage, absl::StrCat("--keys: ", set.status().message()));
    }
    keys.push_back(*std::move(set));
  }
  if (!options.jwks_url.empty()) {
    auto set = Fetch(options);
    if (!set.ok()) return set.status();
    keys.push_back(*std::move(set));
  }
  if (keys.empty()) {
    return Fail(ExitCode::kUsage,
                "give the service's keys: --keys FILE (its --auth_keys) or --jwks-url URL (its "
                "--auth_jwks_url)");
  }
  return keys;
}

absl::Status Run(const Options& options, Context& context) {
  const absl::StatusOr<auth::KeySets> keys = Keys(options);
  if (!keys.ok()) return keys.status();
  const absl::StatusOr<std::string> token = ReadTokenInput(options.token);
  if (!token.ok()) return token.status();
  const absl::Time now = absl::Now();
  const auth::Verdict verdict = auth::Verifier(options.rules).Verify(*token, *keys, now);
  const TokenReport report = ReportOn(*token, verdict, {options.rules, *keys, now});
  if (context.options.json()) {
    report.PrintJson(context.out);
  } else {
    report.Print(context.out);
  }
  return verdict.problem == nullptr ? absl::OkStatus() : Fail(ExitCode::kNo, "");
}

}  // namespace

void AddTokenCheck(CommandTree& tree) {
  auto options = std::make_shared<Options>();
  Command command =
      tree.Add({.name = "token check",
                .summary = "Says whether the service would take a token, and if not, which check "
                           "refuses it and why.",
                .example = "signalctl token check ann.jwt --keys keys.json --audience signaling\n"
                           "pbpaste | signalctl token check --jwks-url https://id.example/jwks "
                           "--audience signaling",
                .columns = "What a good token says; of a refused one the check, the reason and "
                           "what to look at; never the token.\n"
                           "Exit code 0: it is good. 1: it is refused. With -o json: "
                           "{\"accepted\": true, \"claims\": {..}, ..} or\n"
                           "{\"accepted\": false, \"outcome\": .., \"check\": .., \"reason\": .., "
                           "\"detail\": ..}, the outcome as in\n"
                           "the metric signaling_authentications_total."},
               [options](Context& context) { return Run(*options, context); });
  command.Argument("FILE", &options->token, "File with the token; - or nothing is standard input.",
                   {.is_file = true});
  command.Option("--keys", &options->key_file, "JWKS, JWK or PEM, as the service's --auth_keys.",
                 {.is_file = true});
  command.Option("--jwks-url", &options->jwks_url, "As the service's --auth_jwks_url.",
                 {.value = "URL"});
  command.Option("--jwks-ca", &options->jwks_ca,
                 "CAs that the URL's certificate is checked with. Not given: the system's.",
                 {.is_file = true});
  command.Option("--audience", &options->rules.audience, "As the service's --auth_audience.",
                 {.required = true});
  command.Option("--issuer", &options->rules.issuer,
                 "As the service's --auth_issuer. Not given: anybody's.");
  command.Option("--leeway", &options->rules.leeway,
                 "How far the clocks may be apart (60s), as the service's --auth_leeway.");
}

}  // namespace signaling::ctl
