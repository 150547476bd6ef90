#include "services/signaling/core/sdp_filter.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "services/signaling/core/ice.h"
#include "services/signaling/core/sdp_grammar.h"
#include "services/signaling/core/sdp_scrub.h"

namespace signaling {
namespace {

using sdp::AppendScrubbed;
using sdp::Attribute;
using sdp::Words;

constexpr std::string_view kNoConnection = "IN IP4 0.0.0.0";

// Ports say as much about a NAT as addresses do; 9 is what JSEP writes where there is none yet.
std::string_view NoPort(std::string_view port) {
  return sdp::ParseNumber(port, 65535) == std::uint64_t{0} ? port : std::string_view("9");
}

// "candidate:…" of a relay, without its related address. False if it is none, or none that can be reached.
bool AppendRelay(std::string_view text, std::string* out) {
  const auto candidate = ParseCandidate(text);
  if (!candidate.ok() || candidate->type != "relay" || sdp::IsLocalName(candidate->address)) {
    return false;
  }
  const char* type_end = candidate->type.data() + candidate->type.size();
  out->append(text.data(), type_end);
  if (candidate->attributes.empty()) return true;
  Words words(candidate->attributes);
  std::string_view name, value;
  while (words.Next(&name) && words.Next(&value)) {
    out->push_back(' ');
    AppendScrubbed(name, out);
    out->push_back(' ');
    if (name == "raddr") {
      out->append(sdp::KindOf(value) == sdp::Address::kIp6 ? "::" : "0.0.0.0");
    } else if (name == "rport") {
      out->append("9");
    } else {
      AppendScrubbed(value, out);
    }
  }
  return true;
}

// o=: user, id and version stay.
void AppendOrigin(std::string_view value, std::string* out) {
  Words words(value);
  std::string_view word;
  for (int i = 0; i < 3 && words.Next(&word); ++i) {
    AppendScrubbed(word, out);
    out->push_back(' ');
  }
  out->append(kNoConnection);
}

void AppendMedia(std::string_view value, std::string* out) {
  const auto media = sdp::ParseMediaLine(value);
  if (!media) return AppendScrubbed(value, out);
  AppendScrubbed(media->media, out);
  out->push_back(' ');
  out->append(media->port == 0 ? "0" : "9");
  AppendScrubbed(media->rest, out);
}

void AppendPair(const Attribute& pair, std::string* out) {
  if (pair.has_value) {
    sdp::AppendScrubbedPair(pair.name, pair.value, out);
  } else {
    AppendScrubbed(pair.name, out);
  }
}

// False if the line has to go.
bool AppendAttribute(std::string_view text, std::string* out) {
  const Attribute attribute(text);
  if (attribute.name == "candidate") return AppendRelay(text, out);
  if (attribute.name == "remote-candidates") return false;
  // Digits of a hash are not an address, and CheckSdp lets no mid or group hold one.
  if (attribute.name == "fingerprint" || attribute.name == "mid" || attribute.name == "group") {
    out->append(text);
    return true;
  }
  if (attribute.name == "rtcp" && attribute.has_value) {
    out->append("rtcp:");
    const std::size_t space = attribute.value.find(' ');
    out->append(NoPort(attribute.value.substr(0, space)));
    if (space != std::string_view::npos) out->append(" ").append(kNoConnection);
    return true;
  }
  AppendPair(attribute, out);
  return true;
}

// One line without its end; false if it has to go.
bool AppendLine(std::string_view line, std::string* out) {
  const char type = line.empty() ? '\0' : line[0];
  const std::string_view value = line.substr(line.size() < 2 ? line.size() : 2);
  out->append(line.substr(0, line.size() - value.size()));
  switch (type) {
    case 'a': return AppendAttribute(value, out);
    case 'b':
    case 'k': AppendPair(Attribute(value), out); return true;
    case 'c': out->append(kNoConnection); return true;
    case 'm': AppendMedia(value, out); return true;
    case 'o': AppendOrigin(value, out); return true;
    default: AppendScrubbed(value, out); return true;
  }
}

}  // namespace

bool HasOnlyAudio(std::string_view checked_sdp) {
  sdp::Lines lines(checked_sdp);
  std::string_view line, end;
  // Of the section that is being read: something other than audio, and not rejected as far as is known.
  bool other = false;
  bool port_zero = false;
  while (lines.Next(&line, &end)) {
    if (line.starts_with("m=")) {
      if (other && !port_zero) return false;
      const auto media = sdp::ParseMediaLine(line.substr(2));
      if (!media) return false;
      other = media->media != "audio";
      port_zero = media->port == 0;
    } else if (line.starts_with("a=bundle-only") &&
               Attribute(line.substr(2)).name == "bundle-only") {
      port_zero = false;
    }
  }
  return !other || port_zero;
}

std::string RelayOnlySdp(std::string_view checked_sdp) {
  std::string out;
  out.reserve(checked_sdp.size() + 64);
  sdp::Lines lines(checked_sdp);
  std::string_view line, end;
  while (lines.Next(&line, &end)) {
    const std::size_t start = out.size();
    if (AppendLine(line, &out)) {
      out.append(end);
    } else {
      out.resize(start);
    }
  }
  return out;
}

bool RelayOnlyCandidate(std::string* candidate) {
  if (candidate->empty()) return true;
  std::string relay;
  if (!AppendRelay(*candidate, &relay)) return false;
  *candidate = std::move(relay);
  return true;
}

}  // namespace signaling
