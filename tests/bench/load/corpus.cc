#include "tests/bench/load/corpus.h"

namespace signaling::bench {
namespace {

constexpr std::size_t kDescriptionBytes = 2800;

Text Split(std::string marker, std::string all) {
  const std::string place(kSequenceDigits, kSequencePlace);
  std::string tail = all.substr(all.find(place) + place.size());
  return {std::move(marker), std::move(all), std::move(tail)};
}

// An audio section as a browser offers it. Codecs and header extensions fill it up to the size that was asked for.
Text Description(std::string marker, std::string_view setup) {
  std::string sdp = "v=0\\r\\n" + marker + std::string(kSequenceDigits, kSequencePlace) +
                    " 2 IN IP4 127.0.0.1\\r\\n"
                    "s=-\\r\\nt=0 0\\r\\na=group:BUNDLE 0\\r\\na=extmap-allow-mixed\\r\\n"
                    "a=msid-semantic: WMS 6f0b1b1e-5d4c-4c61-9a35-6d3a1d4f7a10\\r\\n"
                    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126\\r\\n"
                    "c=IN IP4 0.0.0.0\\r\\na=rtcp:9 IN IP4 0.0.0.0\\r\\n"
                    "a=ice-ufrag:4ZcD\\r\\na=ice-pwd:2/1muCWoOi3uLifh0NuRHlBd\\r\\n"
                    "a=ice-options:trickle\\r\\n"
                    "a=fingerprint:sha-256 7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:"
                    "DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08\\r\\n";
  sdp += "a=setup:" + std::string(setup) + "\\r\\na=mid:0\\r\\n";
  sdp +=
      "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\\r\\n"
      "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\\r\\n"
      "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\\r\\n"
      "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\\r\\n"
      "a=sendrecv\\r\\na=msid:6f0b1b1e-5d4c-4c61-9a35-6d3a1d4f7a10 "
      "0a8d1c52-3f0a-4f0e-8d0b-1f2a6f1f9d11\\r\\na=rtcp-mux\\r\\na=rtcp-rsize\\r\\n"
      "a=rtpmap:111 opus/48000/2\\r\\na=rtcp-fb:111 transport-cc\\r\\n"
      "a=fmtp:111 minptime=10;useinbandfec=1\\r\\na=rtpmap:63 red/48000/2\\r\\n"
      "a=fmtp:63 111/111\\r\\na=rtpmap:9 G722/8000\\r\\na=rtpmap:0 PCMU/8000\\r\\n"
      "a=rtpmap:8 PCMA/8000\\r\\na=rtpmap:13 CN/8000\\r\\n"
      "a=rtpmap:110 telephone-event/48000\\r\\na=rtpmap:126 telephone-event/8000\\r\\n";
  for (int n = 0; sdp.size() + 110 < kDescriptionBytes; ++n) {
    const std::string ssrc = "a=ssrc:" + std::to_string(3735928559U + static_cast<unsigned>(n));
    sdp += ssrc + " cname:Wn3kTqv0Zb8yJr2L\\r\\n" + ssrc +
           " msid:6f0b1b1e-5d4c-4c61-9a35 0a8d1c52-3f0a\\r\\n";
  }
  return Split(std::move(marker), std::move(sdp));
}

Text Candidate(std::size_t bytes) {
  std::string text = "candidate:" + std::string(kSequenceDigits, kSequencePlace) +
                     " 1 udp 1677729535 203.0.113.77 46154 typ srflx raddr 192.0.2.15 rport 46154"
                     " generation 0 ufrag 4ZcD network-cost 10";
  // An extension attribute fills the text up.
  constexpr std::string_view kFill = " x-fill ";
  if (text.size() + kFill.size() < bytes) {
    text += kFill;
    text.append(bytes - text.size(), 'x');
  }
  return Split("candidate:", std::move(text));
}

}  // namespace

Corpus::Corpus(std::size_t candidate_bytes)
    : texts_{Description("o=- 46117", "actpass"), Description("o=- 46118", "active"),
             Candidate(candidate_bytes)} {}

}  // namespace signaling::bench
