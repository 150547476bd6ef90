#include "services/signaling/auth/jwks_url.h"

#include <curl/curl.h>

#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/common/certificate.h"
#include "services/common/free_with.h"
#include "services/common/text.h"
#include "services/signaling/auth/key_set.h"

namespace signaling::auth {
namespace {

constexpr int kWaitMs = 1000;  // until the thread looks around by itself
constexpr int kMaxRedirects = 3;
constexpr std::size_t kMaxEtagBytes = 256;

using Easy = std::unique_ptr<CURL, FreeWith<curl_easy_cleanup>>;
using Headers = std::unique_ptr<curl_slist, FreeWith<curl_slist_free_all>>;
using Url = std::unique_ptr<CURLU, FreeWith<curl_url_cleanup>>;

bool HasPart(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return false;
  curl_free(text);
  return true;
}

absl::Status CheckUrl(const std::string& text) {
  const Url url(curl_url());
  if (!absl::StartsWithIgnoreCase(text, "https://") ||
      curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return absl::InvalidArgumentError("the URL of the keys is not an https URL");
  }
  if (HasPart(url.get(), CURLUPART_USER) || HasPart(url.get(), CURLUPART_PASSWORD)) {
    return absl::InvalidArgumentError("the URL of the keys has a user or a password in it");
  }
  return absl::OkStatus();
}

std::size_t OnBody(char* data, std::size_t, std::size_t size, void* context) {
  auto* body = static_cast<std::string*>(context);
  if (body->size() + size > kMaxKeySetBytes) return 0;
  body->append(data, size);
  return size;
}

std::optional<absl::Duration> MaxAge(absl::string_view cache_control) {
  for (absl::string_view directive : absl::StrSplit(cache_control, ',')) {
    directive = absl::StripAsciiWhitespace(directive);
    constexpr absl::string_view kName = "max-age=";
    std::uint32_t seconds = 0;
    if (absl::StartsWithIgnoreCase(directive, kName) &&
        absl::SimpleAtoi(directive.substr(kName.size()), &seconds)) {
      return absl::Seconds(seconds);
    }
  }
  return std::nullopt;
}

std::size_t OnHeader(char* data, std::size_t, std::size_t size, void* context) {
  auto* fetched = static_cast<FetchedKeys*>(context);
  const absl::string_view line(data, size);
  if (absl::StartsWith(line, "HTTP/")) {  // of the last response, not of a redirect
    fetched->etag.clear();
    fetched->max_age.reset();
  }
  const std::size_t colon = line.find(':');
  if (colon == absl::string_view::npos) return size;
  const absl::string_view name = line.substr(0, colon);
  const absl::string_view value = absl::StripAsciiWhitespace(line.substr(colon + 1));
  if (absl::EqualsIgnoreCase(name, "etag") && value.size() <= kMaxEtagBytes) {
    fetched->etag = std::string(value);
  }
  if (absl::EqualsIgnoreCase(name, "cache-control")) fetched->max_age = MaxAge(value);
  return size;
}

// Everything of a request that is the same each time.
void Prepare(CURL* easy, const std::string& url, const std::string& ca_file) {
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, static_cast<long>(kMaxRedirects));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(kFetchTimeout)));
  curl_easy_setopt(easy, CURLOPT_MAXFILESIZE, static_cast<long>(kMaxKeySetBytes));
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "webrtc-signaling");
  if (!ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file.c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
  }
}

absl::Status Failed(absl::string_view why) {
  return absl::UnavailableError(absl::StrCat("the keys could not be fetched: ", why));
}

}  // namespace

absl::StatusOr<std::unique_ptr<JwksUrl>> JwksUrl::Make(const std::string& url,
                                                       const std::string& ca_file) {
  static const CURLcode prepared = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (prepared != CURLE_OK) return absl::InternalError("curl cannot be used");
  if (absl::Status status = CheckUrl(url); !status.ok()) return status;
  if (!ca_file.empty()) {
    if (absl::Status status = CheckCertificates(ca_file); !status.ok()) return status;
  }
  CURLM* multi = curl_multi_init();
  if (multi == nullptr) return absl::InternalError("curl cannot be used");
  // Not make_unique: the constructor is private.
  return std::unique_ptr<JwksUrl>(new JwksUrl(url, ca_file, multi));
}

JwksUrl::JwksUrl(std::string url, std::string ca_file, void* multi)
    : url_(std::move(url)),
      ca_file_(std::move(ca_file)),
      multi_(multi),
      thread_([this] { Run(); }) {}

JwksUrl::~JwksUrl() {
  {
    MutexLock lock(mu_);
    stopping_ = true;
  }
  curl_multi_wakeup(multi_);
  thread_.join();
  curl_multi_cleanup(multi_);
}

void JwksUrl::Fetch(const std::string& etag, Done done) {
  {
    MutexLock lock(mu_);
    request_ = {etag, std::move(done)};
  }
  curl_multi_wakeup(multi_);
}

void JwksUrl::Run() {
  for (;;) {
    std::optional<Request> request;
    bool stopping = false;
    {
      MutexLock lock(mu_);
      request.swap(request_);
      stopping = stopping_;
    }
    if (request) {
      request->done(stopping ? Failed("the service is stopping") : Get(request->etag));
    } else if (stopping) {
      return;
    } else {
      curl_multi_poll(multi_, nullptr, 0, kWaitMs, nullptr);
    }
  }
}

absl::StatusOr<FetchedKeys> JwksUrl::Get(const std::string& etag) {
  const Easy easy(curl_easy_init());
  if (!easy) return Failed("curl cannot be used");
  FetchedKeys fetched;
  Prepare(easy.get(), url_, ca_file_);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &fetched.body);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, OnHeader);
  curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &fetched);
  Headers headers(curl_slist_append(nullptr, "Accept: application/jwk-set+json, application/json"));
  if (!etag.empty()) {
    curl_slist_append(headers.get(), absl::StrCat("If-None-Match: ", etag).c_str());
  }
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());

  curl_multi_add_handle(multi_, easy.get());
  CURLcode result = CURLE_ABORTED_BY_CALLBACK;
  for (int running = 1; running > 0;) {
    if (curl_multi_perform(multi_, &running) != CURLM_OK) break;
    if (running > 0) curl_multi_poll(multi_, nullptr, 0, kWaitMs, nullptr);
    MutexLock lock(mu_);
    if (stopping_) break;
  }
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) result = message->data.result;
  }
  curl_multi_remove_handle(multi_, easy.get());

  if (result == CURLE_WRITE_ERROR || result == CURLE_FILESIZE_EXCEEDED) {
    return Failed("the response is larger than 256 KiB");
  }
  if (result != CURLE_OK) return Failed(curl_easy_strerror(result));
  long status = 0;  // NOLINT(google-runtime-int): curl's
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  fetched.unchanged = status == 304 && !etag.empty();
  if (status != 200 && !fetched.unchanged) return Failed(absl::StrCat("HTTP status ", status));
  return fetched;
}

absl::StatusOr<std::unique_ptr<TokenAuthenticator>> StartTokenAuthenticator(
    const AuthOptions& options, const Clock& clock, prometheus::Registry& registry) {
  std::unique_ptr<KeyFetcher> fetcher;
  if (!options.jwks_url.empty()) {
    absl::StatusOr<std::unique_ptr<JwksUrl>> url =
        JwksUrl::Make(options.jwks_url, options.jwks_ca_file);
    if (!url.ok()) return url.status();
    fetcher = *std::move(url);
  }
  return TokenAuthenticator::Start(options, std::move(fetcher), clock, registry);
}

}  // namespace signaling::auth
