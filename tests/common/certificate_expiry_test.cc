#include "services/common/certificate_expiry.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace signaling {
namespace {

std::map<std::string, double> Values(const prometheus::Registry& registry) {
  std::map<std::string, double> values;
  for (const auto& family : registry.Collect()) {
    EXPECT_EQ(family.name, "signaling_certificate_expiry_timestamp_seconds");
    for (const auto& metric : family.metric) {
      values[metric.label.at(0).value] = metric.gauge.value;
    }
  }
  return values;
}

TEST(CertificateExpiryTest, HasASeriesFromTheFirstCertificateOn) {
  prometheus::Registry registry;
  CertificateExpiry expiry(registry, "server");
  EXPECT_TRUE(Values(registry).empty());
  expiry.Set(absl::FromUnixSeconds(1'900'000'000));
  EXPECT_EQ(Values(registry), (std::map<std::string, double>{{"server", 1'900'000'000}}));
  expiry.Set(absl::FromUnixSeconds(2'000'000'000));
  EXPECT_EQ(Values(registry), (std::map<std::string, double>{{"server", 2'000'000'000}}));
}

TEST(CertificateExpiryTest, TellsTheCertificatesOfAProcessApart) {
  prometheus::Registry registry;
  CertificateExpiry server(registry, "server");
  CertificateExpiry client(registry, "client");
  server.Set(absl::FromUnixSeconds(1));
  client.Set(absl::FromUnixSeconds(2));
  EXPECT_EQ(Values(registry), (std::map<std::string, double>{{"server", 1}, {"client", 2}}));
}

TEST(CertificateExpiryTest, TellsNobodyWithoutARegistry) {
  CertificateExpiry().Set(absl::FromUnixSeconds(1));
}

}  // namespace
}  // namespace signaling
