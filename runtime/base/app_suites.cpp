#include "runtime/base/app_suites.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gate {
namespace {

struct Member {
  std::string_view app;
  std::string_view suite;
};
constexpr std::string_view kOffice365 = "office365";
constexpr std::string_view kAdminPortals = "admin_portals";
constexpr std::array<Member, 16> kMembers = {{
    {"00000002-0000-0ff1-ce00-000000000000", kOffice365},     // Exchange Online
    {"00000003-0000-0ff1-ce00-000000000000", kOffice365},     // SharePoint Online
    {"00000004-0000-0ff1-ce00-000000000000", kOffice365},     // Skype for Business
    {"00000005-0000-0ff1-ce00-000000000000", kOffice365},     // Viva Engage
    {"00000006-0000-0ff1-ce00-000000000000", kOffice365},     // Office 365 Portal
    {"00000007-0000-0ff1-ce00-000000000000", kOffice365},     // Exchange Online Protection
    {"cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", kOffice365},     // Teams Services
    {"1fec8e78-bce4-4aaf-ab1b-5451cc387264", kOffice365},     // Teams
    {"5e3ce6c0-2b1f-4285-8d4b-75ee78787346", kOffice365},     // Teams Web
    {"c9a559d2-7aab-4f13-a6ed-e7e9c52aec87", kOffice365},     // Forms
    {"95de633a-083e-42f5-b444-a4295d8e9314", kOffice365},     // Whiteboard
    {"66a88757-258c-4c72-893c-3e8bed4d6899", kOffice365},     // Search
    {"2d4d3d8e-2be3-4bef-9f87-7875a61c29de", kOffice365},     // OneNote
    {"4765445b-32c6-49b0-83e6-1d93765276ca", kOffice365},     // OfficeHome
    {"89bee1f7-5e6e-4d8a-9f3d-ecd601259da7", kOffice365},     // Office Web Clients
    {"c44b4083-3bb0-49c1-b47d-974e53cbdf3c", kAdminPortals},  // Azure portal, with Entra's
}};

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string_view suite_of(std::string_view app_id) noexcept {
  for (const Member& member : kMembers) {
    if (member.app.size() == app_id.size() &&
        std::equal(app_id.begin(), app_id.end(), member.app.begin(),
                   [](char a, char b) { return lower(a) == b; })) {
      return member.suite;
    }
  }
  return {};
}

}  // namespace gate
